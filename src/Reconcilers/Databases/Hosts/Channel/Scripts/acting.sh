# Before every script that acts on an instance.

# Refuses what arrives late: others may have acted since the look that led to it. $1 the host's boot, $2 its uptime in seconds up to which it is in time.
in_time() {
  read -r boot < /proc/sys/kernel/random/boot_id
  read -r up idle < /proc/uptime
  [ "$boot" = "$1" ] || refuse Late 'the host was restarted in between'
  [ "${up%.*}" -le "$2" ] || refuse Late "it came $((${up%.*} - $2)) s late"
}

# Whether the process PID:START lives. One that only waits to be counted does not.
lives() {
  stat=$(cat "/proc/${1%:*}/stat" 2> /dev/null) || return 1
  set -- "${1#*:}" ${stat##*) }
  case $2 in Z | X | x) return 1 ;; esac
  [ "${21}" = "$1" ]
}

# Waits until none of these lives, for so many seconds; 1 if one does then. No event tells of the end of another's child.
ended() {
  read -r up idle < /proc/uptime
  until=$((${up%.*} + $1 + 1))
  shift
  for one; do
    while lives "$one"; do
      read -r up idle < /proc/uptime
      [ "${up%.*}" -lt "$until" ] || return 1
      sleep 0.05
    done
  done
}

# Runs a program in a session of its own, so that neither the end of ours nor a broken connection disturbs it. Its output goes to $out.
# $1 seconds to wait for its end. Says its exit code, or "-" if it has not ended yet, and the end of its output.
alone() {
  wait=$1
  shift
  { true > "$out"; } 2> /dev/null || out=$(mktemp) || refuse Failed 'there is no place for its output'
  setsid -- "$@" > "$out" 2>&1 < /dev/null &
  child=$!
  stat=$(cat "/proc/$child/stat")
  start=$(set -- ${stat##*) } && echo "${20}")
  if ended "$wait" "$child:$start"; then
    wait "$child"
    code=$?
  else
    code=-
  fi
  say "exit $code"
  say "output $(tail -c 4000 -- "$out" | base64 -w0)"
}

# Runs a command that changes files; what it says when it fails tells why.
must() {
  trouble=$(LC_ALL=C "$@" 2>&1) && return 0
  case $trouble in
    *'No space left on device'* | *'Disk quota exceeded'*) refuse NoSpace "$trouble" ;;
    *'Permission denied'* | *'Operation not permitted'* | *'Read-only file system'*) refuse Privileges "$trouble" ;;
  esac
  refuse Failed "$1: $trouble"
}

# The SHA-256 of a file that is there.
hash() {
  [ -r "$1" ] || refuse Privileges "$1 cannot be read"
  hash=$(sha256sum < "$1") || refuse Failed "sha256sum of $1"
  hash=${hash%% *}
}

# Lets no other script of ours work on a directory at the same time.
lock() {
  there "$1" || refuse Missing "there is no $1"
  [ -r "$1" ] || refuse Privileges "$1 cannot be read"
  exec 9< "$1"
  flock -w "$2" 9 || refuse Busy "something else works on $1"
}
