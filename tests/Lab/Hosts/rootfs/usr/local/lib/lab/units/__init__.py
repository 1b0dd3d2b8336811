"""Unit files on a lab host: systemd's rules, states and words over supervisord's processes."""

RUN = "/run/units"
SOCKET = "/run/units.sock"
UNIT_FILES = "/etc/systemd/system"
WANTS = UNIT_FILES + "/multi-user.target.wants"
LOGS = "/var/log/units"
