#!/usr/bin/env bash
# Like the original's script with patchelf: tells the programs where their libraries are. Before that, and after the
# directory was moved, the dynamic linker refuses them.
set -euo pipefail
home="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
printf '%s\n' "$home" >"$home/.post_install.sh.completed"
echo "Installation in $home is complete"
