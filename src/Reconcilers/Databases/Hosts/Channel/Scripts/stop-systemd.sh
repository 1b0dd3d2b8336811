# Stops a unit and keeps it stopped: Restart=always does not bring back what systemctl stop ended.
# $1 boot; $2 in time up to; $3 unit; $4 grace in seconds; $5 where to note which of two units it was, or nothing; $6 what was seen (begin); then PID:START of its processes.
LC_ALL=C
export LC_ALL
in_time "$1" "$2"
booted=$1 latest=$2 unit=$3 grace=$4 choice=$5 seen=$6
shift 6
if [ -n "$choice" ]; then
  # Once it is stopped nothing else tells which of the two it was.
  must mkdir -p -- "${choice%/*}"
  { printf '%s\n' "$unit" > "$choice.part"; } 2> /dev/null || refuse Privileges "$choice cannot be written"
  must mv -fT -- "$choice.part" "$choice"
fi
begin "$booted" "$latest" "$seen"
within "$grace" systemctl ${drydock_scope-} stop -- "$unit"
code=$?
case $code in
  0) ;;
  124) grace=0 ;;
  *) refuse Supervisor "systemctl stop $unit ended with $code" ;;
esac
if ended "$grace" "$@"; then say ended; else say left; fi
say end
