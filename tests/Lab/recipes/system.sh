#!/usr/bin/env bash
# Makes the file tree of another Debian release with the servers that people run today, once, and keeps it in the cache:
# trixie has MariaDB 11.8 and Docker 26, sid has MySQL 9, Docker 28 or later, podman 5 and kubectl 1.36 or later.
# Prints root=PATH.
#
#   system.sh trixie|sid
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

suite="${1:?which release?}"
case "$suite" in
  # Increase this number with every change of the packages.
  trixie) number=1 packages=(mariadb-server docker.io containerd runc jq) ;;
  sid) number=2 packages=(mysql-server docker.io containerd runc jq podman kubernetes-client) ;;
  *) die "there is no recipe for $suite" ;;
esac

root="$CACHE/system-$suite-$number"
if [ ! -d "$root" ]; then
  need_root
  lock "system-$suite"
  if [ ! -d "$root" ]; then
    work="$(work_dir "system-$suite")"
    tree="$work/tree"
    trap 'umount -l "$tree/proc" 2>/dev/null || true; rm -rf "$work"' EXIT
    debian_sources deb "$suite" >"$work/apt.sources"
    mirror="$(awk '/^URIs:/ { print $2; exit }' "$work/apt.sources")"
    say "making a system of $suite"

    # The index of sid is sometimes newer than its pool, hence the second attempt; a mirror may also be weeks behind.
    debootstrap --variant=minbase "$suite" "$tree" "$mirror" >&2
    printf '#!/bin/sh\nexit 101\n' >"$tree/usr/sbin/policy-rc.d"
    chmod 0755 "$tree/usr/sbin/policy-rc.d"
    mount -t proc proc "$tree/proc"
    install() {
      chroot "$tree" apt-get update -q -o Acquire::Check-Valid-Until=false >&2 &&
        DEBIAN_FRONTEND=noninteractive chroot "$tree" apt-get install -y -q --no-install-recommends "${packages[@]}" >&2
    }
    install || install
    umount "$tree/proc"
    rm -rf "$tree"/var/cache/apt/archives/*.deb "$tree"/var/lib/apt/lists/*
    mv -T "$tree" "$root"
  fi
fi
printf 'root=%s\n' "$root"
