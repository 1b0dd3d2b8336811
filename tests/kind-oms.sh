#!/usr/bin/env bash
# Starts two Docker hosts and a metadata database of the lab on this machine (Debian 12, root, privileged), seeds OMS 3.2.2, and writes the manifest of its upgrade;
# .github/workflows/kind.yml. The .NET SDK comes from the script of its makers.
#
#   tests/kind-oms.sh FILE
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
apt-get update -q
apt-get install -y -q --no-install-recommends ca-certificates curl git libicu72 make
curl -fsSL https://dot.net/v1/dotnet-install.sh | bash -s -- --jsonfile global.json --install-dir /usr/share/dotnet
export PATH="/usr/share/dotnet:$PATH"
bash tests/Lab/recipes/packages.sh
dotnet build tests/Lab -c Release -p:RunAnalyzers=false -v quiet -nologo
lab() { dotnet artifacts/bin/Lab/release/Drydock.Lab.dll "$@"; }
lab up --no-control-plane --host oms-a --host oms-b
lab release-manifest "$1"
