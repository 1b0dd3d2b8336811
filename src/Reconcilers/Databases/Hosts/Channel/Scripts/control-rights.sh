# Whether this user may start and stop a unit. Changes nothing.
# $1 unit; then what systemctl is told about it.
LC_ALL=C
export LC_ALL
unit=$1
shift

# Whether sudo lets this user do all of it.
listed() {
  for verb; do sudo -n -l systemctl "$verb" -- "$unit" > /dev/null 2>&1 || return 1; done
}

if [ -n "${drydock_scope-}" ]; then
  # Without lingering, the manager of its units ends with the last login, which may be this one.
  if [ -e "/var/lib/systemd/linger/$(id -un)" ]; then say 'rights yes'; else say 'rights no'; fi
elif [ "$(id -u)" -eq 0 ]; then say 'rights yes'
elif [ -n "${drydock_sudo-}" ]; then
  if listed "$@"; then say 'rights yes'; else say 'rights no'; fi
elif command -v pkcheck > /dev/null && pkcheck --action-id org.freedesktop.systemd1.manage-units --process $$ > /dev/null 2>&1; then say 'rights yes'
else
  say 'rights no'
  if listed "$@"; then say 'sudo yes'; fi
fi
if command -v systemctl > /dev/null; then say "systemctl $(command -v systemctl)"; fi
say end
