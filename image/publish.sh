#!/usr/bin/env bash
# Publishes the operator with its .NET runtime, compiled to native code.
#
#   image/publish.sh ARCH FOLDER [ARGUMENT…]     ARCH is amd64 or arm64; further arguments go to dotnet publish
set -euo pipefail
shopt -s inherit_errexit
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"

arch="$1" folder="$2"
shift 2
rm -rf "$folder"
# A build of the tests beside it must not find its files changed.
dotnet publish "$here/../src/Operator" -c Release -r "$(runtime "$arch")" --self-contained -o "$folder" -nologo -v quiet \
  -p:NuGetLockFilePath=obj/publish.lock.json -p:RestoreLockedMode=false -p:RunAnalyzers=false \
  -p:ContinuousIntegrationBuild=true -p:DebugType=none -p:ArtifactsPath="$here/../artifacts/publish" "$@"
check_machine "$arch" "$folder"
[ -x "$folder/Drydock.Operator" ] || die "$folder has no Drydock.Operator"
