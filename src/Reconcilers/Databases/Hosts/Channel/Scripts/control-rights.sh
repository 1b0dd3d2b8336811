# Whether this user may start and stop a unit. Changes nothing.
# $1 unit.
LC_ALL=C
export LC_ALL
if [ "$(id -u)" -eq 0 ]; then say 'rights yes'
elif command -v pkcheck > /dev/null && pkcheck --action-id org.freedesktop.systemd1.manage-units --process $$ > /dev/null 2>&1; then say 'rights yes'
else
  say 'rights no'
  if sudo -n -l systemctl stop -- "$1" > /dev/null 2>&1; then say 'sudo yes'; fi
fi
say end
