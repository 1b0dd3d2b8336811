#!/usr/bin/env bash
# Builds the stand-ins of the databases (Databases/standin, Go's standard library only) into the cache, keyed by the sources,
# and makes packages of them.
#
#   standin.sh                              prints standin=PATH: one static binary that is whichever program it is called as
#   standin.sh package --name NAME --version VERSION --programs "A B …" [--add FOLDER] [--sha256]
#                                           prints directory=PATH: NAME/ with bin/A, bin/B …, each the binary with its version
#                                           appended, and the contents of FOLDER; archive=PATH: the same as .tar.gz with NAME/
#                                           at its top; with --sha256 also sha256= of the archive. Kept in the cache.
#
# The programs of each version have different bytes, from which a process knows its version (common/process.go).
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

GO="${STANDIN_GO:-/usr/lib/go-1.19/bin/go}"
SOURCES="$(cd "$RECIPES/../Databases/standin" && pwd)"
MARK="DRYDOCK-STANDIN-VERSION="

# Of all files, with their names below the folder.
hash_of() {
  (cd "$1" && find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)
}

build() {
  local key target work
  key="$(cd "$SOURCES" && find . -type f \( -name '*.go' -o -name go.mod \) ! -name '*_test.go' -print0 | LC_ALL=C sort -z | xargs -0 sha256sum | sha256sum | cut -c1-16)"
  target="$CACHE/standin-$key/standin"
  if [ ! -x "$target" ]; then
    lock standin
    if [ ! -x "$target" ]; then
      [ -x "$GO" ] || die "$GO is missing: run packages.sh"
      say "building the database stand-ins"
      work="$(work_dir standin)"
      # No network, no foreign modules, and the same bytes from the same sources in every folder.
      (cd "$SOURCES" && GOCACHE="$CACHE/standin-gocache" GOFLAGS=-mod=mod GOPROXY=off GO111MODULE=on CGO_ENABLED=0 \
        "$GO" build -trimpath -buildvcs=false -ldflags '-s -w -buildid=' -o "$work/standin" .)
      mkdir -p "$(dirname "$target")"
      mv "$work/standin" "$target"
      rm -rf "$work"
      # Removes results of older sources that were not used for half a day.
      find "$CACHE" -maxdepth 1 -type d -name 'standin-????????????????' ! -name "standin-$key" -mmin +720 -exec rm -rf {} +
    fi
    exec 9>&-
  fi
  touch "$(dirname "$target")"
  printf '%s' "$target"
}

package() {
  local name="" version="" programs="" add="" sha256="" binary key folder work program
  while [ $# -gt 0 ]; do
    case "$1" in
      --name) name="$2"; shift 2 ;;
      --version) version="$2"; shift 2 ;;
      --programs) programs="$2"; shift 2 ;;
      --add) add="$2"; shift 2 ;;
      --sha256) sha256=1; shift ;;
      *) die "package knows no $1 (--name, --version, --programs, --add, --sha256)" ;;
    esac
  done
  [ -n "$name" ] && [ -n "$version" ] && [ -n "$programs" ] || die "package needs --name, --version and --programs"
  [[ "$version" =~ ^[0-9A-Za-z.-]+$ ]] || die "'$version' is not a version"
  binary="$(build)"
  key="$(printf '%s\n' "$name" "$version" "$programs" "${add:+$(hash_of "$add")}" | sha256sum | cut -c1-16)"
  folder="$(dirname "$binary")/packages/$key"
  if [ ! -d "$folder" ]; then
    lock standin-package
    if [ ! -d "$folder" ]; then
      work="$(work_dir standin-package)"
      mkdir -p "$work/$name/bin"
      for program in $programs; do
        { cat "$binary"; printf '\n%s%s\n' "$MARK" "$version"; } >"$work/$name/bin/$program"
        chmod 0755 "$work/$name/bin/$program"
      done
      [ -z "$add" ] || cp -rp -- "$add/." "$work/$name/"
      tar -C "$work" --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner -cf - "$name" | gzip -n -1 >"$work/$name.tar.gz"
      sha256sum "$work/$name.tar.gz" | cut -d' ' -f1 >"$work/sha256"
      mkdir -p "$(dirname "$folder")"
      mv -T "$work" "$folder"
      chmod 0755 "$folder"
    fi
    exec 9>&-
  fi
  printf 'directory=%s\narchive=%s\n' "$folder/$name" "$folder/$name.tar.gz"
  [ -z "$sha256" ] || printf 'sha256=%s\n' "$(cat "$folder/sha256")"
}

case "${1:-}" in
  "") printf 'standin=%s\n' "$(build)" ;;
  package) shift; package "$@" ;;
  *) die "unknown command '$1' (none, or package)" ;;
esac
