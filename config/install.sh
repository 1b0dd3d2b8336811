#!/usr/bin/env bash
# Installs the operator into the current cluster, or removes it. It changes no file.
#
#   config/install.sh install IMAGE [VARIANT]     IMAGE has a tag or a digest
#   config/install.sh uninstall [VARIANT]         the namespace and the claims with the dumps are kept
#
# VARIANT is default, s3-only or namespaced: docs/how-to/install.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

die() {
  printf '%s\n' "$@" >&2
  exit 1
}

manifest() {
  local file="${1:-default}/install.yaml"
  case "${1:-default}" in
    default | s3-only | namespaced) cat "$file" ;;
    *) die "VARIANT is '$1'. Use default, s3-only or namespaced." ;;
  esac
}

install() {
  local image="${1:-}" variant="${2:-default}" name='[a-z0-9]([a-z0-9._/-]|:[0-9]+/)*'
  [[ "$image" =~ ^$name(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?(@sha256:[0-9a-f]{64})?$ ]] && [[ "${image##*/}" == *[:@]* ]] ||
    die "IMAGE is '$image'. Use the name of your image with a tag or a digest: make install IMAGE=registry.example/drydock-operator:0.1.0"
  manifest "$variant" >/dev/null
  [ "$variant" = s3-only ] || kubectl apply -k storage
  manifest "$variant" | sed "s#^\( *image: \)drydock-operator:.*#\1$image#" | kubectl apply -f -
  echo "Wait until it runs: kubectl -n drydock-system rollout status deployment/drydock-operator"
}

uninstall() {
  local crd found objects=""
  # By their full names, because kubectl may not know the new kinds by shorter ones for ten minutes.
  for crd in $(kubectl get crd -o name | sed -n 's#^.*/\(.*\.drydock\.dev\)$#\1#p'); do
    found="$(kubectl get "$crd" --all-namespaces --no-headers -o custom-columns=:.kind,:.metadata.namespace,:.metadata.name)"
    [ -z "$found" ] || objects="$objects$found"$'\n'
  done
  [ -z "$objects" ] ||
    die "These objects exist. Delete them while the operator runs, because it removes their finalizers, then repeat:" "$objects"
  manifest "${1:-default}" | awk -v RS='\n---\n' -v ORS='\n---\n' '!/\nkind: Namespace\n/' | kubectl delete --ignore-not-found -f -
  echo "The namespace drydock-system is kept, with the claims that hold the dumps. To delete them too: kubectl delete namespace drydock-system"
}

case "${1:-}" in
  install | uninstall) "$@" ;;
  *) die "usage: config/install.sh install IMAGE [VARIANT], or config/install.sh uninstall [VARIANT]" ;;
esac
