#!/usr/bin/env bash
# Writes the files of a release that name its image: install-VARIANT.yaml, storage.yaml, and the chart as a folder. They name the image by its digest, so that
# what is installed is what was built, whoever moves the tag later.
#
#   config/release.sh IMAGE DIGEST REPOSITORY FOLDER     ghcr.io/owner/drydock-operator:0.1.0 sha256:… owner/drydock dist
#
# IMAGE has the tag of config/manager/deployment.yaml.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
image="$1" digest="$2" repository="$3" folder="$4"

die() {
  printf '%s\n' "$@" >&2
  exit 1
}

[[ "$digest" =~ ^sha256:[0-9a-f]{64}$ ]] || die "DIGEST is '$digest'. Use the digest of the image's index: sha256: and 64 hex digits."
shipped="drydock-operator:${image##*:}"
grep -q "^ *image: $shipped\$" config/manager/deployment.yaml || die "IMAGE is '$image', but config/manager/deployment.yaml has another tag."

mkdir -p "$folder"
for variant in default s3-only namespaced; do
  sed "s#^\( *image: \)$shipped\$#\1$image@$digest#" "config/$variant/install.yaml" >"$folder/install-$variant.yaml"
done
{ cat config/storage/namespace.yaml; echo ---; cat config/storage/claims.yaml; } >"$folder/storage.yaml"

rm -rf "$folder/drydock"
cp -r charts/drydock "$folder/drydock"
sed -i "s#OWNER/REPOSITORY#$repository#" "$folder/drydock/Chart.yaml"
sed -i -e "s#^  repository: drydock-operator\$#  repository: ${image%:*}#" -e "s#^  digest: \"\"\$#  digest: $digest#" "$folder/drydock/values.yaml"
