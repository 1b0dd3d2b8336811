#!/usr/bin/env bash
# Runs what `make test` leaves out, one part after the other, and keeps a ledger of what is stale in
# docs/project/reliability/campaign.csv: part, fingerprint of the files that it depends on, result, seconds, day.
# Parts that never ran come first, then those that failed, then the stale ones, the longest unseen first.
#
#   campaign.sh [run|list]
#
# CAMPAIGN_MINUTES=480: no part is begun after this time. CAMPAIGN_ONLY=text[,text]: only parts with such a name, also if
# they are current. CHAOS_MINUTES, SOAK_MINUTES and HOSTILE_MANIFESTS: the size of these parts.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
ledger=docs/project/reliability/campaign.csv
bin="artifacts/bin"
release="${CONFIGURATION:-Release}"
release="${release,,}"
minutes="${CAMPAIGN_MINUTES:-480}"
export DRYDOCK_SAMPLE=all

# The files that a part depends on.
scope() { # PART
  case "$1" in
    Unit) echo src tests/Unit tests/Shared tools config charts docs ':!docs/project/reliability' ;;
    mutants) echo src tests/Unit tests/Shared tests/mutants tests/mutants.sh ;;
    */*) scope "${1#*/}" ;;
    *.Cli.* | *.Plugin.*) echo src/Crds src/Clients src/Cli tests/Integration/Cli tests/Integration/Plugin tests/Lab ;;
    *.Integration.Clients.*) echo src/Crds src/Clients tests/Integration/Clients tests/Lab ;;
    *.Integration.Install.*) echo src config charts image tools/CrdGen tests/Integration/Install tests/Lab ;;
    *.Integration.Pages.*) echo src config charts docs ':!docs/project/reliability' tests/Integration/Pages tests/Lab ;;
    *.Integration.Lab.*) echo tests/Integration/Lab tests/Lab ;;
    *.Integration.*) echo src ':!src/Cli' config tests/Integration tests/Lab ;;
    *PageTests) echo src config docs ':!docs/project/reliability' tests/EndToEnd tests/Lab ;;
    *) echo src ':!src/Cli' config tests/EndToEnd tests/Benchmarks tests/Lab ;;
  esac
}

fingerprint() { # PART
  local -a files
  read -ra files <<<"$(scope "$1")"
  git ls-files -s -- "${files[@]}" | sha256sum | cut -c1-12
}

parts() {
  local project
  echo Unit
  for project in Integration EndToEnd; do
    dotnet "$bin/$project/$release/Drydock.Tests.$project.dll" -noLogo -noColor -list classes -trait Sample=All |
      grep -o '^Drydock[A-Za-z.0-9_]*'
  done
  echo mutants
  echo chaos
  echo soak
  echo hostile
  others
}

# Parts that also run on the servers of another system (tests/Lab/recipes/system.sh): SERVER/CLASS.
others() {
  local docker class snapshots=Drydock.Tests.Integration.Clients.Snapshots
  for docker in docker-trixie docker-sid docker-sid-containerd; do
    echo "$docker/Drydock.Tests.EndToEnd.RollbackTests"
    echo "$docker/Drydock.Tests.EndToEnd.OperatorKillTests"
  done
  echo "docker-sid/Drydock.Tests.Integration.Lab.DockerHostTests"
  for class in RestoreTests RestoreTestTests TakeTests MyDumperTests EncryptionTests LocalFileTests DropAndSettingsTests DumpQuestionTests HostileDatabaseTests; do
    echo "metadb-trixie/$snapshots.$class"
  done
  echo "metadb-sid/$snapshots.HostileDatabaseTests"
  echo "metadb-trixie/Drydock.Tests.EndToEnd.RollbackTests"
  echo "metadb-sid/Drydock.Tests.EndToEnd.RollbackTests"
  echo "kubectl-npm/Drydock.Tests.EndToEnd.RollbackTests"
  echo "kubectl-sid/Drydock.Tests.EndToEnd.RollbackTests"
}

row() { grep -m1 "^$1," "$ledger"; }

