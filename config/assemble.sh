#!/usr/bin/env bash
# Writes what is assembled from other files of this repository: install.yaml of config/default, config/s3-only and config/namespaced; the CRDs, roles, policy, alert
# rules, dashboard and README.md of charts/drydock; config/argocd/argocd-cm-patch.yaml.
#
#   config/assemble.sh [ROOT]     ROOT defaults to the repository; the result has the same paths below it
#
# Part of make generate. A unit test fails while the result is stale.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
root="${1:-$PWD}"
chart="$root/charts/drydock"
templates="$chart/templates"
export LC_ALL=C

mkdir -p "$root"/config/{default,s3-only,namespaced} "$templates" "$chart/files"

# Adds the labels of the installation to every object of standard input but CRDs, as the chart has them.
labelled() {
  awk '
    function flush() {
      if (!inside) return
      inside = 0
      print "metadata:"
      print "  labels:"
      print "    app.kubernetes.io/name: drydock"
      print "    app.kubernetes.io/instance: drydock"
      print "    app.kubernetes.io/component: operator"
      # The generator writes labels first.
      sub(/^  labels:\n/, "", body)
      if (body ~ /(^|\n)  labels:\n/) { print FILENAME ": labels must be the first field of metadata" > "/dev/stderr"; exit 1 }
      printf "%s", body
    }
    /^---$/ { flush(); kind = "" }
    /^kind: / { kind = $2 }
    inside && /^  / { body = body $0 "\n"; next }
    { flush() }
    /^metadata:$/ && kind != "CustomResourceDefinition" { inside = 1; body = ""; next }
    { print }
    END { flush() }'
}

# Leaves out what a Deployment without claims does not have: volumes, mounts and roots for dumps and archives.
without_claims() {
  awk '
    /^        - --storage-root=/ { next }
    /^        - name: (snapshots|images)$/ { skip = 1; next }
    /^      - name: (snapshots|images)$/ { skip = 2; next }
    skip > 0 { skip--; next }
    /# The volumes are ReadWriteOnce:/ { sub(/# .*/, "# The old pod releases its lease when it ends, so that the new one acts at once."); print; next }
    { print }'
}

# install FOLDER FILE...: the files, one after the other, as FOLDER/install.yaml. A prefix before a colon changes a file on the way.
install() {
  local target="$root/config/$1/install.yaml" file
  shift
  {
    echo '# Assembled by config/assemble.sh; change the files named below and run make generate.'
    for file in "$@"; do
      echo '---'
      echo "# ${file#*:}"
      case "$file" in
        in_own:*) sed -e '0,/^  name: drydock-operator$/s//  name: drydock-operator\n  namespace: drydock-system/' "${file#*:}" | labelled ;;
        serving_own:*) sed -e 's/^        - --namespace=.*$/&\n        - --watch-namespace=$(POD_NAMESPACE)/' "${file#*:}" | labelled ;;
        without_claims:*) without_claims < "${file#*:}" | labelled ;;
        as_is:*) cat "${file#*:}" ;;
        *) labelled < "$file" ;;
      esac
    done
  } > "$target.new"
  mv "$target.new" "$target"
}

rbac=config/rbac
first=(config/crd/drydock.dev_*.yaml "$rbac/service_account.yaml")
everywhere=("$rbac/role.yaml" "$rbac/role_binding.yaml")
shared=("$rbac/cluster_role.yaml" "$rbac/cluster_role_binding.yaml" "$rbac/lease_role.yaml" "$rbac/lease_role_binding.yaml" "$rbac/people_roles.yaml")
policy=config/manager/network_policy.yaml
install default "${first[@]}" "${everywhere[@]}" "${shared[@]}" config/manager/deployment.yaml "$policy"
install s3-only as_is:config/storage/namespace.yaml "${first[@]}" "${everywhere[@]}" "${shared[@]}" without_claims:config/manager/deployment.yaml "$policy"
install namespaced "${first[@]}" in_own:config/namespaced/tenant/role.yaml in_own:config/namespaced/tenant/role_binding.yaml "${shared[@]}" \
  serving_own:config/manager/deployment.yaml "$policy"

