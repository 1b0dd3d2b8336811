# Makes the bundle for the Operator Lifecycle Manager; config/release.sh sources it. It holds the installation without claims (config/s3-only): the manager installs
# no claims, and dumps are in S3. Only AllNamespaces: other modes would need the operator to read the annotation in which the manager names namespaces.
# shellcheck shell=bash

# document KIND FILE: the first object of a kind.
document() {
  awk -v kind="$1" -v RS='\n---\n' 'index("\n" $0 "\n", "\nkind: " kind "\n") { print; exit }' "$2"
}

# part KEY SPACES: what stands below a key of the first column, indented.
part() {
  awk -v key="$1:" -v pad="$(printf "%$2s")" '/^[a-zA-Z]/ { inside = $0 == key; next } inside && NF { print pad $0 }'
}

bundle() { # FOLDER; needs version, image, digest, pages and released of release.sh
  local folder="$1" file csv icon
  icon="$(base64 -w0 docs/icon.svg)"
  mkdir -p "$folder/manifests" "$folder/metadata"
  csv="$folder/manifests/drydock.clusterserviceversion.yaml"
  {
    sed -e "s#@VERSION@#$version#g" -e "s#@IMAGE@#$image@$digest#g" -e "s#@CREATED@#$(date -u -d "@$(epoch)" +%Y-%m-%dT%H:%M:%SZ)#" -e "s#@ICON@#$icon#" \
      -e "s#@PAGES@#$pages#g" config/olm/clusterserviceversion.yaml.in | released
    echo '      clusterPermissions:'
    echo '      - serviceAccountName: drydock-operator'
    echo '        rules:'
    for file in role cluster_role; do part rules 8 <"config/rbac/$file.yaml"; done
    echo '      permissions:'
    echo '      - serviceAccountName: drydock-operator'
    echo '        rules:'
    part rules 8 <config/rbac/lease_role.yaml
    echo '      deployments:'
    echo '      - name: drydock-operator'
    echo '        spec:'
    document Deployment config/s3-only/install.yaml | part spec 8 | released
  } >"$csv"
  cp config/crd/drydock.dev_*.yaml "$folder/manifests/"
  awk -v RS='\n---\n' -v folder="$folder/manifests" '
    match($0, /\n  name: [^\n]+/) { name = substr($0, RSTART + 9, RLENGTH - 9); print > (folder "/" name ".clusterrole.yaml") }' config/rbac/people_roles.yaml
  cat >"$folder/metadata/annotations.yaml" <<TEXT
annotations:
  operators.operatorframework.io.bundle.mediatype.v1: registry+v1
  operators.operatorframework.io.bundle.manifests.v1: manifests/
  operators.operatorframework.io.bundle.metadata.v1: metadata/
  operators.operatorframework.io.bundle.package.v1: drydock
  operators.operatorframework.io.bundle.channels.v1: alpha
  operators.operatorframework.io.bundle.channel.default.v1: alpha
  com.redhat.openshift.versions: v4.16
TEXT
  {
    echo 'FROM scratch'
    sed -n 's/^  \(operators[^:]*\): \(.*\)$/LABEL \1=\2/p' "$folder/metadata/annotations.yaml"
    echo 'COPY manifests /manifests/'
    echo 'COPY metadata /metadata/'
  } >"$folder/bundle.Dockerfile"
}
