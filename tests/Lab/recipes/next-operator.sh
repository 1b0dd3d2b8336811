#!/usr/bin/env bash
# Builds the next release of the operator from a copy of this checkout: with a higher version, which is the number of its CRD schema too.
#
#   next-operator.sh CHECKOUT     prints OPERATOR=path of Drydock.Operator.dll and CRDS=folder of its CRDs
#
# The result is kept in the cache under a hash of its sources.
set -euo pipefail
checkout="$(cd "$1" && pwd)"
cache="${XDG_CACHE_HOME:-$HOME/.cache}/drydock"
mkdir -p "$cache"
exec 9>"$cache/.next-operator.lock"
flock 9

cd "$checkout"
sources="$(find src tools config/crd Directory.*.props BannedSymbols.txt global.json .editorconfig "${BASH_SOURCE[0]}" -type f \
  -not -path '*/obj/*' -not -path '*/bin/*' -print0 | sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)"
folder="$cache/next-operator-$sources"

# change FILE SED-EXPRESSION: like sed -i, but fails if the file does not change.
change() {
  local before
  before="$(sha256sum < "$1")"
  sed -i -e "$2" "$1"
  [ "$before" != "$(sha256sum < "$1")" ] || { echo "$1: '$2' changes nothing" >&2; exit 1; }
}

if [ ! -f "$folder/done" ]; then
  find "$cache" -maxdepth 1 -name 'next-operator-*' -mmin +1440 -exec rm -rf {} +
  rm -rf "$folder"
  mkdir -p "$folder/config"
  cp -r src tools Directory.*.props BannedSymbols.txt global.json .editorconfig "$folder"
  cp -r config/crd "$folder/config"
  cd "$folder"
  change Directory.Build.props 's|<Version>.*</Version>|<Version>99.0.0</Version>|'
  build() {
    dotnet build "$1" -c Release -v quiet -nologo -nodeReuse:false -p:RunAnalyzers=false -p:RestoreLockedMode=false >&2
  }
  build tools/CrdGen
  build src/Operator
  dotnet artifacts/bin/CrdGen/release/Drydock.CrdGen.dll --root "$folder" >&2
  touch done
fi

echo "OPERATOR=$folder/artifacts/bin/Operator/release/Drydock.Operator.dll"
echo "CRDS=$folder/config/crd"
