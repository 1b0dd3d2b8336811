#!/usr/bin/env bash
# Writes what is assembled from other files of this repository: config/default/install.yaml, config/namespaced/install.yaml, and the CRDs and roles of
# charts/drydock.
#
#   config/assemble.sh [ROOT]     ROOT defaults to the repository; the result has the same paths below it
#
# Part of make generate. A unit test fails while the result is stale.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root="${1:-$PWD}"
templates="$root/charts/drydock/templates"
export LC_ALL=C

mkdir -p "$root/config/default" "$root/config/namespaced" "$templates"

# install FOLDER FILE...: the files, one after the other, as FOLDER/install.yaml. What is read with "in_own" and "serving_own" is changed on the way.
install() {
  local target="$root/config/$1/install.yaml"
  shift
  {
    echo '# Assembled by config/assemble.sh; change the files named below and run make generate.'
    for file in "$@"; do
      echo '---'
      echo "# ${file#*:}"
      case "$file" in
        in_own:*) sed -e '0,/^  name: drydock-operator$/s//  name: drydock-operator\n  namespace: drydock-system/' "${file#*:}" ;;
        serving_own:*) sed -e 's/^        - --namespace=.*$/&\n        - --watch-namespace=$(POD_NAMESPACE)/' "${file#*:}" ;;
        *) cat "$file" ;;
      esac
    done
  } > "$target.new"
  mv "$target.new" "$target"
}

rbac=config/rbac
shared=("$rbac/cluster_role.yaml" "$rbac/cluster_role_binding.yaml" "$rbac/lease_role.yaml" "$rbac/lease_role_binding.yaml" "$rbac/people_roles.yaml" config/manager/volumes.yaml)
first=(config/manager/namespace.yaml config/crd/drydock.dev_*.yaml "$rbac/service_account.yaml")
install default "${first[@]}" "$rbac/role.yaml" "$rbac/role_binding.yaml" "${shared[@]}" config/manager/deployment.yaml
install namespaced "${first[@]}" in_own:config/namespaced/tenant/role.yaml in_own:config/namespaced/tenant/role_binding.yaml "${shared[@]}" \
  serving_own:config/manager/deployment.yaml

labels='  labels:\n    app.kubernetes.io\/name: {{ $.Chart.Name }}\n    app.kubernetes.io\/instance: {{ $.Release.Name }}\n    app.kubernetes.io\/managed-by: {{ $.Release.Service }}'

# template FILE < TEXT: TEXT as a template of the chart.
template() {
  {
    echo "{{- /* Made by config/assemble.sh; change the types and run make generate. */}}"
    cat
  } > "$templates/$1.new"
  mv "$templates/$1.new" "$templates/$1"
}

rm -f "$templates"/crd-*.yaml
for crd in config/crd/drydock.dev_*.yaml; do
  if grep -q '{{' "$crd"; then
    echo "$crd holds {{, which a template of the chart would take for its own" >&2
    exit 1
  fi
  {
    echo '{{- if .Values.crds.create }}'
    grep -v '^#' "$crd" | sed -e "0,/^  annotations:\$/s//$labels\n  annotations:\n    helm.sh\/resource-policy: keep/"
    echo '{{- end }}'
  } | template "crd-$(basename "$crd" .yaml | sed 's/^drydock.dev_//').yaml"
done

{
  echo '{{- range $namespace := (.Values.watchNamespaces | default (list "")) }}'
  echo '---'
  grep -v '^#' "$rbac/role.yaml" | sed \
    -e 's/^kind: ClusterRole$/kind: {{ if $namespace }}Role{{ else }}ClusterRole{{ end }}/' \
    -e 's/^  name: drydock-operator$/  name: {{ $.Release.Name }}-operator\n  {{- if $namespace }}\n  namespace: {{ $namespace }}\n  {{- end }}/' \
    -e "s/^rules:\$/$labels\nrules:/"
  echo '{{- end }}'
  for file in cluster_role lease_role; do
    echo '---'
    grep -v '^#' "$rbac/$file.yaml" | sed \
      -e 's/^  name: drydock-operator\(.*\)$/  name: {{ .Release.Name }}-operator\1/' \
      -e 's/^  namespace: drydock-system$/  namespace: {{ .Release.Namespace }}/' \
      -e "s/^rules:\$/$labels\nrules:/"
  done
} | template role.yaml

{
  echo '{{- if .Values.rbac.aggregate }}'
  grep -v '^#' "$rbac/people_roles.yaml" | sed \
    -e 's/^  name: drydock-\(.*\)$/  name: {{ $.Release.Name }}-\1/' \
    -e "s/^  labels:\$/$labels/"
  echo '{{- end }}'
} | template people_roles.yaml
