# What a process that this user starts instead of another one could not have. Changes nothing.
# $1 pid of the other one; $2 where it is to be recorded what that has.
LC_ALL=C
export LC_ALL
at=/proc/$1
command -v prlimit > /dev/null || refuse Missing 'there is no prlimit (util-linux)'
[ -e "$at/stat" ] || { say end; exit; }
limits=$(cat "$at/limits" 2> /dev/null) || refuse Privileges "the limits of process $1 cannot be read by $(id -un)"
[ -r "$at/environ" ] || refuse Owner "the environment of process $1 cannot be read by $(id -un)"
limits=$(printf '%s\n' "$limits" | limits) bounds=
while read -r option soft hard; do bounds="$bounds --$option=$soft:$hard"; done << END
$limits
END
# All of them at once, and one by one only to name those that are lost.
prlimit $bounds true 2> /dev/null || while read -r option soft hard; do
  prlimit "--$option=$soft:$hard" true 2> /dev/null || say "loss $option $soft:$hard"
done << END
$limits
END
score=$(cat "$at/oom_score_adj" 2> /dev/null) || score=0
(echo "$score" > /proc/self/oom_score_adj) 2> /dev/null || say "loss oom_score_adj $score"
place=${2%/*}
[ -w "${place:-/}" ] || say "closed $(printf %s "${place:-/}" | base64 -w0)"
say end
