# Finds processes by the names of their programs, with what tells where they are installed and who started them. Changes nothing.
# $1 yes if root could be asked; $2 and so on: names of programs.
LC_ALL=C
export LC_ALL
ask=$1
shift

# Something cannot be seen: where root can see it, this begins again as root.
hidden() { [ "$ask" != yes ] || [ "$(id -u)" -eq 0 ] || refuse Privileges "$1"; }

# Text in base64; "-" if there is none.
coded() {
  text=$(base64 -w0)
  printf '%s' "${text:--}"
}

parent() { sed 's/.*) //' "/proc/$1/stat" 2> /dev/null | cut -d ' ' -f 2; }

# The first word of a command line.
first() { tr '\0' '\n' 2> /dev/null < "/proc/$1/cmdline" | head -n 1; }

# systemctl of the account that a process runs as; only root asks that of another one.
of_account() {
  owner=$(stat -c %u "/proc/$1")
  as=
  [ "$owner" -eq "$(id -u)" ] || as="runuser -u $(stat -c %U "/proc/$1") --"
  shift
  XDG_RUNTIME_DIR=/run/user/$owner $as systemctl --user "$@"
}

# Directory, program as it was named and command line of a process that started another one.
starter() { say "starter $1 $2 $(readlink -n "/proc/$2/cwd" 2> /dev/null | coded) $(head -c 8192 "/proc/$2/cmdline" 2> /dev/null | coded)"; }

if [ ! -e /proc/1/stat ]; then
  hidden 'the processes of others'
  refuse Hidden "$(id -un) does not see the processes of others"
fi
sockets=$(cat /proc/net/tcp /proc/net/tcp6 2> /dev/null | awk '$4 == "0A" { n = split($2, part, ":"); print $10, part[n] }')
for program; do
  for pid in $(
    {
      find /proc/[0-9]*/exe -maxdepth 0 '(' -lname "*/$program" -o -lname "*/$program (deleted)" ')' -printf '%h\n'
      grep -lxF -e "$(printf '%.15s' "$program")" /proc/[0-9]*/comm
    } 2> /dev/null | sed 's,^/proc/,,; s,/comm$,,' | sort -nu
  ); do
    exe=$(readlink -n "/proc/$pid/exe" 2> /dev/null)
    if [ -z "$exe" ]; then
      [ -e "/proc/$pid/stat" ] && hidden "what process $pid runs"
      continue
    fi
    up=$(parent "$pid")
    # A thread or a child of the same program belongs to its parent.
    case $(readlink -n "/proc/$up/exe" 2> /dev/null) in "$exe") continue ;; esac
    cwd=$(readlink -n "/proc/$pid/cwd" 2> /dev/null)
    started=$(first "$pid")
    case $started in
      /*) ;;
      */*) started=$cwd/${started#./} ;;
      *) started=$exe ;;
    esac
    real=$(readlink -f -- "$started" 2> /dev/null)
    say "process $pid $program $(printf %s "$exe" | coded) $(printf %s "$started" | coded) $(printf %s "$real" | coded) $(printf %s "$cwd" | coded) $(head -c 65536 "/proc/$pid/cmdline" 2> /dev/null | coded)"
    bin=${started%/*}
    [ ! -L "$bin" ] || say "bin $pid"
    [ ! -L "${bin%/*}" ] || say "link $pid"
    for script in start stop; do
      for component in "${program%-server}" "${program#yb-}"; do
        file=${bin%/*}/scripts/${script}_$component.sh
        [ ! -x "$file" ] || { say "script $pid $(printf %s "$file" | coded)" && break; }
      done
    done
    path=$(sed -n 's,^[^/]*\(/.*/[^/]*\.service\)$,\1,p' "/proc/$pid/cgroup" 2> /dev/null | head -n 1)
    if [ -n "$path" ] && command -v systemctl > /dev/null; then
      unit=${path##*/}
      case $path in
        */user@*.service/*) say "unit $pid $unit $(of_account "$pid" show -p MainPID -- "$unit" 2> /dev/null | sed -n 's/^MainPID=//p') user" ;;
        *) say "unit $pid $unit $(systemctl show -p MainPID -- "$unit" 2> /dev/null | sed -n 's/^MainPID=//p')" ;;
      esac
    fi
    generation=0
    while [ "${up:-0}" -gt 1 ] && [ "$generation" -lt 3 ]; do
      starter "$pid" "$up"
      up=$(parent "$up")
      generation=$((generation + 1))
    done
    for inode in $(find "/proc/$pid/fd" -maxdepth 1 -lname 'socket:*' -printf '%l\n' 2> /dev/null | sed 's/[^0-9]//g'); do
      printf '%s\n' "$sockets" | awk -v inode="$inode" -v pid="$pid" '$1 == inode { print "port", pid, $2 }'
    done
  done
done
say end