labels='  labels:\n    {{- include "drydock.labels" $ | nindent 4 }}'
name='{{ include "drydock.fullname" $ }}'

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
    -e "s/^  name: drydock-operator\$/  name: $name-operator\n  {{- if \$namespace }}\n  namespace: {{ \$namespace }}\n  {{- end }}/" \
    -e "s/^rules:\$/$labels\nrules:/"
  echo '{{- end }}'
  for file in cluster_role lease_role; do
    echo '---'
    grep -v '^#' "$rbac/$file.yaml" | sed \
      -e "s/^  name: drydock-operator\(.*\)\$/  name: $name-operator\1/" \
      -e 's/^  namespace: drydock-system$/  namespace: {{ .Release.Namespace }}/' \
      -e "s/^rules:\$/$labels\nrules:/"
  done
} | template role.yaml

# The settings of the policy become values; the operator is always trusted.
{
  echo '{{- if .Values.approvalPolicy.enabled }}'
  for file in policy binding; do
    [ "$file" = policy ] || echo '---'
    grep -v '^#' "config/policy/$file.yaml" | sed \
      -e "s/^  name: drydock-approvals\$/  name: $name-approvals\n$labels/" \
      -e "s/^  policyName: drydock-approvals\$/  policyName: $name-approvals/" \
      -e "s/\\['drydock-approvers'\\]/\\[{{ range \$i, \$group := .Values.approvalPolicy.approvers }}{{ if \$i }}, {{ end }}'{{ \$group }}'{{ end }}]/" \
      -e "s/\\['\(system:serviceaccount:\)drydock-system:drydock-operator'\\]/['\1{{ .Release.Namespace }}:$name-operator'{{ range .Values.approvalPolicy.trusted }}, '{{ . }}'{{ end }}]/"
  done
  echo '{{- end }}'
} | template approval_policy.yaml

# A chart reads only files of its own folder. Its value monitoring.runbookUrl takes the place of RUNBOOK_URL.
for file in prometheus-rules.yaml drydock-dashboard.json; do
  sed 's#https://github.com/OWNER/REPOSITORY/blob/main/docs/#RUNBOOK_URL/#' "config/monitoring/$file" > "$chart/files/$file.new"
  mv "$chart/files/$file.new" "$chart/files/$file"
done

awk -f charts/readme.awk charts/drydock/values.yaml > "$chart/README.md.new"
mv "$chart/README.md.new" "$chart/README.md"

# indented SPACES FILE: the file, indented.
indented() {
  sed -e "s/^\(.\)/$(printf "%$1s")\1/" "$2"
}

mkdir -p "$root/config/argocd"
custom=config/argocd/resource_customizations/drydock.dev/_
{
  echo '# Assembled by config/assemble.sh; change resource_customizations and run make generate. Merge it into argocd-cm:'
  echo '#   kubectl -n argocd patch configmap argocd-cm --patch "$(cat config/argocd/argocd-cm-patch.yaml)"'
  echo 'data:'
  for crd in config/crd/drydock.dev_*.yaml; do
    kind="$(sed -n 's/^    kind: //p' "$crd")"
    echo "  resource.customizations.health.drydock.dev_$kind: |"
    indented 4 "$custom/health.lua"
    echo "  resource.customizations.actions.drydock.dev_$kind: |"
    echo '    discovery.lua: |'
    indented 6 "$custom/actions/discovery.lua"
    echo '    definitions:'
    for action in "$custom"/actions/*/action.lua; do
      echo "    - name: $(basename "$(dirname "$action")")"
      echo '      action.lua: |'
      indented 8 "$action"
    done
  done
} > "$root/config/argocd/argocd-cm-patch.yaml.new"
mv "$root/config/argocd/argocd-cm-patch.yaml.new" "$root/config/argocd/argocd-cm-patch.yaml"
