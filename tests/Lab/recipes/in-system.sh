#!/usr/bin/env bash
# Runs a program of another system (system.sh) in place of this process, so that it keeps its process id. It sees the
# files of that system, and of this machine what the lab needs: processes, devices, network namespaces, temporary files,
# the cache and the recipes. The mounts are its own and end with it.
#
#   in-system.sh ROOT PROGRAM [ARGUMENT ...]
set -euo pipefail
root="$1"
shift
recipes="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
cache="$(dirname "$root")"
exec unshare --mount --propagation private bash -euc '
  root="$1" cwd="$PWD"
  mount --rbind "$root" "$root"
  for folder in /proc /sys /dev /run /tmp "$2" "$3"; do
    mkdir -p "$root$folder"
    mount --rbind "$folder" "$root$folder"
  done
  mkdir -p "$root/.old"
  cd "$root"
  pivot_root . .old
  cd "$cwd"
  umount -l /.old
  shift 3
  exec "$@"' bash "$root" "$cache" "$recipes" "$@"
