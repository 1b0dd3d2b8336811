#!/usr/bin/env bash
# Runs stages one after the other and prints one line for each: its name and its time in seconds. What a stage prints
# goes to a separate log file. If a stage fails, the end of its log is printed, no later stage is run and the exit
# code is that of the stage.
#
#   stages.sh LOGS NAME COMMAND [NAME COMMAND]… [--beside NAME COMMAND]
#
# LOGS is the folder of the log files. A COMMAND is a line for bash. The stage after --beside is started first, runs at
# the same time as the others and is printed last.
set -uo pipefail

logs="$1"
shift
mkdir -p "$logs"
beside_name='' beside_pid='' beside_log=''

log_of() { printf '%s/%s.log' "$logs" "$(tr -cs 'A-Za-z0-9.\n' - <<<"$1")"; }

# Every stage leads a process group, so that all its processes can be ended with it.
cleanup() { [ -z "$beside_pid" ] || kill -- "-$beside_pid" 2>/dev/null; }
trap cleanup EXIT
trap 'exit 130' INT TERM

end_of() { # NAME CODE LOG SECONDS
  if [ "$2" = 0 ]; then
    printf '%s s\n' "$4"
    return
  fi
  printf 'FAILED with exit code %s after %s s. The end of %s:\n' "$2" "$4" "$3"
  tail -n 25 "$3" | sed 's/^/  | /'
  exit "$2"
}

stage() { # NAME COMMAND
  local log started=$SECONDS code=0
  log="$(log_of "$1")"
  printf '%s … ' "$1"
  bash -c "$2" >"$log" 2>&1 </dev/null || code=$?
  end_of "$1" "$code" "$log" "$((SECONDS - started))"
}

for ((i = 1; i <= $#; i++)); do
  if [ "${!i}" = --beside ]; then
    name_at=$((i + 1)) command_at=$((i + 2))
    beside_name="${!name_at}" beside_log="$(log_of "${!name_at}")"
    set -m
    bash -c "${!command_at}" >"$beside_log" 2>&1 </dev/null &
    beside_pid=$!
    set +m
    break
  fi
done

while [ $# -gt 0 ] && [ "$1" != --beside ]; do
  stage "$1" "$2"
  shift 2
done

if [ -n "$beside_pid" ]; then
  printf '%s … ' "$beside_name"
  code=0
  wait "$beside_pid" || code=$?
  beside_pid=''
  end_of "$beside_name" "$code" "$beside_log" "$SECONDS"
fi
