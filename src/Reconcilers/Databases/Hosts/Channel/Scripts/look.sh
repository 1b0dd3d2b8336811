# Looks at an instance and at what is about it. Changes nothing.
# $1 systemd, supervise or none; $2 units; $3 service directory; $4 program, may be empty; $5 port; $6 deployDir; $7 identities of files whose checksums are known;
# $8 the file that says which of two units is meant; $9 yes if root could be asked; ${10} the link that is switched; ${11} the program below it.
LC_ALL=C
export LC_ALL
units=$2 service=$3 program=$4 port=$5 dir=$6 known=$7 choice=$8 ask=$9 link=${10:-$dir} installed=${11:-bin/$program}

# Something cannot be seen: where root can see it, this begins again as root.
hidden() { [ "$ask" != yes ] || [ "$(id -u)" -eq 0 ] || refuse Privileges "$1"; }

# Whether the program of a process is kept from us.
denied() { case $(readlink -v "$1" 2>&1) in *'Permission denied') return 0 ;; esac; return 1; }

# One line about a living process: pid, start in ticks, parent, identity and path of its program ("-" not to be read, "+" none any more), command line.
# A process may become another program by exec while it is read; then it is read again.
process() {
  for reading in 1 2 3 4 5; do
    if reading "$1"; then return 0; fi
  done
  refuse Changing "the program of process $1 changed $reading times while it was read"
}

# 1: the process became another program meanwhile.
reading() {
  at=/proc/$1
  stat=$(cat "$at/stat" 2> /dev/null) || return 0
  set -- "$1" ${stat##*) }
  case $2 in Z | X | x) return 0 ;; esac
  exe=$(readlink -n "$at/exe" 2> /dev/null | base64 -w0)
  # What a supervisor starts is root's for a moment, until it becomes the account that it is to run as.
  for again in 1 2 3 4 5; do
    [ -z "$exe" ] && denied "$at/exe" || break
    sleep 0.1
    [ -e "$at/stat" ] || return 0
    exe=$(readlink -n "$at/exe" 2> /dev/null | base64 -w0)
  done
  if [ -z "$exe" ]; then
    # One that is ending has given back its memory, and with it the name of its program; it may hold its port for a while.
    exe=+
    if denied "$at/exe"; then
      hidden "what process $1 runs"
      exe=-
    fi
  fi
  key=$(identity "$at/exe")
  if [ -n "$key" ] && ! sum "$key" "$at/exe"; then
    [ -e "$at/stat" ] || return 0
    if [ -n "$(readlink -n "$at/exe" 2> /dev/null)" ] || denied "$at/exe"; then
      [ "$(identity "$at/exe")" = "$key" ] || return 1
      refuse Unreadable "the program of process $1 cannot be read"
    fi
    key=
  fi
  # It has begun to end while it was looked at.
  if [ -z "$key" ] && [ -z "$(readlink -n "$at/exe" 2> /dev/null)" ] && ! denied "$at/exe"; then exe=+; fi
  line=$(head -c 8192 "$at/cmdline" 2> /dev/null | base64 -w0)
  say "process $1 ${21} $3 ${key:--} $exe ${line:--}"
}

say 'look 1'
if [ ! -e /proc/1/stat ]; then
  hidden 'the processes of others'
  refuse Hidden "$(id -un) does not see the processes of others"
fi
say "user $(id -un)"
read -r boot < /proc/sys/kernel/random/boot_id
read -r up idle < /proc/uptime
say "boot $boot"
say "up $up"
say "tick $(getconf CLK_TCK)"
say "btime $(sed -n 's/^btime //p' /proc/stat)"

main=
case $1 in
  systemd)
    shown=$(systemctl ${drydock_scope-} show -p Id -p LoadState -p ActiveState -p SubState -p MainPID -p NRestarts -p ExecStart -p TimeoutStopUSec -p SendSIGKILL -- $units) || refuse Supervisor "systemctl show ended with $?"
    printf '%s\n' "$shown" | sed 's/^/unit /'
    main=$(printf '%s\n' "$shown" | sed -n 's/^MainPID=\([1-9][0-9]*\)$/\1/p')
    for one in $(printf '%s\n' "$shown" | sed -n "s,^ExecStart=.*[ =]\(/[^ ;]*/$program\) .*,\1,p"); do [ ! "$one" -ef "$link/$installed" ] || say 'starts installed'; done
    if there "$choice"; then say "choice $(head -n 1 -- "$choice")"; fi
    ;;
  supervise)
    tool svstat
    shown=$("$tool" "$service" 2>&1) || refuse Supervisor "svstat ended with $?: $shown"
    shown=${shown#"$service: "}
    case $shown in *'access denied') hidden "$service" ;; esac
    printf '%s\n' "$shown" | sed 's/^/svstat /'
    main=$(printf '%s\n' "$shown" | sed -n 's/.*pid \([1-9][0-9]*\).*/\1/p')
    ;;
esac

found=
[ -z "$program" ] || found=$(running "$program")
set -- $(printf '%s\n' $main $found | sort -nu)
[ $# -le 64 ] || refuse TooMany "$# processes of $program run there"
for pid; do process "$pid"; done

for inode in $(cat /proc/net/tcp /proc/net/tcp6 2> /dev/null |
  awk -v port="$(printf ':%04X' "$port")" '$4 == "0A" && substr($2, length($2) - 4) == port { print $10 }' | sort -u | head -n 16); do
  holder=
  for pid; do
    [ -z "$(find "/proc/$pid/fd" -maxdepth 1 -lname "socket:\[$inode\]" -print -quit 2> /dev/null)" ] || { holder=$pid && break; }
  done
  if [ -z "$holder" ]; then
    holder=$(find /proc/[0-9]*/fd -maxdepth 1 -lname "socket:\[$inode\]" -print -quit 2> /dev/null)
    holder=${holder#/proc/}
    holder=${holder%%/*}
    if [ -n "$holder" ]; then process "$holder"; else hidden "who listens on port $port"; fi
  fi
  say "listener ${holder:--}"
done

[ -z "$program" ] || file installed "$link/$installed"
if [ -L "$link" ]; then
  say "link $(readlink -n -- "$link" | base64 -w0)"
  say "target $(readlink -n -f -- "$link" | base64 -w0)"
fi
real=$(readlink -n -f -- "$dir" | base64 -w0)
say "real ${real:--}"
read -r load rest < /proc/loadavg && say "load $load"
read -r up idle < /proc/uptime
say "seen $up"
say end
