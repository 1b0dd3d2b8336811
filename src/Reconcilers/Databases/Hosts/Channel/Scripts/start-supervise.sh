# Wants a service of daemontools up.
# $1 boot; $2 in time up to; $3 service directory; $4 deployDir; $5 "stopped" if it was stopped meanwhile, or nothing.
LC_ALL=C
export LC_ALL
in_time "$1" "$2"
dir=$4
if [ -n "${5-}" ]; then
  tool svstat
  shown=$("$tool" "$3" 2>&1) || refuse Supervisor "svstat: $shown"
  case $shown in *'want up'* | "$3: up"*) refuse Returned "it was stopped, and supervise has started it again: $shown" ;; esac
fi
tool svc
said=$("$tool" -u "$3" 2>&1) && [ -z "$said" ] || refuse Supervisor "svc -u: $said"
say end
