# Before every script. What is refused is said on the standard output as "refused CODE" with its text behind it, and ends with 0: other exit codes are accidents.
umask 022
# The login directory may be closed to the account that this runs as.
cd /
PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

say() { printf '%s\n' "$*"; }

# Never within $(...): it ends the script.
refuse() {
  printf '\nrefused %s\n%s\n' "$1" "$2"
  exit 0
}

# Whether something is at a path. What cannot be looked at is not taken for absent.
there() {
  [ ! -e "$1" ] || return 0
  trouble=$(LC_ALL=C stat -L -- "$1" 2>&1 > /dev/null) && return 0
  case $trouble in
    *'No such file or directory' | *'Not a directory') return 1 ;;
    *'Permission denied') refuse Privileges "$trouble" ;;
  esac
  refuse Unreadable "$trouble"
}

# What /proc says of a process, in $stat, on one line; 1 if it is gone. Needs no program.
stat_of() {
  stat=
  while read -r row || [ -n "$row" ]; do stat="$stat$row "; done 2> /dev/null < "/proc/$1/stat"
  [ -n "$stat" ]
}

# A file by what it is and whether it can have changed: with the same identity it has the same checksum.
identity() { stat -L -c '%d:%i:%s:%.9Y:%.9Z' -- "$1" 2> /dev/null; }

# Says the checksum of a file, unless that is known by its identity. 1: it was not to be had, or changed meanwhile. "fresh" is that of a file that was changed just now:
# another change in the same instant would not show in its identity.
sum() {
  case " $known " in *" $1 "*) return 0 ;; esac
  clock=$(date +%s)
  hash=$(sha256sum 2> /dev/null < "$2") && [ "$(identity "$2")" = "$1" ] || return 1
  changed=${1##*:}
  word=sum
  [ $((clock - ${changed%.*})) -ge 2 ] || word=fresh
  say "$word $1 ${hash%% *}"
  known="$known $1"
}

# Says the identity of a file under a name and makes its checksum known; "-" if it is not there.
file() {
  there "$2" || { say "$1 -"; return 0; }
  [ -f "$2" ] || refuse Unreadable "$2 is no ordinary file"
  [ -r "$2" ] || refuse Privileges "$2 cannot be read"
  key=$(identity "$2")
  sum "$key" "$2" || refuse Changing "$2 changed while it was read"
  say "$1 $key"
}

# The processes of a program, by their numbers.
running() {
  {
    find /proc/[0-9]*/exe -maxdepth 0 '(' -lname "*/$1" -o -lname "*/$1 (deleted)" -o -lname "*/$1.*" ')' -printf '%h\n'
    grep -lxF -e "$(printf '%.15s' "$1")" /proc/[0-9]*/comm
  } 2> /dev/null | sed 's,^/proc/,,; s,/comm$,,'
}

# A tool of daemontools: below deployDir, where tidb-ansible puts it, or in PATH.
tool() {
  if [ -x "$dir/bin/$1" ]; then tool=$dir/bin/$1
  elif tool=$(command -v "$1"); then :
  else refuse Supervisor "$1 is neither in $dir/bin nor in PATH; install daemontools, or give another control"
  fi
}

# The limits of /proc/PID/limits as prlimit takes them: "nofile 1024 4096".
limits() {
  sed -n '
    s/^Max core file size  */core /p
    s/^Max processes  */nproc /p
    s/^Max open files  */nofile /p
    s/^Max locked memory  */memlock /p
    s/^Max file size  */fsize /p
    s/^Max address space  */as /p
    s/^Max stack size  */stack /p
    s/^Max data size  */data /p
  ' | awk '{ print $1, $2, $3 }'
}
