#!/usr/bin/env bash
# Compiles the operator's assemblies to native code (ReadyToRun) and puts them into the output folder of every program
# that runs or contains the operator. A killed operator then starts again with a fraction of the compiling, and tests
# run the code that the image has. The next `dotnet build` restores the plain assemblies where they changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
configuration="${CONFIGURATION:-Release}"
folder="$(tr '[:upper:]' '[:lower:]' <<<"$configuration")"
case "$(uname -m)" in
  x86_64) runtime=linux-x64 ;;
  aarch64) runtime=linux-arm64 ;;
  *) echo "There is no ReadyToRun compiler for $(uname -m); the assemblies stay as they are." && exit 0 ;;
esac

dotnet publish src/Operator -c "$configuration" -r "$runtime" --self-contained false -o artifacts/ahead-of-time \
  -p:NuGetLockFilePath=obj/publish.lock.json -p:RestoreLockedMode=false -p:RunAnalyzers=false -v quiet -nologo

for program in Operator Lab Unit Integration EndToEnd Benchmarks; do
  target="artifacts/bin/$program/$folder"
  for assembly in artifacts/ahead-of-time/*.dll; do
    [ ! -e "$target/${assembly##*/}" ] || cp "$assembly" "$target/"
  done
done
