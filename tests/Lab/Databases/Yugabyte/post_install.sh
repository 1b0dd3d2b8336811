#!/usr/bin/env bash
# What the original's script does with patchelf: the programs are told where their libraries are. Until then, and after the
# directory was moved, the dynamic linker refuses them.
set -euo pipefail
home="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)"
printf '%s\n' "$home" >"$home/.post_install_complete"
echo "Installation in $home is complete"
