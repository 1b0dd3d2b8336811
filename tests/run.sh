#!/usr/bin/env bash
# Runs the named test projects one after the other. The last line is computed from their results:
# N passed, N failed, N skipped. The exit code is 1 if a test failed or a project did not finish.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
configuration="${CONFIGURATION:-Release}"
results="artifacts/test-results"
rm -rf "$results"
mkdir -p "$results"
broken=0

# In short processes the profile of tiered compilation and the double mapping of code pages cost more than they save.
export DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0

for project in "$@"; do
  echo "== $project"
  # Most processes of these tests end before code that is compiled again, better, has paid for it.
  [ "$project" = Unit ] || export DOTNET_TC_CallCountThreshold=FFFF
  # Other variants of what the rest shows, and samples of campaigns: DRYDOCK_SAMPLE=all. The traits of single cases of
  # a theory are honoured only if the cases are enumerated first.
  left_out=() limit=240
  [ "${DRYDOCK_SAMPLE:-}" = all ] || left_out=(-preEnumerateTheories -trait- Sample=All) limit=60
  # The test program itself: `dotnet test` would add a host and a collector that cost time. A test that takes longer than
  # 10 minutes is named; a project that takes longer than 60, or 240 with all cases, is ended.
  timeout --kill-after=1m "${limit}m" dotnet "artifacts/bin/$project/${configuration,,}/Drydock.Tests.$project.dll" \
    -noLogo -noColor "${left_out[@]}" -longRunning 600 -trx "$results/$project.trx" </dev/null || broken=1
  [ -f "$results/$project.trx" ] || { echo "$project wrote no test results." >&2; broken=1; }
done

echo "== slowest"
grep -ho '<UnitTestResult [^>]*>' "$results"/*.trx 2>/dev/null |
  sed -nE 's/.*testName="([^"]*)".*duration="([0-9:.]*)".*/\2 \1/p' | sort -r | head -n 12 | cut -c1-150

# Failures are repeated at the end, so that the last lines of a long log show which tests failed and why.
failures=$(cat "$results"/*.trx 2>/dev/null | awk '
  /<UnitTestResult / && /outcome="Failed"/ { inside = 1; match($0, /testName="[^"]*"/); print "FAILED " substr($0, RSTART + 10, RLENGTH - 11) }
  inside && /<Message>/ { said = 1; sub(/.*<Message>/, "") }
  said { done = sub(/<\/Message>.*/, ""); print "  " substr($0, 1, 300); if (done) said = 0 }
  /<\/UnitTestResult>/ { inside = 0 }' | sed 's/&#xD;//g; s/&lt;/</g; s/&gt;/>/g; s/&quot;/"/g; s/&amp;/\&/g')
[ -z "$failures" ] || printf '== failed\n%s\n' "$failures"

count() { grep -ho '<Counters [^>]*>' "$results"/*.trx 2>/dev/null | sed -nE "s/.* $1=\"([0-9]+)\".*/\1/p" | awk '{s+=$1} END {print s+0}'; }
total=$(count total); passed=$(count passed); failed=$(count failed)
skipped=$((total - passed - failed))
[ "$total" -gt 0 ] || broken=1
if [ "$broken" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=1; fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$broken" -eq 0 ] && [ "$failed" -eq 0 ]
