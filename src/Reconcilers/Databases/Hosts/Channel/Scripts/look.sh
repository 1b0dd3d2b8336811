# Looks at instances of this host and at what is about them. Changes nothing.
# For each instance: $1 systemd, supervise or none; $2 units; $3 service directory; $4 program, may be empty; $5 port; $6 deployDir;
# $7 what is known (of the first instance, for all): identities of files whose checksums are, and socket:PORT:INODE; $8 the file that says which of two units is meant; $9 yes if root could be asked (as $7);
# ${10} the link that is switched; ${11} the program below it.
#
# A fork costs a host more than anything else here. So shell builtins read what they can, and each tool is asked once for all instances:
# 1. the supervisors; 2. awk: ports, names of processes; 3. find: their programs; 4. stat: identities of programs; 5. head: command lines;
# 6. find: the programs again, and the sockets that they hold. A process whose program is not the same in 3 and 6, or unknown, is read by itself, as often as it changes.
# Several instances: after "instance" are the lines of one, after "host" those of all again.
LC_ALL=C
export LC_ALL
known=$7 ask=$9
nl='
'
blank=$IFS
set -f

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
  stat_of "$1" || return 0
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

# Runs a function for each instance.
each() {
  step=$1
  shift
  index=0
  while [ $# -gt 0 ]; do
    index=$((index + 1))
    kind=$1 units=$2 service=$3 program=$4 port=$5 dir=$6 choice=$8 link=${10:-$6} installed=${11:-bin/$4}
    "$step"
    [ $# -gt 11 ] || break
    shift 11
  done
}

# A path as it is said: as it is, and in base64 if it has more than one line.
code() {
  case $1 in
    '') coded= ;;
    *"$nl"*) coded=$(printf %s "$1" | base64 -w0) ;;
    *) coded==$1 ;;
  esac
}

# Where a path leads to, in $real; empty if that is not to be had. A directory needs no program.
resolve() {
  if cd -P -- "$1" 2> /dev/null; then
    real=$PWD
    cd /
  else
    real=$(readlink -n -f -- "$1" && echo .) && real=${real%?} || real=
  fi
}

# Adds a number to those of $list, in ascending order.
insert() {
  new=$1 before=$list list=
  IFS=$blank
  for one in $before; do
    if [ -n "$new" ] && [ "$new" -le "$one" ]; then
      [ "$new" -eq "$one" ] || list="$list $new"
      new=
    fi
    list="$list $one"
  done
  [ -z "$new" ] || list="$list $new"
}

# What is asked of all instances.
gather() {
  ports="$ports $port"
  case $kind in
    systemd) shows="$shows $units" ;;
    supervise)
      [ -n "$services" ] || tool svstat
      services="$services$nl$service"
      ;;
  esac
  [ -n "$program" ] || return 0
  programs="$programs$program$nl"
  wanted="$wanted$nl-o$nl-lname$nl*/$program$nl-o$nl-lname$nl*/$program (deleted)$nl-o$nl-lname$nl*/$program.*"
  files="$files$nl$link/$installed"
}

