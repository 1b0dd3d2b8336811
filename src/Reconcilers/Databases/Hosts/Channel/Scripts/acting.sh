# Before every script that acts on an instance.

# Refuses what arrives late: others may have acted since the look that led to it. $1 the host's boot, $2 its uptime in seconds up to which it is in time.
in_time() {
  read -r boot < /proc/sys/kernel/random/boot_id
  read -r up idle < /proc/uptime
  [ "$boot" = "$1" ] || refuse Late 'the host was restarted in between'
  [ "${up%.*}" -le "$2" ] || refuse Late "it came $((${up%.*} - $2)) s late"
}

# Before a stop: from here on neither the limit of the script nor the end of the connection ends it, so that it completes what it begins; and it begins in time, whatever hung before.
# $3 what was seen (unseen), of which the gate knows: a stop would end any other process too, so that is refused.
begin() {
  trap '' TERM HUP PIPE
  in_time "$1" "$2"
  ! unseen "${3-}" || refuse CameUp "process $pid of ${3%% *} came up since the look"
}

# Whether there is a process of a program that was not seen. $1 the program and its processes PID:START that were; nothing is always seen.
unseen() {
  for pid in $([ -z "$1" ] || running "${1%% *}"); do
    start_of "$pid" || continue
    case "$1 " in *" $pid:$start "*) continue ;; esac
    ! lives "$pid:$start" || return 0
  done
  return 1
}

# When a process was started, in $start as PID:START has it; 1 if it is gone.
start_of() {
  start=
  stat_of "$1" || return 1
  set -- ${stat##*) }
  start=${20}
}

# Whether the process PID:START lives. One that only waits to be counted does not.
lives() {
  stat_of "${1%:*}" || return 1
  set -- "${1#*:}" ${stat##*) }
  case $2 in Z | X | x) return 1 ;; esac
  [ "${21}" = "$1" ]
}

# Waits until none of these lives, for so many seconds; 1 if one does then. No event tells of the end of another's child.
ended() {
  read -r up idle < /proc/uptime
  until=$((${up%.*} + $1 + 1))
  shift
  nap=0.01 naps=0
  for one; do
    while lives "$one"; do
      read -r up idle < /proc/uptime
      [ "${up%.*}" -lt "$until" ] || return 1
      naps=$((naps + 1))
      [ "$naps" -le 20 ] || nap=0.05
      sleep "$nap"
    done
  done
}

# What a process that outlives this one must not inherit of it: the signals that begin ignores. Its descriptor of lock is closed, too.
released() { trap - TERM HUP PIPE; }

# Runs a program in a session of its own, so that neither the end of ours nor a broken connection disturbs it. Its output goes to $out.
# $1 seconds to wait for its end. Says its exit code, or "-" if it has not ended yet, and the end of its output.
alone() {
  wait=$1
  shift
  { true > "$out"; } 2> /dev/null || out=$(mktemp) || refuse Failed 'there is no place for its output'
  (
    released
    exec setsid -- "$@"
  ) > "$out" 2>&1 < /dev/null 9<&- &
  child=$!
  start_of "$child"
  if ended "$wait" "$child:$start"; then
    wait "$child"
    code=$?
  else
    code=-
  fi
  say "exit $code"
  say "output $(tail -c 4000 -- "$out" | base64 -w0)"
}

# Runs systemctl for so many seconds; 124 if it has not ended by then. What runs through sudo cannot be ended from here: it continues in the background.
within() {
  if [ -z "${drydock_sudo-}" ]; then
    (
      trap - TERM
      exec timeout "$@"
    )
    return
  fi
  limit=$1
  shift
  printed=$(mktemp) || refuse Failed 'there is no place for the output of sudo'
  $drydock_sudo "$@" > "$printed" 2>&1 < /dev/null &
  child=$!
  start_of "$child"
  code=124
  if ended "$limit" "$child:$start"; then
    wait "$child"
    code=$?
  fi
  said=$(cat -- "$printed")
  rm -f -- "$printed"
  # It also warns, and then runs the program. SshErrors has the same words.
  case $code in
    0 | 124) ;;
    *)
      ! printf '%s\n' "$said" | grep -qiE 'sudo: .*(a password is required|a terminal is required|must have a tty|not allowed to|unknown user|account validation)|Sorry, user |is not in the sudoers file|is not allowed to run sudo' ||
        refuse Sudo "sudo refuses \"$*\" to $(id -un): $said"
      ;;
  esac
  printf '%s' "$said" >&2
  return "$code"
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

