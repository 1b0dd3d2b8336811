# Takes a service of daemontools down and keeps it down.
# $1 boot; $2 in time up to; $3 service directory; $4 grace in seconds; $5 deployDir; $6 what was seen (begin); then PID:START of its processes.
LC_ALL=C
export LC_ALL
in_time "$1" "$2"
booted=$1 latest=$2 service=$3 grace=$4 dir=$5 seen=$6
shift 6

# Whether supervise has no process of its own and wants none any more, within so many seconds. Between two restarts it is down and has not read the command yet.
down() {
  read -r up idle < /proc/uptime
  until=$((${up%.*} + $1 + 1))
  while shown=$("$tool" "$service" 2>&1) && shown=${shown#"$service: "}; do
    case $shown in *'want up'*) ;; down*) return 0 ;; esac
    read -r up idle < /proc/uptime
    [ "${up%.*}" -lt "$until" ] || return 1
    sleep 0.05
  done
  refuse Supervisor "svstat: $shown"
}

tool svc
svc=$tool
tool svstat
begin "$booted" "$latest" "$seen"
said=$("$svc" -d "$service" 2>&1) && [ -z "$said" ] || refuse Supervisor "svc -d: $said"
if ! down "$grace"; then
  said=$("$svc" -k "$service" 2>&1) && [ -z "$said" ] || refuse Supervisor "svc -k: $said"
  grace=10
  down 10 || refuse Supervisor "after svc -d and svc -k it still is: $shown"
fi
if ended "$grace" "$@"; then say ended; else say left; fi
say end