# Takes what systemctl says of a unit.
unit() {
  [ -n "$1" ] || short=yes
  said="${said:+${said}unit $nl}"
  IFS=$nl
  for line in $1; do
    said="${said}unit $line$nl"
    case $line in
      ActiveState=inactive | ActiveState=failed | MainPID=*[!0-9]* | MainPID=0) ;;
      ActiveState=*) up=yes ;;
      MainPID=*) list="$list ${line#*=}" ;;
      ExecStart=*)
        started=
        IFS=$blank
        for one in $line; do
          case $one in *'=/'*) one=/${one##*=/} ;; esac
          case $one in /*/"$program") started=$one ;; esac
        done
        IFS=$nl
        [ -z "$started" ] || [ ! "$started" -ef "$link/$installed" ] || starts="starts installed$nl"
        ;;
    esac
  done
  IFS=$blank
}

# What the supervisor said of an instance, and the process that it names.
supervisor() {
  said= list= up= starts=
  case $kind in
    systemd)
      for one in $units; do
        unit "${shown%%"$nl$nl"*}"
        case $shown in *"$nl$nl"*) shown=${shown#*"$nl$nl"} ;; *) shown= ;; esac
      done
      said=$said$starts
      # Only of several units that are all down one must have been chosen.
      if [ -z "$up" ] && [ "$units" != "${units% *}" ] && there "$choice"; then
        read -r line < "$choice" || :
        said="${said}choice $line$nl"
      fi
      ;;
    supervise)
      text=$stated
      if [ "$count" -gt 1 ]; then
        case $nl$stated$nl in *"$nl$service: "*) ;; *) refuse Supervisor "svstat said nothing of $service" ;; esac
        text=$nl$stated
        text=${text#*"$nl$service: "}
        text=${text%%"$nl"*}
      fi
      text=${text#"$service: "}
      case $text in *'access denied') hidden "$service" ;; esac
      IFS=$nl
      for line in $text; do said="${said}svstat $line$nl"; done
      IFS=$blank
      case $text in
        *'pid '[1-9]*)
          text=${text##*pid }
          list=${text%%[!0-9]*}
          ;;
      esac
      ;;
  esac
  for one in $list; do wanted="$wanted$nl-o$nl-path$nl/proc/$one/exe"; done
  eval "said_$index=\$said main_$index=\$list"
}

# The listening sockets of the ports as they were known, in $recalled, if each port has one. The kernel takes long to list sockets, and a process that holds one of these still listens.
recall() {
  recalled=
  for one in $known; do
    case $one in
      socket:*)
        one=${one#socket:}
        case " $ports " in *" ${one%:*} "*) recalled="${recalled}socket ${one%:*} ${one#*:}$nl" ;; esac
        ;;
    esac
  done
  for one in $ports; do
    case $recalled in *"socket $one "*) ;; *) recalled= ;; esac
  done
}

# The listening sockets of the ports unless they are recalled, processes by their names, and when the host was started.
table() {
  [ -z "$recalled" ] || ports=
  printf %s "$recalled"
  set +f
  set -- /proc/[0-9]*
  export ports programs
  exec awk '
    BEGIN {
      n = split(ENVIRON["ports"], port, " ")
      for (i = 1; i <= n; i++) wanted[sprintf("%04X", port[i])] = port[i]
      net[1] = "/proc/net/tcp"
      net[2] = "/proc/net/tcp6"
      for (i = 1; i <= 2 && n > 0; i++)
        while ((getline line < net[i]) > 0) {
          if (!index(line, " 0A ") || split(line, part, " ") < 10 || part[4] != "0A") continue
          at = substr(part[2], length(part[2]) - 3)
          if (at in wanted && !((at, part[10]) in seen) && ++seen[at] <= 16) {
            seen[at, part[10]] = 1
            print "socket", wanted[at], part[10]
          }
        }
      while ((getline line < "/proc/stat") > 0) if (line ~ /^btime /) print line
      n = split(ENVIRON["programs"], program, "\n")
      for (i = 1; i < ARGC; i++) {
        file = ARGV[i] "/comm"
        while ((getline line < file) > 0)
          for (j = 1; j < n; j++) if (line == substr(program[j], 1, 15)) print "comm", substr(ARGV[i], 7), program[j]
        close(file)
      }
    }
  ' "$@" 2> /dev/null
}

# The programs of processes: "/proc/17 PATH", without a path if it has more than one line.
executables() {
  set +f
  set -- /proc/[0-9]*/exe
  set -f
  IFS=$nl
  exec find "$@" -maxdepth 0 '(' $wanted ')' '(' -lname "*$nl*" -printf '%h\n' -o -printf '%h %l\n' ')' 2> /dev/null
}

