# Starts a unit. One that failed too often is given another chance first.
# $1 boot; $2 in time up to; $3 unit; $4 its state, or nothing where it was stopped meanwhile; $5 seconds to wait.
LC_ALL=C
export LC_ALL
in_time "$1" "$2"
booted=$1 latest=$2
state=${4:-$(systemctl ${drydock_scope-} show -p ActiveState -- "$3")}
case ${4:+-}$state in ActiveState=active | ActiveState=activating | ActiveState=reloading) refuse Returned "$3 was stopped and is ${state#ActiveState=} again" ;; esac
[ "${state#ActiveState=}" != failed ] || within "$5" systemctl ${drydock_scope-} reset-failed -- "$3" || refuse Supervisor "systemctl reset-failed $3 ended with $?"
in_time "$booted" "$latest"
within "$5" systemctl ${drydock_scope-} start -- "$3"
code=$?
case $code in
  0) ;;
  124) refuse Start "systemctl start $3 has not ended after $5 s" ;;
  *) refuse Start "systemctl start $3 ended with $code" ;;
esac
say end
