#!/usr/bin/env bash
# Follows the RUN instructions of a Dockerfile on a Debian base, without a Docker daemon and without a registry.
#
#   rootfs.sh SUITE SCRIPT     SCRIPT holds the RUN instructions as shell text
#
# Prints rootfs=PATH of a tar of the result; both the base and the result are kept in the lab's cache.
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/../../Lab/recipes/lib.sh"
export LC_ALL=C TZ=UTC DEBIAN_FRONTEND=noninteractive
umask 022

suite="$1" script="$2"
# Counts the changes to what follows: a result of an older recipe is not taken.
RECIPE=1
recipe="$({ echo "$suite $RECIPE"; cat "$script"; } | sha256sum | cut -c1-12)"
devices="null zero random urandom"

let_go() {
  local mounted
  for mounted in proc $(printf 'dev/%s ' $devices); do
    umount -l "$work/root/$mounted" 2>/dev/null || true
  done
}

result="$CACHE/operator-rootfs-$recipe.tar"
if [ ! -f "$result" ]; then
  need_root
  lock operator-rootfs
fi
if [ ! -f "$result" ]; then
  # Mounts of a private namespace end with it, however this script ends.
  if [ "${DRYDOCK_UNSHARED:-}" != 1 ]; then
    exec env DRYDOCK_UNSHARED=1 unshare --mount --propagation private -- bash "${BASH_SOURCE[0]}" "$@"
  fi

  base="$CACHE/debian-$suite-minbase.tar"
  work="$(work_dir operator-rootfs)"
  trap 'let_go; rm -rf "$work"' EXIT
  mkdir "$work/root"
  if [ ! -f "$base" ]; then
    say "making a Debian base with debootstrap (about a minute, once)"
    debootstrap --variant=minbase "$suite" "$work/base" ${DEBOOTSTRAP_MIRROR:-} >"$work/debootstrap.log" 2>&1 || { tail -20 "$work/debootstrap.log" >&2; exit 1; }
    tar -C "$work/base" --numeric-owner --exclude='./var/cache/apt/archives/*.deb' --exclude='./dev/*' -cf "$work/base.tar" .
    mv "$work/base.tar" "$base"
    rm -rf "$work/base"
  fi
  tar -C "$work/root" --numeric-owner -xf "$base"

  # What a container has while a RUN instruction is carried out.
  mount -t proc proc "$work/root/proc"
  for device in $devices; do
    [ -e "$work/root/dev/$device" ] || { : >"$work/root/dev/$device"; mount --bind "/dev/$device" "$work/root/dev/$device"; }
  done
  [ ! -e /etc/resolv.conf ] || cp -L /etc/resolv.conf "$work/root/etc/resolv.conf"
  rm -f "$work/root/etc/apt/sources.list"
  debian_sources deb >"$work/root/etc/apt/sources.list.d/debian.sources"
  printf '#!/bin/sh\nexit 101\n' >"$work/root/usr/sbin/policy-rc.d"
  chmod 0755 "$work/root/usr/sbin/policy-rc.d"

  say "carrying out the RUN instructions of the Dockerfile"
  chroot "$work/root" /bin/sh -euc "$(cat "$script")" >"$work/run.log" 2>&1 || { tail -40 "$work/run.log" >&2; exit 1; }

  rm -f "$work/root/etc/resolv.conf" "$work/root/usr/sbin/policy-rc.d"
  let_go
  tar -C "$work/root" --numeric-owner --exclude='./dev/*' -cf "$work/result.tar" .
  rm -f "$CACHE"/operator-rootfs-*.tar
  mv "$work/result.tar" "$result"
fi
printf 'rootfs=%s\n' "$result"
