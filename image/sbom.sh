#!/usr/bin/env bash
# Prints the software bill of materials (CycloneDX 1.5) of an image: the NuGet packages and the runtime that the published program lists, and the Debian
# packages.
#
#   image/sbom.sh ARCH VERSION PUBLISHED PACKAGES     PACKAGES: the list that image/root.sh wrote
set -euo pipefail
shopt -s inherit_errexit
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
export LC_ALL=C

arch="$1" version="$2" published="$3" packages="$4"

libraries() {
  jq -r '.libraries | to_entries[] | select(.value.type == "package" or .value.type == "runtimepack") | "\(.key) \(.value.sha512 // "")"' \
    "$published/Drydock.Operator.deps.json" | sort | while read -r name hash; do
    name="${name#runtimepack.}"
    jq -nc --arg name "${name%/*}" --arg version "${name#*/}" --arg hash "$(printf %s "${hash#sha512-}" | base64 -d | od -An -v -tx1 | tr -d ' \n')" '
      {type: "library", "bom-ref": "pkg:nuget/\($name)@\($version)", name: $name, version: $version, purl: "pkg:nuget/\($name)@\($version)"}
      + (if $hash == "" then {} else {hashes: [{alg: "SHA-512", content: $hash}]} end)'
  done
}

debian() {
  sort "$packages" | while read -r name number architecture hash; do
    jq -nc --arg name "$name" --arg version "$number" --arg arch "$architecture" --arg hash "$hash" '
      "pkg:deb/debian/\($name | @uri)@\($version | @uri)?arch=\($arch)&distro=debian-12" as $purl
      | {type: "library", "bom-ref": $purl, name: $name, version: $version, purl: $purl, hashes: [{alg: "SHA-256", content: $hash}]}'
  done
}

components="$(libraries; debian)"
[ "$(grep -c pkg:nuget <<<"$components")" -gt 5 ] && [ "$(grep -c pkg:deb <<<"$components")" -gt 20 ] || die "the list of components is not complete"
# The same content has the same number.
serial="$(sha256sum <<<"$components" | sed 's/^\(.\{8\}\)\(.\{4\}\).\(.\{3\}\).\(.\{3\}\)\(.\{12\}\).*/urn:uuid:\1-\2-5\3-8\4-\5/')"
jq -n --arg version "$version" --arg arch "$arch" --arg serial "$serial" --arg time "$(date -u -d "@$(epoch)" +%Y-%m-%dT%H:%M:%SZ)" --slurpfile components <(echo "$components") '
  {bomFormat: "CycloneDX", specVersion: "1.5", serialNumber: $serial, version: 1,
   metadata: {timestamp: $time, component: {type: "container", "bom-ref": "drydock-operator", name: "drydock-operator", version: $version,
     properties: [{name: "architecture", value: $arch}]}},
   components: $components}'
