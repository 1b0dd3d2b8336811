"""Unit files on a lab host: systemd's rules, states and words over supervisord's processes."""
import os
import pwd

# The account whose manager this is (systemctl --user); empty for that of the host.
ACCOUNT = os.environ.get("LAB_UNITS_OF", "")
LOGS = "/var/log/units"
if ACCOUNT:
    UID, HOME = pwd.getpwnam(ACCOUNT).pw_uid, pwd.getpwnam(ACCOUNT).pw_dir
    RUN, SOCKET = f"/run/units-{UID}", f"/run/user/{UID}/units.sock"
    UNIT_FILES = HOME + "/.config/systemd/user"
    WANTS = UNIT_FILES + "/default.target.wants"
    SLICE = f"user.slice/user-{UID}.slice/user@{UID}.service/app.slice"
    PROGRAMS = ACCOUNT + "-"
else:
    UID, RUN, SOCKET = 0, "/run/units", "/run/units.sock"
    UNIT_FILES = "/etc/systemd/system"
    WANTS = UNIT_FILES + "/multi-user.target.wants"
    SLICE, PROGRAMS = "system.slice", ""
