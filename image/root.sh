#!/usr/bin/env bash
# Makes the files of the operator's image that come from Debian packages: image/packages.txt. No package script is run, so the same packages give the same
# bytes, and the files for another architecture can be made here.
#
#   image/root.sh ARCH TAR [DEBS]     ARCH is amd64 or arm64. DEBS is a folder that keeps the packages; those in it are not fetched again
#
# Needs apt-get, dpkg-deb, readelf; no root. APT_SOURCES names a file with sources of Debian 12 (deb822); without it the machine's own are taken. Sources that
# name a moment of an archive of snapshots give the packages of that moment.
set -euo pipefail
shopt -s inherit_errexit
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
. "$here/lib.sh"
export LC_ALL=C TZ=UTC
umask 022

arch="$1" result="$2"
lib="usr/lib/$(triplet "$arch")"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
root="$work/root"
debs="${3:-$work/debs}"
mkdir -p "$debs" "$work"/{lists/partial,archives/partial} "$root"/{etc/ssl/certs,usr/{bin,lib,lib64,sbin},tmp,proc,sys,dev,run,var/lib/{dpkg/status.d,drydock/{snapshots,images,scratch}},usr/share/drydock}
for folder in bin sbin lib lib64; do
  ln -s "usr/$folder" "$root/$folder"
done

sources() {
  local given="${APT_SOURCES:-/etc/apt/sources.list.d/debian.sources}"
  [ -r "$given" ] && grep -q '^Suites:.*bookworm' "$given" ||
    die "$given is not a file with sources of Debian 12. Set APT_SOURCES to one; a container of debian:12 has it in /etc/apt/sources.list.d/debian.sources"
  sed 's/^Types:.*/Types: deb/' "$given"
}

fetch() {
  sources >"$work/apt.sources"
  : >"$work/status"
  (cd "$debs" && set -- -q -o "Dir::Etc::sourcelist=$work/apt.sources" -o Dir::Etc::sourceparts=- -o "Dir::State::lists=$work/lists" \
    -o "Dir::State::status=$work/status" -o "Dir::Cache::archives=$work/archives" -o Dir::Cache::pkgcache= -o Dir::Cache::srcpkgcache= \
    -o "APT::Architecture=$arch" -o "APT::Architectures=$arch" -o Acquire::Languages=none -o APT::Sandbox::User="$(id -un)" &&
    apt-get "$@" update && sed -n 's/^\([a-z0-9][^:]*\):.*/\1/p' "$here/packages.txt" | xargs apt-get "$@" download) >"$work/apt.log" 2>&1 ||
    { tail -20 "$work/apt.log" >&2; die "the packages could not be fetched"; }
}

# unpack PACKAGE PATTERN...
unpack() {
  local package="$1" deb control
  shift
  deb="$(find "$debs" -name "${package}_*.deb")"
  [ -f "$deb" ] || die "$package was not fetched"
  set -- "${@/#/./}"
  [ $# = 0 ] || set -- --wildcards "$@" "./usr/share/doc/$package/copyright"
  dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$root" --keep-directory-symlink --no-same-owner --no-same-permissions \
    --exclude='./usr/share/man' --exclude='./usr/share/locale' --exclude='./usr/share/lintian' --exclude='./usr/share/bug' --exclude='./usr/share/info' \
    --exclude='./usr/share/zoneinfo/right' --exclude='./usr/share/zoneinfo/posix' \
    --exclude='./usr/share/bash-completion' --exclude='*/gconv' "$@" 2>"$work/tar.log" || { grep -v 'doc/.*Not found\|Exiting with failure' "$work/tar.log" >&2 && die "$package has no such files" || true; }
  dpkg-deb --field "$deb" Package Source Version Architecture Maintainer >"$root/var/lib/dpkg/status.d/$package"
  printf '%s %s %s %s\n' "$package" "$(dpkg-deb --field "$deb" Version)" "$(dpkg-deb --field "$deb" Architecture)" "$(sha256sum "$deb" | cut -d' ' -f1)" \
    >>"$root/usr/share/drydock/packages.txt"
}

# What the scripts of the packages would have written.
configure() {
  printf 'root:x:0:0:root:/root:/usr/sbin/nologin\ndrydock:x:65532:65532:drydock:/tmp:/usr/sbin/nologin\nnobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin\n' >"$root/etc/passwd"
  printf 'root:x:0:\ndrydock:x:65532:\nnogroup:x:65534:\n' >"$root/etc/group"
  printf 'passwd: files\ngroup: files\nhosts: files dns\nservices: files\n' >"$root/etc/nsswitch.conf"
  find "$root/usr/share/ca-certificates/mozilla" -name '*.crt' -print0 | sort -z | xargs -0 cat >"$root/etc/ssl/certs/ca-certificates.crt"
  rm -r "$root/usr/share/ca-certificates"
  mkdir -p "$root/usr/lib/ssl"
  ln -s /etc/ssl/certs/ca-certificates.crt "$root/usr/lib/ssl/cert.pem"
  ln -s /etc/ssl/certs "$root/usr/lib/ssl/certs"
  ln -sf dash "$root/usr/bin/sh"
  ln -sf /usr/share/zoneinfo/Etc/UTC "$root/etc/localtime"
  find "$root/usr/share/doc" -type f ! -name copyright -delete
  find "$root/usr/share/doc" -depth -type d -empty -delete
  # Nothing in the image gains rights.
  chmod -R a-s "$root/usr"
  chmod 1777 "$root/tmp"
}

# Fails unless every library that a file needs is in the image.
check_libraries() {
  local missing
  missing="$({ find "$root/usr" -type f -print0 | xargs -0 readelf -d 2>/dev/null || true; } | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p' | sort -u | while read -r name; do
    [ -e "$root/$lib/$name" ] || [ -e "$root/usr/lib64/$name" ] || [ -e "$root/usr/lib/$name" ] || echo "$name"
  done)"
  [ -z "$missing" ] || die "no package of packages.txt has these libraries: $(echo $missing)"
}

[ -n "$(find "$debs" -name '*.deb' -print -quit)" ] || fetch
while read -r line; do
  case "$line" in '' | '#'*) continue ;; esac
  patterns="${line#*:}"
  set -f
  # shellcheck disable=SC2086
  unpack "${line%%:*}" $patterns
  set +f
done <"$here/packages.txt"
configure
check_libraries
check_machine "$arch" "$root/usr"
mkdir -p "$(dirname "$result")"
packed --owner=0 --group=0 --exclude=./var/lib/drydock -C "$root" -cf "$work/root.tar" .
packed --owner=65532 --group=65532 -C "$root" -rf "$work/root.tar" ./var/lib/drydock
mv "$work/root.tar" "$result"
say "$arch: $(wc -l <"$root/usr/share/drydock/packages.txt") packages, $(stat -c %s "$result") bytes"