# The processes of an instance.
own() {
  eval "list=\$main_$index"
  main=$list list=
  for one in $main; do insert "$one"; done
  if [ -n "$program" ]; then
    IFS=$nl
    for line in $exes; do
      case $line in
        *' '*"/$program" | *' '*"/$program (deleted)" | *' '*"/$program".*) ;;
        *' '*) continue ;;
      esac
      line=${line#/proc/}
      insert "${line%% *}"
    done
    IFS=$nl
    for line in $table; do
      case $line in
        "comm "*" $program")
          line=${line#comm }
          insert "${line%% *}"
          ;;
      esac
    done
    IFS=$blank
  fi
  set -- $list
  [ $# -le 64 ] || refuse TooMany "$# processes of $program run there"
  eval "own_$index=\$list"
  list=$pids
  for one; do insert "$one"; done
  pids=$list
}

# Identities by names, of those that are there, and the account of this one.
identities() {
  IFS=$nl
  exec stat -L -c '%d:%i:%s:%.9Y:%.9Z %U %u %n' -- /proc/self $executables $files 2> /dev/null
}

# What stat said of a path, in $entry.
entry() {
  entry=
  case $stats in
    *" $1$nl"*)
      entry=${stats%%" $1$nl"*}
      entry=${entry##*"$nl"}
      ;;
  esac
}

# Programs of the processes, and which of them hold the sockets. Of one socket the first holder is enough.
links() {
  IFS=$nl
  exec find $executables ${sockets:+$directories} -maxdepth 1 '(' -path '/proc/*/exe' ! -lname "*$nl*" -printf '%h %l\n' ')' -o '(' -path / $sockets ')' -printf '%h %l\n' $quit 2> /dev/null
}

# The same of the sockets that none of these processes holds.
holders() {
  set +f
  set -- /proc/[0-9]*/fd
  set -f
  IFS=$nl
  exec find "$@" -maxdepth 1 '(' -path / $sockets ')' -printf '%h %l\n' $quit 2> /dev/null
}

# The process that holds a socket, in $holder.
holder() {
  holder=
  case $links in
    *"/fd socket:[$1]$nl"*)
      holder=${links%%"/fd socket:[$1]$nl"*}
      holder=${holder##*/}
      ;;
  esac
}

# The sockets that nobody holds yet, as find looks for them.
unheld() {
  sockets= quit=
  IFS=$nl
  for line in $table; do
    case $line in 'socket '*) ;; *) continue ;; esac
    holder "${line##* }"
    [ -z "$holder" ] || continue
    case $sockets in '') quit=-quit ;; *) quit= ;; esac
    sockets="$sockets$nl-o$nl-lname${nl}socket:\\[${line##* }\\]"
  done
  IFS=$blank
}

# What was recalled is right if these processes hold it; otherwise all sockets are listed.
relist() {
  [ -n "$recalled" ] && [ -n "$sockets" ] || return 0
  recalled=
  table=$(table)
  unheld
  [ -z "$pids" ] || links=$nl$(links)$nl
}

# One line about a living process, from what was asked of all.
listed() {
  at=/proc/$1
  exe=
  case $exes in
    *"$nl$at "*)
      exe=${exes#*"$nl$at "}
      exe=${exe%%"$nl"*}
      ;;
  esac
  case $links in *"$nl$at $exe$nl"*) ;; *) exe= ;; esac
  entry "$at/exe"
  key=${entry%% *}
  if [ -n "$exe" ] && [ -n "$key" ] && sum "$key" "$at/exe"; then
    stat_of "$1" || return 0
    set -- "$1" ${stat##*) }
    case ${2-} in '' | Z | X | x) return 0 ;; esac
    say "process $1 ${21} $3 $key =$exe *"
  else
    process "$1"
  fi
}

