#!/usr/bin/env bash
# Builds a current apiextensions-apiserver (CEL rules, ratcheting, current server-side apply) from Debian sid,
# without installing anything of sid: packages are unpacked into a private root that is deleted afterwards.
# Prints apiextensions-apiserver=PATH. Six to seven minutes cold on two cores, nothing warm.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TARGET="$CACHE/modern-crd/apiextensions-apiserver"

report() { printf 'apiextensions-apiserver=%s\n' "$TARGET"; }

if [ -x "$TARGET" ]; then
  report
  exit 0
fi
lock modern-crd
if [ -x "$TARGET" ]; then
  report
  exit 0
fi

work="$(work_dir modern-crd)"
trap 'chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"' EXIT

say "fetching sid's packages (about 375 MB) into a private folder"
debian_sources deb sid >"$work/apt.sources"
: >"$work/status"
mapfile -t apt < <(private_apt "$work")
apt+=(-o "Dir::State::status=$work/status")
apt-get "${apt[@]}" update -q >&2

# sid changes: use the Go with which it builds its own packages instead of a fixed version.
go_package="$(apt-cache "${apt[@]}" depends golang-go | grep -oE 'golang-1\.[0-9]+-go' | head -n 1 || true)"
[ -n "$go_package" ] || die "sid's golang-go names no golang-1.x-go"
apt-get "${apt[@]}" install -y -q --download-only golang-k8s-apiextensions-apiserver-dev "$go_package" >&2

say "unpacking"
mkdir -p "$work/root"
for deb in "$work"/archives/golang*.deb "$work"/archives/*k8s*.deb; do
  [ -e "$deb" ] && dpkg -x "$deb" "$work/root"
done

say "building with $go_package"
go_version="${go_package#golang-}"
export GOROOT="$work/root/usr/lib/go-${go_version%-go}"
export GOPATH="$work/root/usr/share/gocode" GOCACHE="$work/gocache" GO111MODULE=off CGO_ENABLED=0 GOTOOLCHAIN=local GOFLAGS=
# Debian splits Go in two packages; the links between them are absolute, so point them into the private root.
for part in src pkg test api misc; do
  if [ -d "$work/root/usr/share/go-${go_version%-go}/$part" ]; then
    rm -f "$GOROOT/$part" 2>/dev/null || true
    [ -e "$GOROOT/$part" ] || ln -s "$work/root/usr/share/go-${go_version%-go}/$part" "$GOROOT/$part"
  fi
done
(cd "$work" && "$GOROOT/bin/go" build -ldflags '-s -w' -o "$work/apiextensions-apiserver" k8s.io/apiextensions-apiserver)
mkdir -p "$(dirname "$TARGET")"
mv "$work/apiextensions-apiserver" "$TARGET"
report
