# Starts a process that outlives this session: a session of its own, no terminal, nothing of ours open.
# $1 boot; $2 in time up to; $3 directory to run it in; $4 file for its output, or nothing; $5 data directory, or nothing; $6 what record-process.sh recorded of the one before; $7 the run that must have recorded it, or nothing; then program and arguments as they are.
in_time "$1" "$2"
booted=$1 latest=$2
there "$3" && cd -- "$3" || refuse Missing "there is no directory $3"
directory=$3 log=${4:-/dev/null} data=$5 record=$6 run=$7
shift 7
case $1 in
  */*) [ -x "$1" ] && [ ! -d "$1" ] || refuse Missing "$1 is no program that $(id -un) may run" ;;
  *) command -v "$1" > /dev/null || refuse Missing "$1 is no program in PATH" ;;
esac
if [ -n "$data" ] && there "$data" && [ ! -O "$data" ]; then
  refuse Owner "$data belongs to $(stat -L -c %U -- "$data"), and commands run as $(id -un)"
fi
{ true >> "$log"; } 2> /dev/null || refuse Privileges "$log cannot be written by $(id -un)"
recorded=
[ -z "$run" ] || { read -r recorded < "$record/run"; } 2> /dev/null
if [ "$recorded" != "$run" ]; then
  refuse NoRecord "it did not run when it was to be stopped, so its limits and environment are not known, and those of $(id -un) may be too small"
fi
unset SSH_CONNECTION SSH_CLIENT SSH_TTY SUDO_COMMAND SUDO_USER SUDO_UID SUDO_GID
setsid=$(command -v setsid) || refuse Missing "there is no setsid (util-linux)"
in_time "$booted" "$latest"
if there "$record"; then
  prlimit=$(command -v prlimit) || refuse Missing "there is no prlimit (util-linux)"
  if there "$record/cwd"; then
    cwd=$(cat -- "$record/cwd")
    there "$cwd" && cd -- "$cwd" || refuse Missing "there is no directory $cwd, in which the process ran before"
  fi
  old=$(cat -- "$record/old") bounds=
  read -r score < "$record/score"
  (echo "$score" > /proc/self/oom_score_adj) 2> /dev/null || refuse Loses "oom_score_adj $score"
  while read -r option soft hard; do bounds="$bounds --$option=$soft:$hard"; done < "$record/limits"
  trouble=$("$prlimit" $bounds true 2>&1) || refuse Loses "$trouble"
  escape=$(printf '\001')
  (
    released
    echo "$score" > /proc/self/oom_score_adj

    # A path inside the version that ran becomes one of the version that is started.
    while IFS= read -r line || [ -n "$line" ]; do
      name=${line%%=*} rest=${line#*=} value=
      case $name in
        '' | [0-9]* | *[!A-Za-z0-9_]* | PWD | OLDPWD | SHLVL | _ | TERM | SSH_* | SUDO_* | XDG_*) continue ;;
        PPID | UID | EUID | BASHOPTS | SHELLOPTS | BASH_VERSINFO) continue ;;
      esac
      case $rest in *"$escape"*) rest=$(printf '%s.' "$rest" | tr '\001' '\n') && rest=${rest%.} ;; esac
      while [ -n "$old" ]; do
        case $rest in *"$old"*) ;; *) break ;; esac
        value=$value${rest%%"$old"*} rest=${rest#*"$old"}
        case $rest in '' | /* | :*) value=$value$directory ;; *) value=$value$old ;; esac
      done
      export "$name=$value$rest"
    done < "$record/environ"
    exec "$setsid" -- "$prlimit" $bounds "$@"
  ) >> "$log" 2>&1 < /dev/null 9<&- &
else
  (
    released
    exec "$setsid" -- "$@"
  ) >> "$log" 2>&1 < /dev/null 9<&- &
fi
child=$!
start_of "$child"

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
