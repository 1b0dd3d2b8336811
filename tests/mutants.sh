#!/usr/bin/env bash
# Breaks what decides in the operator in one place after the other, and runs the unit tests on each broken operator.
# A place that no test misses is a promise without a test.
#
#   mutants.sh [all|build|control|run|list] [NAME…]
#
# build: copies the tree to MUTANTS_FOLDER (artifacts/mutants), breaks the copy in all places at once, each behind its
# name in the environment variable DRYDOCK_MUTANT, and builds it once. control: runs the tests with no place broken;
# they must pass. run: for each place, runs the tests until one fails, first the one that failed last time, and keeps
# the ledger docs/project/reliability/mutants.csv. all: these three. The exit code is 1 if a place does not match the
# source, if a mutant survives that is not equivalent, or if one that is named equivalent is killed.
#
# The places are in mutants/*.txt:
#
#   src/Some/File.cs
#   [name] What a user would lose.
#   - exact text of the file, which has it once; more lines of it follow
#   + the text in its place, in which BROKEN is true if this mutant is chosen
#   = why the tests cannot notice: such a mutant is equivalent
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.." || exit 1
repository="$PWD"
folder="${MUTANTS_FOLDER:-artifacts/mutants}"
ledger="$repository/docs/project/reliability/mutants.csv"
export DRYDOCK_SAMPLE="${DRYDOCK_SAMPLE:-20786}" DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0
[ "$DRYDOCK_SAMPLE" != all ] || DRYDOCK_SAMPLE=20786
unset DRYDOCK_MUTANT

# The tests that may notice, the likely ones first.
stages=(
  "-namespace Drydock.Tests.Unit.Runs*"
  "-namespace Drydock.Tests.Unit.Upgrades* -namespace Drydock.Tests.Unit.Costs*"
  "-namespace Drydock.Tests.Unit.Oms*"
  "-namespace Drydock.Tests.Unit.Databases* -namespace Drydock.Tests.Unit.Snapshots*"
)

# A run that takes longer than this many seconds hangs, which the people who wait would notice too.
limit=900

newline=$'\n'
names=()
declare -A place loss reason edits old new

read_places() {
  local line file='' name='' edit=0 before=''
  while IFS= read -r line; do
    case "$line" in
      src/*) file="$line" name='' ;;
      '['*)
        name="${line%%]*}" name="${name#[}"
        [ -z "${place[$name]:-}" ] || { echo "Two mutants are named $name." >&2; exit 1; }
        names+=("$name") place[$name]="$file" loss[$name]="${line#*] }" edits[$name]=0 edit=0
        ;;
      '- '*)
        [ "$before" = - ] || { edit=$((edit + 1)) edits[$name]=$edit old[$name,$edit]='' new[$name,$edit]=''; }
        old[$name,$edit]+="${old[$name,$edit]:+$newline}${line:2}"
        ;;
      '+ '*) new[$name,$edit]+="${new[$name,$edit]:+$newline}${line:2}" ;;
      '= '*) reason[$name]="${line:2}" ;;
      '' | '#'*) ;;
      *) echo "Not understood in tests/mutants: $line" >&2; exit 1 ;;
    esac
    before="${line:0:1}"
  done < <(cat tests/mutants/*.txt)
}

# Breaks the copy in all places; each must be in its file exactly once.
break_all() {
  local name edit file from to wrong=0
  local -A text
  for name in "${names[@]}"; do
    file="$folder/${place[$name]}"
    [ -n "${text[$file]:-}" ] || text[$file]="$(cat "$file")"
    for ((edit = 1; edit <= edits[$name]; edit++)); do
      from="${old[$name,$edit]}" to="${new[$name,$edit]//BROKEN/global::Drydock.Mutants.Is(\"$name\")}"
      if [[ "${text[$file]}" != *"$from"* || "${text[$file]#*"$from"}" = *"$from"* ]]; then
        echo "$name: ${place[$name]} does not have this text exactly once: $from" >&2
        wrong=1
        continue
      fi
      text[$file]="${text[$file]/"$from"/"$to"}"
    done
  done
  for file in "${!text[@]}"; do printf '%s\n' "${text[$file]}" >"$file"; done
  return "$wrong"
}

build() {
  mkdir -p "$folder"
  find "$folder" -mindepth 1 -maxdepth 1 ! -name artifacts -exec rm -rf {} +
  git ls-files -z | xargs -0 cp -p --parents -t "$folder" || return 1
  break_all || return 1
  cat >"$folder/src/Crds/Mutants.cs" <<'END'
namespace Drydock;

public static class Mutants
{
    private static readonly string? Chosen = Environment.GetEnvironmentVariable("DRYDOCK_MUTANT");

    public static bool Is(string name) => Chosen == name;
}
END
  (cd "$folder" && dotnet build tests/Unit -c Release -v quiet -nologo \
    -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false -p:EnforceCodeStyleInBuild=false -clp:ErrorsOnly)
}

# Runs tests on the copy. Prints the test that failed, or how the process ended; nothing if all passed.
failing() { # ARGUMENTS…
  local code log="$folder/artifacts/run.log"
  (cd "$folder" && timeout -k 10 "$limit" dotnet artifacts/bin/Unit/release/Drydock.Tests.Unit.dll \
    -noLogo -noColor -stopOnFail "$@" </dev/null) >"$log" 2>&1
  code=$?
  [ "$code" -ne 0 ] || return 0
  sed -nE 's/^ *(Drydock\.[A-Za-z0-9_.+]+).*\[FAIL\].*/\1/p' "$log" | head -n 1 | grep . || {
    if [ "$code" = 124 ]; then echo "time"; else echo "exit-$code"; fi
  }
}

