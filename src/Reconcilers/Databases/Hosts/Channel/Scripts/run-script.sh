# Runs a start or stop script.
# $1 boot; $2 in time up to; $3 script; $4 directory to run it in; $5 file for its output; $6 seconds to wait for its end; $7 seconds to wait after it for the end of
# the processes PID:START that follow; $8 what was seen (begin), or nothing for a start; $9 what to call it if it fails and nothing may follow then, or nothing.
in_time "$1" "$2"
booted=$1 latest=$2 script=$3 out=$5 limit=$6 grace=$7 seen=$8 needed=$9
there "$script" || refuse Missing "there is no $script"
[ -x "$script" ] || refuse Privileges "$script may not be run by $(id -un)"
there "$4" && cd -- "$4" || refuse Missing "there is no directory $4"
shift 9
begin "$booted" "$latest" "$seen"
alone "$limit" "$script"
[ -z "$needed" ] || [ "$code" = 0 ] || say "broken $needed"
if ended "$grace" "$@"; then say ended; else say left; fi
say end
