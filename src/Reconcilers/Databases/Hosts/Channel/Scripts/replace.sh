# Runs other scripts one after the other under one lock: what stops an instance, replaces its program and its configuration, and starts it. Once it has stopped the instance it
# completes that, whether or not anybody still waits for it.
# $1 the directory to lock; $2 what was seen (unseen) where nothing else tells after the stop that another process came up, or nothing; $3 the processes PID:START that the stop
# ends; $4 those of them that are killed after their grace; then of each script its name, the number of its arguments and its arguments.
# Does no more, and says why, if a process lives on ("left"), or if a script does not allow the next one.
LC_ALL=C
export LC_ALL
[ -r "$1" ] || ! there "$1" || refuse Apart "$1 cannot be read by $(id -un)"
lock "$1" 30
ask_sync
held=$1 seen=$2 told=$3 doomed=$4 stopped=
shift 4
line='
'
while [ $# -gt 0 ]; do
  part=$1 count=$2
  shift 2
  call=part_$part
  number=1
  while [ "$number" -le "$count" ]; do
    call="$call \"\${$number}\""
    number=$((number + 1))
  done
  case $part in ready | process_losses | record_process) ;; *) trap '' TERM HUP PIPE ;; esac
  said=$(eval "$call") || exit
  case $line$said$line in
    *"${line}refused "*)
      printf '\n%s\n' "$said"
      exit
      ;;
    *"${line}loss "* | *"${line}closed "* | *"${line}broken "*)
      say "$said"
      exit
      ;;
    *"${line}end$line") ;;
    *) exit 1 ;;
  esac
  case $stopped$part in
    stop_* | run_script)
      stopped=yes-
      case $line$said in
        *"${line}left$line"*)
          for one in $doomed; do ! lives "$one" || kill -s KILL "${one%:*}" 2> /dev/null; done
          ended 10 $told || seen=left
          ;;
      esac
      if [ "$seen" = left ] || unseen "$seen"; then
        say left
        say end
        exit
      fi
      ;;
  esac
  shift "$count"
done
say end
