#!/usr/bin/env bash
# Builds a minimal informer of client-go (Kubernetes/informer) from Debian's kubernetes source package into the cache,
# keyed by its source. Prints informer=PATH, or nothing where there is no Go toolchain.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/kube-source.sh"

VERSION=1.20.2
GO=/usr/lib/go-1.19/bin/go
SOURCE="$(cd "$RECIPES/../Kubernetes/informer" && pwd)/main.go"
TARGET="$CACHE/informer-$VERSION-$(sha256sum "$SOURCE" | cut -c1-16)/informer"

if [ ! -x "$TARGET" ]; then
  if [ ! -x "$GO" ]; then
    say "$GO is missing: no informer"
    exit 0
  fi
  lock informer
fi
if [ ! -x "$TARGET" ]; then
  work="$(work_dir informer)"
  trap 'chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"' EXIT
  fetch_source "$work" "$VERSION"
  export GOPATH="$work/gopath" GOCACHE="$work/gocache" GO111MODULE=off CGO_ENABLED=0 GOFLAGS=
  mkdir -p "$GOPATH/src/k8s.io" "$source_dir/cmd/informer"
  ln -s "$source_dir" "$GOPATH/src/k8s.io/kubernetes"
  cp "$SOURCE" "$source_dir/cmd/informer/main.go"
  say "building the informer"
  (cd "$GOPATH/src/k8s.io/kubernetes" && "$GO" build -ldflags '-s -w' -o "$work/informer" k8s.io/kubernetes/cmd/informer)
  mkdir -p "$(dirname "$TARGET")"
  mv "$work/informer" "$TARGET"
fi
printf 'informer=%s\n' "$TARGET"
