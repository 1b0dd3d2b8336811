#!/usr/bin/env bash
# Makes everything that a release publishes, in one folder:
#
#   config/release.sh REGISTRY REPO FOLDER [--image FILE] [--cli FOLDER]
#   config/release.sh ghcr.io/owner/drydock owner/drydock dist
#
# REGISTRY is where the image will be pushed, REPO the repository on GitHub whose pages the links name. --image and --cli take an image that image/build.sh made
# and a folder that src/Cli/packaging/build.sh made instead of making them. Whatever names the image names it by its digest, so that what is installed is what was
# built, whoever moves the tag later. Nothing is pushed. FOLDER is written when all is made; a folder that is no release is not replaced.
set -euo pipefail
shopt -s inherit_errexit
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../image/lib.sh"
export LC_ALL=C

[ $# -ge 3 ] || die "usage: config/release.sh REGISTRY REPO FOLDER [--image FILE] [--cli FOLDER]"
registry="$1" repo="$2" folder="$(realpath -m "$3")" archive="" cli=""
shift 3
while [ $# -gt 0 ]; do
  case "$1" in
    --image) archive="$(realpath -e "$2")" ;;
    --cli) cli="$(realpath -e "$2")" ;;
    *) die "there is no option $1 (--image, --cli)" ;;
  esac
  shift 2
done
part='[a-z0-9]+([._-]+[a-z0-9]+)*'
[[ "$registry" =~ ^$part(:[0-9]+)?(/$part)*$ ]] || die "REGISTRY is '$registry'. Use a registry, with a path if it has one, without a tag: REGISTRY=ghcr.io/owner/drydock"
[[ "$repo" =~ ^[A-Za-z0-9][A-Za-z0-9_-]*/[A-Za-z0-9_-][A-Za-z0-9._-]*$ ]] || die "REPO is '$repo'. Use the owner and the name of the repository: REPO=owner/drydock"
[ ! -e "$folder" ] || [[ -f "$folder/SHA256SUMS" && -f "$folder/image.txt" ]] || [ -z "$(ls -A "$folder")" ] ||
  die "DIST is '$folder', which exists and holds no release. Nothing was changed. Use a new folder: DIST=dist"
cd "$here/.."
version="$(sed -n 's/.*<Version>\(.*\)<\/Version>.*/\1/p' Directory.Build.props)"
image="$registry/drydock-operator"
pages="https://github.com/$repo/blob/v$version"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
dist="$folder" folder="$work/dist"
mkdir "$folder"

# The image, its digest, and the bill of materials of each architecture.
target="$folder/drydock-operator-$version.tar"
if [ -n "$archive" ]; then cp "$archive" "$target"; else bash image/build.sh --arch amd64,arm64 --name "$image:$version" --output "$target"; fi
mkdir "$work/image"
tar -xf "$target" -C "$work/image"
blob() { echo "$work/image/blobs/sha256/${1#sha256:}"; }
digest="$(jq -r '.manifests[0].digest' "$work/image/index.json")"
[[ "$digest" =~ ^sha256:[0-9a-f]{64}$ ]] || die "$target has no digest in its index.json"
while read -r arch manifest; do
  layer="$(jq -r '.layers[-1].digest' "$(blob "$manifest")")"
  tar -xzOf "$(blob "$layer")" ./usr/share/drydock/sbom.cdx.json >"$folder/drydock-operator-$arch.cdx.json"
done < <(jq -r '.manifests[] | .platform.architecture + " " + .digest' "$(blob "$digest")")
echo "$image:$version@$digest" >"$folder/image.txt"

# released FILE...: standard input, or the files, with the image by its digest and links to the pages of this version.
released() {
  sed -e "s#^\( *image: \|  newName: \)drydock-operator:$version\$#\1$image:$version@$digest#" \
    -e "s#https://github.com/OWNER/REPOSITORY/blob/main/#$pages/#g" \
    -e "s#https://raw.githubusercontent.com/OWNER/REPOSITORY/main/#https://raw.githubusercontent.com/$repo/v$version/#g" \
    -e "s#https://github.com/OWNER/REPOSITORY#https://github.com/$repo#g" "$@"
}

released config/default/install.yaml >"$folder/install.yaml"
for variant in s3-only namespaced; do released "config/$variant/install.yaml" >"$folder/install-$variant.yaml"; done
{ cat config/storage/namespace.yaml; echo ---; cat config/storage/claims.yaml; } >"$folder/storage.yaml"
released config/monitoring/prometheus-rules.yaml >"$folder/prometheus-rules.yaml"

# The chart.
cp -r charts/drydock "$work/drydock"
released charts/drydock/Chart.yaml >"$work/drydock/Chart.yaml"
sed -i "s#](\.\./\.\./#]($pages/#g" "$work/drydock/README.md"
sed -i -e "s#^  repository: drydock-operator\$#  repository: $image#" -e "s#^  digest: \"\"\$#  digest: $digest#" \
  -e "s#^  runbookUrl: \"\"\$#  runbookUrl: $pages/docs#" "$work/drydock/values.yaml"
packed --owner=0 --group=0 -C "$work" -c drydock | gzip -n9 >"$folder/drydock-$version.tgz"

# The plugin.
if [ -z "$cli" ]; then
  cli="$work/cli"
  CLI_OUT="$cli" BASE_URL="https://github.com/$repo/releases/download" bash src/Cli/packaging/build.sh >&2
fi
cp "$cli"/*.tar.gz "$folder/"
released "$cli/krew/drydock.yaml" >"$folder/drydock-krew.yaml"

# The bundle for the Operator Lifecycle Manager.
. config/olm/bundle.sh
bundle "$work/bundle"
packed --owner=0 --group=0 -C "$work/bundle" -c . | gzip -n9 >"$folder/drydock-bundle-$version.tar.gz"

# The notes are the section of the version; before it has one, that of what is not released.
for section in "$version" Unreleased; do
  awk -v section="$section" '/^## / { inside = index($2, section) == 1 || $2 == "[" section "]"; next } inside' CHANGELOG.md |
    sed -E "s#\]\(([^):]+)\)#]($pages/\1)#g" >"$folder/notes.md"
  [ ! -s "$folder/notes.md" ] || break
done
[ -s "$folder/notes.md" ] || die "CHANGELOG.md has no section for $version"

(cd "$folder" && sha256sum -- * >"$work/SHA256SUMS" && mv "$work/SHA256SUMS" .)
rm -rf "$dist"
mkdir -p "$(dirname "$dist")"
mv "$folder" "$dist"
say "$dist: $(find "$dist" -type f | wc -l) files, $image:$version@$digest"
