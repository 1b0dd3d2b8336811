#!/bin/bash
# The first process of a lab host from its boot to its end: starts sshd, supervisord and unitd, and collects every
# orphan at once, as an init does (bash does it while it waits). When it ends, the kernel kills all other processes.
set -u

/bin/sh /usr/local/lib/lab/sshd.sh || exit 1

# Without site.py (-S) and with the small pkg_resources next to this file, supervisord starts in a third of the time.
PYTHONPATH=/usr/local/lib/lab:/usr/lib/python3/dist-packages \
  /usr/bin/python3 -S -W ignore -m supervisor.supervisord --nodaemon --configuration /etc/supervisor/supervisord.conf >/var/log/supervisord.out 2>&1 </dev/null &
supervisord=$!

# Accounts that linger have a manager of their own units from the boot on.
for account in /var/lib/systemd/linger/*; do
  [ -e "$account" ] || continue
  account=${account##*/} uid=$(id -u "${account##*/}")
  mkdir -p /run/user && install -d -m 700 -o "$uid" -g "$uid" "/run/user/$uid"
  LAB_UNITS_OF=$account /usr/bin/python3 -ES /usr/local/lib/lab/unitd >>/var/log/units.log 2>&1 </dev/null &
done

# systemctl asks this daemon. It is not a program of supervisord, which takes a second to start its first one.
/usr/bin/python3 -ES /usr/local/lib/lab/unitd >>/var/log/units.log 2>&1 </dev/null &

while kill -0 "$supervisord" 2>/dev/null; do
  wait "$supervisord"
done
echo "init: supervisord has ended; the host goes down" >&2
cat /var/log/supervisord.out >&2
exit 1
