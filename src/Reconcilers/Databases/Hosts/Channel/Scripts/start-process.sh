# Starts a process that outlives this session: a session of its own, no terminal, nothing of ours open.
# $1 boot; $2 in time up to; $3 directory to run it in; $4 file for its output, or nothing; $5 data directory, or nothing; then program and arguments as they are.
in_time "$1" "$2"
there "$3" && cd -- "$3" || refuse Missing "there is no directory $3"
log=${4:-/dev/null} data=$5
shift 5
case $1 in
  */*) [ -x "$1" ] && [ ! -d "$1" ] || refuse Missing "$1 is no program that $(id -un) may run" ;;
  *) command -v "$1" > /dev/null || refuse Missing "$1 is no program in PATH" ;;
esac
if [ -n "$data" ] && there "$data" && [ "$(stat -L -c %u -- "$data")" != "$(id -u)" ]; then
  refuse Owner "$data belongs to $(stat -L -c %U -- "$data"), and commands run as $(id -un)"
fi
{ true >> "$log"; } 2> /dev/null || refuse Privileges "$log cannot be written by $(id -un)"
unset SSH_CONNECTION SSH_CLIENT SSH_TTY
setsid -- "$@" >> "$log" 2>&1 < /dev/null &
child=$!
stat=$(cat "/proc/$child/stat")
start=$(set -- ${stat##*) } && echo "${20}")

# What ends at once, says why at once. That it lives now does not mean that it is well.
tries=0
while [ "$tries" -lt 10 ] && lives "$child:$start"; do
  tries=$((tries + 1))
  sleep 0.02
done
if ! lives "$child:$start"; then
  wait "$child"
  refuse Start "$1 ended at once with $?: $(tail -c 1000 -- "$log" 2> /dev/null)"
fi
say "started $child"
say end
