#!/usr/bin/env bash
# Builds kubectl-drydock for all systems into artifacts/cli: one file each, an archive for krew, and the manifest with
# the checksums. CLI_RIDS=linux-x64 builds only that one; CLI_OUT is another folder, BASE_URL where the archives will be.
# CLI_PUBLISHED is a folder with RID/kubectl-drydock: a system that it has is taken from there instead of being compiled.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
source=src/Cli/packaging
base_url="${BASE_URL:-https://example.invalid/drydock}"
out="${CLI_OUT:-artifacts/cli}"
version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' Directory.Build.props)
rm -rf "$out"
mkdir -p "$out/krew"
install -m 755 "$source/kubectl_complete-drydock" "$out/"

platforms=""
for rid in ${CLI_RIDS:-linux-x64 linux-arm64 osx-x64 osx-arm64 win-x64 win-arm64}; do
  os=${rid%-*} arch=${rid#*-} program=kubectl-drydock
  case $os in
    osx) os=darwin ;;
    win) os=windows program=kubectl-drydock.exe ;;
  esac
  [ "$arch" = x64 ] && arch=amd64
  folder="$out/$os-$arch"
  published="${CLI_PUBLISHED:-$out/publish}/$rid"
  if ! [ -f "$published/$program" ]; then
    published="$out/publish/$rid"
    dotnet publish src/Cli/Cli.csproj -c Release -r "$rid" -o "$published" \
      -p:NuGetLockFilePath=obj/publish.lock.json -p:RestoreLockedMode=false -p:RunAnalyzers=false -p:ArtifactsPath="$PWD/artifacts/publish" -v quiet -nologo
  fi
  mkdir -p "$folder"
  install -m 755 "$published/$program" "$folder/"
  install -m 644 LICENSE "$folder/"
  [ "$os" = windows ] || install -m 755 "$source/kubectl_complete-drydock" "$folder/"
  archive="kubectl-drydock-$version-$os-$arch.tar.gz"
  tar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -C "$folder" -c . | gzip -n9 > "$out/$archive"
  platforms+="  - selector: {matchLabels: {os: $os, arch: $arch}}
    uri: $base_url/v$version/$archive
    sha256: $(sha256sum "$out/$archive" | cut -d' ' -f1)
    bin: $program
"
  echo "$os-$arch: $(stat -c %s "$folder/$program") bytes, archive $(stat -c %s "$out/$archive") bytes"
done
rm -rf "$out/publish"
sed "s/@VERSION@/v$version/" "$source/krew.yaml" > "$out/krew/drydock.yaml"
printf '%s' "$platforms" >> "$out/krew/drydock.yaml"