control() {
  local stage found began
  for stage in "${!stages[@]}"; do
    began=$SECONDS
    # shellcheck disable=SC2086
    found="$(failing ${stages[stage]})"
    grep -q 'Total: [1-9]' "$folder/artifacts/run.log" || found="${found:-no test was found for ${stages[stage]}}"
    [ -z "$found" ] || { echo "With no place broken the tests must pass: $found" >&2; return 1; }
    printf 'control, stage %d: %s, %d s\n' "$((stage + 1))" \
      "$(grep -o 'Total: [0-9]*' "$folder/artifacts/run.log")" "$((SECONDS - began))"
  done
}

row() { grep -m1 "^$1," "$ledger"; }

keep() { # NAME RESULT TEST SECONDS
  { grep -v "^$1," "$ledger" | tail -n +2; echo "$1,$2,$3,$4"; } | sort -t, -k1,1 >"$ledger.new"
  { echo mutant,result,test,seconds; cat "$ledger.new"; } >"$ledger.next"
  rm "$ledger.new"
  mv "$ledger.next" "$ledger"
}

# Prints the test that notices the mutant, or nothing.
killer() { # NAME
  local known found stage
  export DRYDOCK_MUTANT="$1"
  known="$(row "$1" | cut -d, -f3)"
  if [[ "$known" = Drydock.* ]]; then
    found="$(failing -method "$known")"
    [ -z "$found" ] || { echo "$found"; return; }
  fi
  for stage in "${!stages[@]}"; do
    # shellcheck disable=SC2086
    found="$(failing ${stages[stage]})"
    # Once more alone: what failed by chance does not count.
    if [[ "$found" = Drydock.* ]]; then found="$(failing -method "$found")"; fi
    [ -z "$found" ] || { echo "$found"; return; }
  done
}

run() { # NAME…
  local name test result began bad=0
  [ -f "$ledger" ] || echo mutant,result,test,seconds >"$ledger"
  for name; do
    [ -n "${place[$name]:-}" ] || { echo "There is no mutant $name." >&2; return 1; }
    began=$SECONDS
    test="$(killer "$name")"
    result=killed
    if [ -z "$test" ]; then result=SURVIVED; fi
    if [ -n "${reason[$name]:-}" ]; then
      if [ -z "$test" ]; then result=equivalent; else result=NOT-EQUIVALENT; fi
    fi
    keep "$name" "$result" "$test" "$((SECONDS - began))"
    printf '%-32s %s %s, %d s\n' "$name" "$result" "$test" "$((SECONDS - began))"
    [[ "$result" = killed || "$result" = equivalent ]] || { bad=$((bad + 1)); echo "  ${loss[$name]}"; }
  done
  echo "$# mutants, $bad that no test misses. The ledger: ${ledger#"$repository/"}"
  [ "$bad" -eq 0 ]
}

read_places
folder="$(realpath -m "$folder")"
word="${1:-all}"
shift || true
[ $# -gt 0 ] || set -- "${names[@]}"
case "$word" in
  all) build && control && run "$@" ;;
  build) build ;;
  control) control ;;
  run) run "$@" ;;
  list) for name; do printf '%-32s %s\n' "$name" "${loss[$name]}"; done ;;
  *) sed -n '2,/^set /p' "${BASH_SOURCE[0]}" | grep '^#' >&2; exit 2 ;;
esac
