#!/usr/bin/env bash
# Makes the operator's image as one file, without a container engine: an OCI archive (skopeo, podman, containerd), which "docker load" accepts too.
# Two builds of the same commit with the same packages give the same bytes.
#
#   image/build.sh [--arch amd64,arm64] [--name NAME:TAG] [--output FILE] [--root TAR] [--published FOLDER]
#
# --root and --published take the results of root.sh and publish.sh instead of making them; only with one architecture.
set -euo pipefail
shopt -s inherit_errexit
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
export LC_ALL=C TZ=UTC
umask 022

# Bytes that the layers of one architecture may have together.
LIMIT=130000000

version="$(sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' "$here/../Directory.Build.props")"
archs="$(dpkg --print-architecture)" name="drydock-operator:$version" output="" root="" published=""
while [ $# -gt 0 ]; do
  case "$1" in
    --arch) archs="${2//,/ }" ;;
    --name) name="$2" ;;
    --output) output="$2" ;;
    --root) root="$2" ;;
    --published) published="$2" ;;
    *) die "there is no option $1 (--arch, --name, --output, --root, --published)" ;;
  esac
  shift 2
done
output="${output:-$here/../artifacts/image/drydock-operator.tar}"
created="$(date -u -d "@$(epoch)" +%Y-%m-%dT%H:%M:%SZ)"
revision="$(git -C "$here" rev-parse HEAD 2>/dev/null || echo unknown)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
image="$work/image"
mkdir -p "$image/blobs/sha256"
printf '{"imageLayoutVersion":"1.0.0"}' >"$image/oci-layout"

sum() { sha256sum "$1" | cut -d' ' -f1; }

# Moves a file among the blobs and prints its digest.
blob() {
  local digest
  digest="$(sum "$1")"
  mv "$1" "$image/blobs/sha256/$digest"
  echo "$digest"
}

descriptor() { jq -nc --arg type "$1" --arg digest "$2" --argjson size "$(stat -c %s "$image/blobs/sha256/$2")" '{mediaType: $type, digest: "sha256:\($digest)", size: $size}'; }

# layer TAR: compresses it; sets diff and digest.
layer() {
  diff="$(sum "$1")"
  gzip -n -9 <"$1" >"$1.gz"
  rm "$1"
  digest="$(blob "$1.gz")"
}

# one ARCH: prints the digest of its manifest.
one() {
  local arch="$1" folder="$work/$1" program diffs="" layers="" diff digest config size=0
  mkdir -p "$folder/opt" "$folder/usr/share/drydock"
  if [ -n "$root" ]; then cp "$root" "$work/root.tar"; else bash "$here/root.sh" "$arch" "$work/root.tar"; fi
  program="${published:-$work/published-$arch}"
  [ -n "$published" ] || bash "$here/publish.sh" "$arch" "$program"
  check_machine "$arch" "$program"
  tar -xOf "$work/root.tar" ./usr/share/drydock/packages.txt >"$work/packages.txt"
  cp -r "$program" "$folder/opt/drydock"
  find "$folder/opt" -type f ! -name '*.sh' ! -name Drydock.Operator ! -name createdump -exec chmod 0644 {} +
  bash "$here/sbom.sh" "$arch" "$version" "$program" "$work/packages.txt" >"$folder/usr/share/drydock/sbom.cdx.json"
  chmod -R u+rwX,go=rX "$folder"
  packed --owner=0 --group=0 -C "$folder" -cf "$work/program.tar" .
  for tar in "$work/root.tar" "$work/program.tar"; do
    layer "$tar"
    diffs="$diffs \"sha256:$diff\""
    layers="$layers $(descriptor application/vnd.oci.image.layer.v1.tar+gzip "$digest")"
    size=$((size + $(stat -c %s "$image/blobs/sha256/$digest")))
  done
  say "$arch: $size bytes compressed"
  [ "$size" -le "$LIMIT" ] || die "the layers of $arch have $size bytes compressed, more than $LIMIT"
  jq -n --arg arch "$arch" --arg created "$created" --arg version "$version" --arg revision "$revision" --slurpfile diffs <(echo "$diffs") '
    {created: $created, architecture: $arch, os: "linux",
     config: {
       User: "65532:65532", WorkingDir: "/tmp", Entrypoint: ["/opt/drydock/Drydock.Operator"], ExposedPorts: {"8080/tcp": {}},
       Env: ["PATH=/usr/local/bin:/usr/bin:/bin", "DOTNET_EnableDiagnostics=0", "SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"],
       Labels: {
         "org.opencontainers.image.title": "drydock-operator",
         "org.opencontainers.image.description": "Carries stateful systems beside the cluster through upgrades.",
         "org.opencontainers.image.version": $version, "org.opencontainers.image.revision": $revision, "org.opencontainers.image.created": $created,
         "org.opencontainers.image.licenses": "Apache-2.0", "org.opencontainers.image.documentation": "docs/how-to/install.md"}},
     rootfs: {type: "layers", diff_ids: $diffs},
     history: [{created: $created, created_by: "image/root.sh"}, {created: $created, created_by: "image/publish.sh"}]}' >"$work/config.json"
  config="$(blob "$work/config.json")"
  jq -n --argjson config "$(descriptor application/vnd.oci.image.config.v1+json "$config")" --slurpfile layers <(echo "$layers") \
    '{schemaVersion: 2, mediaType: "application/vnd.oci.image.manifest.v1+json", config: $config, layers: $layers}' >"$work/manifest.json"
  # What "docker load" reads, for the first architecture.
  [ -e "$image/manifest.json" ] || jq -n --arg name "$name" --arg config "$config" --slurpfile layers <(echo "$layers") \
    '[{Config: "blobs/sha256/\($config)", RepoTags: [$name], Layers: [$layers[].digest | "blobs/sha256/\(ltrimstr("sha256:"))"]}]' >"$image/manifest.json"
  blob "$work/manifest.json"
}

manifests=""
for arch in $archs; do
  digest="$(one "$arch")"
  manifests="$manifests $(descriptor application/vnd.oci.image.manifest.v1+json "$digest" | jq -c --arg arch "$arch" '. + {platform: {architecture: $arch, os: "linux"}}')"
done
jq -n --slurpfile manifests <(echo "$manifests") '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: $manifests}' >"$work/index.json"
index="$(blob "$work/index.json")"
# skopeo reads the tag, containerd (kind, k3s, minikube) the whole name, as the kubelet will ask for it.
case "${name%%/*}" in "$name") full="docker.io/library/$name" ;; *[.:]* | localhost) full="$name" ;; *) full="docker.io/$name" ;; esac
jq -n --arg name "${name##*:}" --arg full "$full" --argjson index "$(descriptor application/vnd.oci.image.index.v1+json "$index")" \
  '{schemaVersion: 2, mediaType: "application/vnd.oci.image.index.v1+json", manifests: [$index + {annotations: {"org.opencontainers.image.ref.name": $name, "io.containerd.image.name": $full}}]}' >"$image/index.json"
mkdir -p "$(dirname "$output")"
packed --owner=0 --group=0 -C "$image" -cf "$work/image.tar" .
mv "$work/image.tar" "$output"
say "$output: $(stat -c %s "$output") bytes, index sha256:$index"
