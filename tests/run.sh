#!/usr/bin/env bash
# Runs the named test projects one after the other and prints how long each and its slowest collections took. The last
# line is computed from the results, also if the run is ended from outside: N passed, N failed, N skipped.
# The exit code is 1 if a test failed or a project did not finish.
#
#   run.sh PROJECT… [-- ARGUMENTS OF THE TEST PROGRAM]
#
# TEST_MINUTES limits the whole run: 65, or no limit with DRYDOCK_SAMPLE=all.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
configuration="${CONFIGURATION:-Release}"
results="${TEST_RESULTS:-artifacts/test-results}"
rm -rf "$results"
mkdir -p "$results"
broken=0 running='' took=()

projects=()
while [ $# -gt 0 ] && [ "$1" != -- ]; do projects+=("$1"); shift; done
[ $# -eq 0 ] || shift

# Variants of what other tests show, and samples of the campaign. The traits of single cases of a theory are honoured
# only if the cases are enumerated first.
left_out=() minutes="${TEST_MINUTES:-1440}"
[ "${DRYDOCK_SAMPLE:-}" = all ] || left_out=(-preEnumerateTheories -trait- Sample=All) minutes="${TEST_MINUTES:-65}"

# Which share of the samples a run takes changes with the day. The same number repeats it.
export DRYDOCK_SAMPLE="${DRYDOCK_SAMPLE:-$(($(date +%s) / 86400))}"
echo "DRYDOCK_SAMPLE=$DRYDOCK_SAMPLE"

# In short processes the profile of tiered compilation and the double mapping of code pages cost more than they save.
export DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0

attribute() { sed -nE "s/.* $1=\"([^\"]*)\".*/\1/p"; }
plain() { sed 's/&#xD;//g; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&amp;/\&/g'; }

summarize() {
  trap - EXIT INT TERM
  [ -z "$running" ] || { kill -- "-$running" 2>/dev/null; broken=1; }
  local counters total passed failed skipped failures file
  counters="$(grep -ho '<Counters [^>]*>' "$results"/*.trx 2>/dev/null)"
  count() { attribute "$1" <<<"$counters" | awk '{ s += $1 } END { print s + 0 }'; }
  total=$(count total) passed=$(count passed) failed=$(count failed)

  printf '== seconds\n'
  printf '%s\n' "${took[@]}"
  # A collection is a class, or what shares a part of the lab.
  for file in "$results"/*.xml; do
    [ -f "$file" ] || continue
    grep -o '<collection [^>]*>' "$file" |
      sed -nE 's/.* name="(Test collection for )?([^"]*)".* time="([0-9.]*)".*|.* time="([0-9.]*)".* name="(Test collection for )?([^"]*)".*/\3\4 \2\6/p' |
      sed -E 's/ \(id: [0-9a-f]*\)//' | sort -rn | head -n 20 | awk '$1 >= 5 { printf "  %6.0f  %s\n", $1, $2 }'
  done

  # Failures are repeated at the end, so that the last lines of a long log show which tests failed and why.
  # The results are one line; a message may have several.
  failures=$(sed -E 's#<UnitTestResult |<ErrorInfo>#\n&#g; s#</Message>#&\n#g' "$results"/*.trx 2>/dev/null | awk '
    /^<UnitTestResult / {
      inside = /^[^>]*outcome="Failed"/
      if (inside) { match($0, /testName="[^"]*"/); print "FAILED " substr($0, RSTART + 10, RLENGTH - 11) }
    }
    inside && sub(/^<ErrorInfo><Message>/, "") { said = 1 }
    said { said = !sub(/<\/Message>.*/, ""); print "  " substr($0, 1, 300) }' | plain)
  [ -z "$failures" ] || printf '== failed\n%s\n' "$failures"

  skipped=$((total - passed - failed))
  [ "$total" -gt 0 ] || broken=1
  if [ "$broken" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
  echo "$passed passed, $failed failed, $skipped skipped"
  # In a trap, exit without a number ends with the code of the command before the trap.
  [ "$broken" -eq 0 ] && [ "$failed" -eq 0 ] && exit 0
  exit 1
}
trap summarize EXIT
trap 'echo "The run was ended from outside." >&2; broken=1; exit 1' INT TERM

for project in "${projects[@]}"; do
  echo "== $project"
  left=$((minutes * 60 - SECONDS))
  if [ "$left" -le 0 ]; then
    echo "$project was not started: the run may take $minutes minutes in all (TEST_MINUTES)." >&2
    broken=1
    continue
  fi
  # Most processes of these tests end before code that is compiled again, better, has paid for it.
  [ "$project" = Unit ] || export DOTNET_TC_CallCountThreshold=FFFF
  started=$SECONDS
  # The test program itself: `dotnet test` would add a host and a collector that cost time. It leads a process group, so
  # that it can be ended with its children. A test that takes longer than 10 minutes is named.
  set -m
  timeout --foreground --kill-after=30s "$left" dotnet "artifacts/bin/$project/${configuration,,}/Drydock.Tests.$project.dll" \
    -noLogo -noColor "${left_out[@]}" "$@" -longRunning 600 -result-trx "$results/$project.trx" -result-xml "$results/$project.xml" </dev/null &
  running=$!
  set +m
  wait "$running" || broken=1
  running=''
  took+=("$(printf '%6d  %s' "$((SECONDS - started))" "$project")")
  [ -f "$results/$project.trx" ] || { echo "$project wrote no test results: it ended after $((SECONDS - started)) s." >&2; broken=1; }
done
