#!/usr/bin/env bash
# Makes an empty MariaDB data folder once (mariadb-install-db takes seconds) and keeps it in the cache; a MetaDb of the
# lab starts from a copy. Prints template=PATH.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

server="$(command -v mariadbd || echo /usr/sbin/mariadbd)"
[ -x "$server" ] || die "mariadbd is not installed: run packages.sh"
version="$("$server" --no-defaults --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)"
# Increase this number with every change of the settings below that are stored in the files.
template="$CACHE/metadb-$version-1"

if [ ! -d "$template" ]; then
  lock metadb
  if [ ! -d "$template" ]; then
    work="$(work_dir metadb)"
    trap 'rm -rf "$work"' EXIT
    say "making a data folder of MariaDB $version"
    mkdir "$work/tmp"
    mariadb-install-db --no-defaults --user=root --datadir="$work/data" --tmpdir="$work/tmp" \
      --auth-root-authentication-method=socket --auth-root-socket-user=root --skip-test-db --skip-name-resolve \
      --innodb-log-file-size=16M --innodb-flush-log-at-trx-commit=0 --character-set-server=utf8mb4 >&2
    mv -T "$work/data" "$template"
  fi
fi
printf 'template=%s\n' "$template"
