#!/usr/bin/env bash
# Builds the program that runs Argo CD's Lua scripts (GitOps/lua, with Debian's gopher-lua) into the cache, keyed by its
# source. Prints lua=PATH.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

GO=/usr/lib/go-1.19/bin/go
SOURCES="$(cd "$RECIPES/../GitOps/lua" && pwd)"
LIBRARY=/usr/share/gocode

key="$(sha256sum "$SOURCES/main.go" | cut -c1-16)"
target="$CACHE/argo-lua-$key/lua"
if [ ! -x "$target" ]; then
  lock argo-lua
  if [ ! -x "$target" ]; then
    [ -x "$GO" ] && [ -d "$LIBRARY/src/github.com/yuin/gopher-lua" ] || die "go or gopher-lua is missing: run packages.sh"
    say "building the interpreter of Argo CD's scripts"
    work="$(work_dir argo-lua)"
    (cd "$SOURCES" && GOCACHE="$CACHE/go-build" GOFLAGS='' GOPATH="$LIBRARY" GO111MODULE=off CGO_ENABLED=0 \
      "$GO" build -trimpath -o "$work/lua" main.go)
    mkdir -p "$(dirname "$target")"
    mv "$work/lua" "$target"
    rm -rf "$work"
  fi
  exec 9>&-
fi
printf 'lua=%s\n' "$target"
