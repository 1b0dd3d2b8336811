# Runs other scripts one after the other under one lock: what stops an instance, replaces its program and its configuration, and starts it.
# $1 the directory to lock; then of each script its name, the number of its arguments and its arguments.
# Says "left" and does no more if a process is not ended within its grace.
LC_ALL=C
export LC_ALL
lock "$1" 30
held=$1
shift
trap '' TERM
while [ $# -gt 0 ]; do
  part=$1 count=$2
  shift 2
  call=part_$part
  number=1
  while [ "$number" -le "$count" ]; do
    call="$call \"\${$number}\""
    number=$((number + 1))
  done
  said=$(eval "$call") || exit
  case $said in
    *'refused '*)
      printf '\n%s\n' "$said"
      exit
      ;;
    *left*)
      say left
      say end
      exit
      ;;
    *end) ;;
    *) exit 1 ;;
  esac
  shift "$count"
done
say end
