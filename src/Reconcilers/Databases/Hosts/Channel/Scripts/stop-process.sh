# Ends exactly one process, by a signal.
# $1 boot; $2 in time up to; $3 signal; $4 seconds to wait; $5 PID:START; then those of others that end with it.
LC_ALL=C
export LC_ALL
begin "$1" "$2"
if lives "$5" && ! said=$(kill -s "$3" "${5%:*}" 2>&1) && lives "$5"; then
  refuse Privileges "SIG$3 to process ${5%:*}: $said"
fi
grace=$4
shift 4
if ended "$grace" "$@"; then say ended; else say left; fi
say end
