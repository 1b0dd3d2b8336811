#!/usr/bin/env bash
# Writes what is assembled from other files of this repository: config/default/install.yaml, and the CRDs and roles of charts/drydock.
#
#   config/assemble.sh [ROOT]     ROOT defaults to the repository; the result has the same paths below it
#
# Part of make generate. A unit test fails while the result is stale.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root="${1:-$PWD}"
export LC_ALL=C

mkdir -p "$root/config/default" "$root/charts/drydock/crds" "$root/charts/drydock/templates"
{
  echo '# Assembled by config/assemble.sh; change the files named below and run make generate.'
  for file in config/manager/namespace.yaml config/crd/drydock.dev_*.yaml config/rbac/service_account.yaml config/rbac/role.yaml config/rbac/role_binding.yaml \
    config/manager/volumes.yaml config/manager/deployment.yaml; do
    echo '---'
    echo "# $file"
    cat "$file"
  done
} > "$root/config/default/install.yaml.new"
mv "$root/config/default/install.yaml.new" "$root/config/default/install.yaml"

rm -f "$root"/charts/drydock/crds/drydock.dev_*.yaml
cp config/crd/drydock.dev_*.yaml "$root/charts/drydock/crds/"

{
  echo '{{- /* Made by config/assemble.sh from config/rbac/role.yaml; change the types and run make generate. */}}'
  grep -v '^#' config/rbac/role.yaml | sed \
    -e 's/^  name: drydock-operator$/  name: {{ .Release.Name }}-operator/' \
    -e 's/^  namespace: drydock-system$/  namespace: {{ .Release.Namespace }}/' \
    -e 's/^rules:$/  labels:\n    app.kubernetes.io\/name: {{ .Chart.Name }}\n    app.kubernetes.io\/instance: {{ .Release.Name }}\n    app.kubernetes.io\/managed-by: {{ .Release.Service }}\nrules:/'
} > "$root/charts/drydock/templates/role.yaml.new"
mv "$root/charts/drydock/templates/role.yaml.new" "$root/charts/drydock/templates/role.yaml"
