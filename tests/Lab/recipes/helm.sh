#!/usr/bin/env bash
# Builds the stand-in of helm (Charts/helm) into the cache, keyed by its sources, with the Go libraries of Debian that Helm itself uses.
#
#   helm.sh     prints helm=PATH
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

GO=/usr/lib/go-1.19/bin/go
SOURCES="$(cd "$RECIPES/../Charts/helm" && pwd)"
LIBRARIES=/usr/share/gocode

key="$(cd "$SOURCES" && find . -name '*.go' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)"
target="$CACHE/helm-$key/helm"
if [ ! -x "$target" ]; then
  lock helm
  if [ ! -x "$target" ]; then
    for package in Masterminds/sprig ghodss/yaml xeipuuv/gojsonschema; do
      [ -d "$LIBRARIES/src/github.com/$package" ] || die "the Go library github.com/$package is missing: run packages.sh"
    done
    say "building the stand-in of helm"
    work="$(work_dir helm)"
    mkdir -p "$work/go/src"
    cp -r "$SOURCES" "$work/go/src/helm"
    (cd "$work/go/src/helm" && GOPATH="$work/go:$LIBRARIES" GOCACHE="$CACHE/standin-gocache" GO111MODULE=off GOFLAGS= CGO_ENABLED=0 \
      "$GO" build -trimpath -ldflags '-s -w' -o "$work/helm" .)
    mkdir -p "$(dirname "$target")"
    mv "$work/helm" "$target"
    rm -rf "$work"
  fi
  exec 9>&-
fi
touch "$(dirname "$target")"
printf 'helm=%s\n' "$target"