# Prints RANK DAY PART STATE for each part.
states() {
  local part found print result day state rank
  while read -r part; do
    found="$(row "$part")"
    IFS=, read -r _ print result _ day <<<"$found"
    if [ -z "$found" ]; then state=never rank=0 day=-
    elif [ "$result" != passed ]; then state="$result" rank=1
    elif [ "$print" != "$(fingerprint "$part")" ]; then state=stale rank=2
    else state=current rank=3; fi
    echo "$rank $day $part $state"
  done | sort -k1,1n -k2,2
}

run_part() { # PART
  case "$1" in
    metadb-*/*) DRYDOCK_LAB_METADB="$(cut -d- -f2 <<<"${1%%/*}")" run_part "${1#*/}" ;;
    kubectl-*/*) DRYDOCK_LAB_KUBECTL="$(cut -d- -f2 <<<"${1%%/*}")" run_part "${1#*/}" ;;
    docker-*-containerd/*) DRYDOCK_LAB_IMAGES=containerd DRYDOCK_LAB_DOCKER="$(cut -d- -f2 <<<"${1%%/*}")" run_part "${1#*/}" ;;
    docker-*/*) DRYDOCK_LAB_DOCKER="$(cut -d- -f2 <<<"${1%%/*}")" run_part "${1#*/}" ;;
    Unit) TEST_RESULTS=artifacts/campaign/Unit bash tests/run.sh Unit ;;
    mutants) bash tests/mutants.sh ;;
    chaos) dotnet "$bin/Benchmarks/$release/Drydock.Benchmarks.dll" chaos ;;
    soak) dotnet "$bin/Benchmarks/$release/Drydock.Benchmarks.dll" soak ;;
    hostile) TEST_RESULTS=artifacts/campaign/hostile HOSTILE_MANIFESTS="${HOSTILE_MANIFESTS:-10000}" bash tests/run.sh EndToEnd -- \
      -class Drydock.Tests.EndToEnd.Hostile.HostileManifestTests ;;
    *.Integration.*) TEST_RESULTS="artifacts/campaign/$1" bash tests/run.sh Integration -- -class "$1" ;;
    *) TEST_RESULTS="artifacts/campaign/$1" bash tests/run.sh EndToEnd -- -class "$1" ;;
  esac
}

keep() { # PART FINGERPRINT RESULT SECONDS
  { grep -v "^$1," "$ledger" | tail -n +2; echo "$1,$2,$3,$4,$(date -u +%F)"; } | sort -t, -k1,1 >"$ledger.new"
  { echo part,files,result,seconds,day; cat "$ledger.new"; } >"$ledger.next"
  rm "$ledger.new"
  mv "$ledger.next" "$ledger"
}

[ -f "$ledger" ] || echo part,files,result,seconds,day >"$ledger"
if [ "${1:-run}" = list ]; then
  parts | states | awk '{ printf "%-8s %-10s %s\n", $4, $2, $3 }'
  exit
fi

failed=0 ran=0
mkdir -p artifacts/campaign
while read -r rank _ part state; do
  if [ -n "${CAMPAIGN_ONLY:-}" ]; then
    grep -qE "${CAMPAIGN_ONLY//,/|}" <<<"$part" || continue
  elif [ "$rank" = 3 ]; then
    continue
  fi
  if [ "$SECONDS" -ge $((minutes * 60)) ]; then
    echo "The time is over (CAMPAIGN_MINUTES=$minutes)."
    break
  fi
  # What is built from the working tree: the fingerprint of before the run is that of what ran.
  print="$(fingerprint "$part")" started=$SECONDS result=passed
  printf '%s (%s) … ' "$part" "$state"
  log="artifacts/campaign/${part//\//-}.log"
  run_part "$part" >"$log" 2>&1 </dev/null || result=failed
  keep "$part" "$print" "$result" "$((SECONDS - started))"
  printf '%s, %s s\n' "$result" "$((SECONDS - started))"
  [ "$result" = passed ] || { failed=$((failed + 1)); tail -n 15 "$log" | sed 's/^/  | /'; }
  ran=$((ran + 1))
done < <(parts | states)

parts | states | awk '{ n[$4]++ } END { for (s in n) printf "%d %s, ", n[s], s }'
echo "$ran ran, $failed failed. The ledger: $ledger"
[ "$failed" -eq 0 ]
