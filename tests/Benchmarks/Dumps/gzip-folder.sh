#!/usr/bin/env bash
# gzip -1 and sha256sum over every file of a folder, as many at a time as there are processors. Usage: gzip-folder.sh
# FROM TO
set -euo pipefail
export TO=$2
find "$1" -type f -print0 | xargs -0 -n 1 -P "$(nproc)" bash -c 'set -o pipefail; to="$TO/$(basename "$0").gz"; gzip -1 < "$0" | tee "$to" | sha256sum > "$to.sha256"'