# The SHA-256 of a file, which $sums may know by its identity.
checksum() {
  key=$(identity "$1")
  case " ${sums-} " in
    *" $key="*) hash=${sums#*"$key="} && hash=${hash%% *} ;;
    *) hash "$1" ;;
  esac
}

# Beside the place of a program: $place.drydock-keep is the program that is there, as a second name for the same file; where there are none, a copy. $old is its SHA-256.
stage_keep() {
  if there "$place.drydock-keep"; then
    checksum "$place.drydock-keep"
    [ "$hash" != "$old" ] || return 0
    must rm -f -- "$place.drydock-keep"
  fi
  if ! ln -- "$place" "$place.drydock-keep" 2> /dev/null; then
    must cp -p -- "$place" "$part"
    flush "$part"
    must mv -fT -- "$part" "$place.drydock-keep"
  fi
}

# Beside the place of a program: $place.drydock-new is the one with SHA-256 $new, from $source or from what is kept there, whole and on the disk.
stage_new() {
  if there "$place.drydock-new"; then
    checksum "$place.drydock-new"
    [ "$hash" != "$new" ] || return 0
    must rm -f -- "$place.drydock-new"
  fi
  from= wrong=
  for one in "$source" "$place".*; do
    case $one in '' | *.drydock-part | *.drydock-keep) continue ;; esac
    there "$one" && [ -f "$one" ] || continue
    checksum "$one"
    if [ "$hash" = "$new" ]; then
      from=$one
      break
    fi
    [ "$one" != "$source" ] || wrong=$hash
  done
  if [ -z "$from" ]; then
    [ -z "$wrong" ] || refuse Corrupt "$source has SHA-256 $wrong, expected $new"
    refuse Missing "neither ${source:-a package} nor what is kept beside $place has SHA-256 $new"
  fi
  model=$place
  there "$model" || model=$keep
  must cp -- "$from" "$part"
  hash "$part"
  [ "$hash" = "$new" ] || refuse Changing "$from changed while it was copied"
  like "$part" "$model"
  capable "$part" "$model"
  flush "$part"
  must mv -fT -- "$part" "$place.drydock-new"
}

# Lets no other script of ours work on a directory at the same time. $held is one that is locked already.
lock() {
  [ "${held-}" != "$1" ] || return 0
  there "$1" || refuse Missing "there is no $1"
  [ -r "$1" ] || refuse Privileges "$1 cannot be read"
  exec 9< "$1"
  flock -w "$2" 9 || refuse Busy "something else works on $1"
}

# Whether sync takes names, in $syncs: that of coreutils before 8.24 does not, and writes out everything that the host has. Asked once.
ask_sync() { [ -n "${syncs-}" ] || case $(sync --help 2>&1) in *--data*) syncs=yes ;; *) syncs=no ;; esac; }

# Brings a file or a directory to the disk; nothing else, while a process is down.
flush() {
  ask_sync
  if [ "$syncs" = yes ]; then must sync -- "$1" && return; fi
  if [ -d "$1" ]; then
    # A rename is on the disk once a later file in the same directory is.
    if dd if=/dev/null of="$1/.drydock-flush" conv=fsync 2> /dev/null; then
      rm -f -- "$1/.drydock-flush"
      return
    fi
  elif dd if=/dev/null of="$1" conv=notrunc,fsync 2> /dev/null; then return
  fi
  sync
}

# Gives $1 the file capabilities of $2, which a copy lacks; after a change of the owner, which removes them.
capable() {
  command -v getcap > /dev/null && capabilities=$(getcap "$2" 2> /dev/null) && [ -n "$capabilities" ] || return 0
  capabilities=${capabilities#"$2"}
  capabilities=${capabilities# =}
  capabilities=${capabilities# }
  [ "$(id -u)" -eq 0 ] || refuse Privileges "$2 has file capabilities ($capabilities), which only root gives to the new program"
  must setcap "$capabilities" "$1"
}

# Gives $1 the mode of $2 and its SELinux label, and where root asks, its owner. By numbers: the chmod of busybox takes no file to compare with.
like() {
  if [ -e /sys/fs/selinux/enforce ] && [ "$(stat -L -c %C -- "$1")" != "$(stat -L -c %C -- "$2")" ]; then must chcon --reference="$2" -- "$1"; fi
  [ "$(id -u)" -ne 0 ] || must chown "$(stat -L -c %u:%g -- "$2")" "$1"
  must chmod "$(stat -L -c %a -- "$2")" "$1"
}
