# Wants a service of daemontools up.
# $1 boot; $2 in time up to; $3 service directory; $4 deployDir.
LC_ALL=C
export LC_ALL
in_time "$1" "$2"
dir=$4
tool svc
said=$("$tool" -u "$3" 2>&1) && [ -z "$said" ] || refuse Supervisor "svc -u: $said"
say end
