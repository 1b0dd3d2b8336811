#!/usr/bin/env bash
# Installs a release into the current cluster with kubectl and with Helm, and uses it: .github/workflows/kind.yml runs it on kind, WholeReleaseTests on the API
# server of the lab. It leaves the cluster without the operator, with the claims.
#
#   tests/release.sh DIST MANIFEST     DIST was made by config/release.sh; MANIFEST holds the OmsUpgrade oms/release, which must succeed, with its namespace and Secrets
#
# Variables: HELM=helm, CHART=the chart of DIST, HELM_FLAGS, KUBECTL_FLAGS (of apply), ROLLOUT_TIMEOUT=300s, UPGRADE_TIMEOUT=20m.
set -euo pipefail
dist="$(realpath "$1")" manifest="$(realpath "$2")" object=release space=oms
chart="${CHART:-$(ls "$dist"/drydock-[0-9]*.tgz)}"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
read -ra helm_flags <<<"${HELM_FLAGS:-}"
read -ra kubectl_flags <<<"${KUBECTL_FLAGS:-}"

say() { printf '== %s\n' "$*"; }

die() {
  printf '%s\n' "$@" >&2
  exit 1
}

apply() { kubectl apply "${kubectl_flags[@]}" "$@"; }

wait_for_operator() { # NAMESPACE
  kubectl -n "$1" rollout status deployment/drydock-operator --timeout "${ROLLOUT_TIMEOUT:-300s}"
  kubectl -n "$1" get lease drydock-operator -o jsonpath='{.spec.holderIdentity}{"\n"}'
}

refused() { # WHAT EXPECTED < MANIFEST
  local said
  if said="$(apply -f - 2>&1)"; then die "$1 was accepted: $said"; fi
  [[ "$said" == *"$2"* ]] || die "$1 was refused, but not with '$2':" "$said"
  printf '%s\n' "$said"
}

omsu() { # SPEC
  printf 'apiVersion: drydock.dev/v1alpha1\nkind: OmsUpgrade\nmetadata: {name: bad, namespace: %s}\nspec: %s\n' "$space" "$1"
}

say "install with kubectl"
apply -f "$dist/storage.yaml" -f "$dist/install.yaml"
kubectl wait --for=condition=Established --timeout=60s crd/omsupgrades.drydock.dev crd/databaserollingupgrades.drydock.dev
wait_for_operator drydock-system

say "a bad manifest is refused"
apply -f "$manifest"
omsu '{edition: Enterprize}' | refused "a wrong edition" 'supported values: "Enterprise", "Community"'
# CEL rules are known from Kubernetes 1.25 on.
minor="$(kubectl get --raw /version | sed -n 's/.*"minor": *"\([0-9]*\).*/\1/p')"
if [ "$minor" -ge 25 ]; then
  kubectl -n "$space" get omsu "$object" -o json | jq 'del(.metadata.resourceVersion) | .spec.toVersion = "9.9.9"' >"$work/changed.json"
  refused "another version while it runs" "spec.toVersion is frozen" <"$work/changed.json"
fi

say "an OMS is upgraded"
mkdir "$work/plugin"
tar -xzf "$dist"/kubectl-drydock-*-linux-"$(dpkg --print-architecture)".tar.gz -C "$work/plugin"
PATH="$work/plugin:$PATH" kubectl drydock wait "$object" -n "$space" --timeout "${UPGRADE_TIMEOUT:-20m}"

say "the operator is upgraded"
sed 's/--log-level=Information/--log-level=Debug/' "$dist/install.yaml" | apply -f -
wait_for_operator drydock-system
PATH="$work/plugin:$PATH" kubectl drydock status "$object" -n "$space"

say "uninstall"
kubectl -n "$space" delete omsu,snap --all --timeout=120s
kubectl delete --wait=false -f "$dist/install.yaml"
kubectl -n drydock-system get pvc drydock-snapshots drydock-images

say "install, upgrade and uninstall with Helm"
"${HELM:-helm}" install drydock "$chart" --namespace drydock-helm --create-namespace "${helm_flags[@]}"
wait_for_operator drydock-helm
"${HELM:-helm}" upgrade drydock "$chart" --namespace drydock-helm --set log.level=Debug "${helm_flags[@]}"
wait_for_operator drydock-helm
"${HELM:-helm}" uninstall drydock --namespace drydock-helm
kubectl get crd omsupgrades.drydock.dev
kubectl -n drydock-helm get pvc drydock-snapshots drydock-images
kubectl delete crd omsupgrades.drydock.dev databaserollingupgrades.drydock.dev backupsnapshots.drydock.dev snapshotrestores.drydock.dev
say "done"