# What is said of one instance.
report() {
  [ "$count" -eq 1 ] || say instance
  eval "said=\$said_$index list=\$own_$index"
  printf %s "$said"
  IFS=$nl
  for line in $table; do
    case $line in
      "socket $port "*)
        holder "${line##* }"
        [ -z "$holder" ] || insert "$holder"
        say "listener ${holder:--}"
        [ -z "$holder" ] || say "$line"
        ;;
    esac
  done
  IFS=$blank
  [ "$count" -eq 1 ] || say "pids$list"
  if [ -n "$program" ]; then
    entry "$link/$installed"
    case " $known " in
      *" ${entry%% *} "*) [ -n "$entry" ] && [ -f "$link/$installed" ] && [ -r "$link/$installed" ] || entry= ;;
      *) entry= ;;
    esac
    if [ -n "$entry" ]; then say "installed ${entry%% *}"; else file installed "$link/$installed"; fi
  fi
  if [ -L "$link" ]; then
    text=$(find "$link" -maxdepth 0 -printf '%l.')
    code "${text%.}"
    say "link $coded"
    resolve "$link"
    code "$real"
    say "target $coded"
  fi
  resolve "$dir"
  code "$real"
  say "real ${coded:--}"
}

say 'look 1'
if [ ! -e /proc/1/stat ]; then
  hidden 'the processes of others'
  refuse Hidden "$(id -un) does not see the processes of others"
fi
read -r boot < /proc/sys/kernel/random/boot_id
read -r up idle < /proc/uptime
say "boot $boot"
say "up $up"
say "tick ${drydock_ticks:-$(getconf CLK_TCK)}"

count=$((($# + 10) / 11))
shown= ports= shows= services= programs= wanted="-path$nl/" files= pids= links=
each gather "$@"
if [ -n "$shows" ]; then
  shown=$(systemctl ${drydock_scope-} show -p Id -p LoadState -p ActiveState -p SubState -p MainPID -p NRestarts -p ExecStart -p TimeoutStopUSec -p SendSIGKILL -- $shows) || refuse Supervisor "systemctl show ended with $?"
fi
if [ -n "$services" ]; then
  IFS=$nl
  stated=$("$tool" $services 2>&1) || refuse Supervisor "svstat ended with $?: $stated"
  IFS=$blank
fi
short=
recall
each supervisor "$@"
[ "$count" -eq 1 ] || [ -z "$short$shown" ] || refuse Supervisor 'systemctl show reported other units than those it was asked for'
table=$(table)
IFS=$nl
for line in $table; do
  case $line in
    'btime '*) say "$line" ;;
    'comm '*)
      line=${line#comm }
      wanted="$wanted$nl-o$nl-path$nl/proc/${line%% *}/exe"
      ;;
  esac
done
IFS=$blank
exes=
[ "$wanted" = "-path$nl/" ] || exes=$nl$(executables)$nl
each own "$@"
executables= lines= directories=
for pid in $pids; do
  executables="$executables$nl/proc/$pid/exe" lines="$lines$nl/proc/$pid/cmdline" directories="$directories$nl/proc/$pid/fd"
done
stats=$nl$(identities)$nl
entry /proc/self
entry=${entry#* }
case $entry in 'UNKNOWN '*) entry=${entry#* } ;; esac
say "user ${entry%% *}"
unheld
if [ -n "$pids" ]; then
  printf 'commands '
  IFS=$nl
  head -v -c 8192 -- $lines 2> /dev/null | base64 -w0
  IFS=$blank
  say
  links=$nl$(links)$nl
  unheld
  relist
  for pid in $pids; do listed "$pid"; done
  unheld
else
  relist
fi
if [ -n "$sockets" ]; then
  links=$links$nl$(holders)$nl
  IFS=$nl
  for line in $table; do
    IFS=$blank
    case $line in 'socket '*) holder "${line##* }" ;; *) continue ;; esac
    if [ -z "$holder" ]; then
      line=${line#socket }
      hidden "who listens on port ${line%% *}"
    else
      case " $pids " in *" $holder "*) ;; *) process "$holder" ;; esac
    fi
  done
  IFS=$blank
fi
each report "$@"
[ "$count" -eq 1 ] || say host
read -r load rest < /proc/loadavg && say "load $load"
read -r up idle < /proc/uptime
say "seen $up"
say end
