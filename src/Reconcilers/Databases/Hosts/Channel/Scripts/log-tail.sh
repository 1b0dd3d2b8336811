# The last lines that tell why a process does not come up: errors of its log; then, each behind a character 30 and a name, the end of its output and of its journal.
# $1 the component in paths of YugabyteDB; $2 --user or nothing; $3 its unit, or nothing; $4 its pid, or nothing; $5 the file of its output, or nothing; then its command line up
# to --; then directories. More directories are those that its command line names, or a flag file there. Of all of them the log that was written last and has such a line counts;
# that of PostgreSQL has statements of clients.
LC_ALL=C XDG_RUNTIME_DIR=/run/user/$(id -u)
export LC_ALL XDG_RUNTIME_DIR
kind=$1 scope=$2 unit=$3 pid=$4 own=$5 command=
shift 5
while [ "$1" != -- ]; do
  command="$command
$1"
  shift
done
shift
words() {
  [ -z "$unit" ] || systemctl $scope show -p ExecStart -- "$unit" 2>/dev/null | tr ' ' '\n'
  [ -z "$pid" ] || tr '\000' '\n' 2>/dev/null < "/proc/$pid/cmdline"
  printf '%s\n' "$command"
}
named=$({
  words
  words | awk '/^--?flagfile$/ { getline; print } sub(/^--?flagfile=/, "") { print }' | tr ',' '\n' | sort -u |
  while read -r file; do cat -- "$file" 2>/dev/null; done
} | awk -v kind="$kind" '
  sub(/^--?log_dir=/, "") { print }
  sub(/^--?log-file=/, "") { sub(/\/[^\/]*$/, ""); print }
  sub(/^--?fs_data_dirs=/, "") {
    n = split($0, d, ",")
    for (i = 1; i <= n; i++) print d[i] "/yb-data/" kind "/logs"
  }
' | sort -u)
while read -r one; do
  [ -z "$one" ] || set -- "$@" "$one"
done << END
$named
END
find -H "$@" -maxdepth 1 -type f -mmin -120 -name '*[lL][oO][gG]*' ! -name 'postgresql*' \
  -exec ls -t -- {} + 2>/dev/null |
head -n 6 | while read -r log; do
  tail -c 262144 -- "$log" 2>/dev/null | tr -d '\000' |
  grep -aiE '\[(fatal|error)\]|^(F|E)[0-9]{4} |panic|(FATAL|CRIT|ERRO) ' |
  tail -n 3 | cut -c 1-1000 | grep . && break
done
if [ -n "$own" ]; then
  printf '\036%s\n' "$own"
  tail -c 4096 -- "$own" 2>/dev/null | tail -n 3 | tr -d '\000\036'
fi
if [ -n "$unit" ]; then
  printf '\036The journal of %s\n' "$unit"
  journalctl $scope -u "$unit" -n 20 --no-pager -q -o cat 2>/dev/null |
  grep -avE '^(Start|Stop)(ed|ped|ing|ping) |: (Scheduled restart|Service .* restart|Deactivated|Consumed)' |
  tail -n 3 | cut -c 1-1000 | tr -d '\000\036'
fi
:
