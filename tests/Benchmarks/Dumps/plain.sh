#!/usr/bin/env bash
# The plain tools in pipes, as an administrator writes them. Usage: plain.sh verb database path [flags of the tool...]
# COMPRESS and DECOMPRESS are filters. COMPRESS_FOLDER and DECOMPRESS_FOLDER do the same with every file of a folder,
# with checksums.
set -euo pipefail
verb=$1 db=$2 path=$3; shift 3
: "${OPTIONS:?}" "${THREADS:?}"
fresh() { mysql --defaults-file="$OPTIONS" -e "drop database if exists \`$db\`; create database \`$db\` character set utf8mb4 collate utf8mb4_general_ci"; }
case $verb in
  dump) # path: the file
    mysqldump --defaults-file="$OPTIONS" "$@" -- "$db" | $COMPRESS | tee "$path" | sha256sum > "$path.sha256"
    ;;
  load) # path: the file
    fresh
    tee >(sha256sum > "$path.sha256.now") < "$path" | $DECOMPRESS | mysql --defaults-file="$OPTIONS" "$db"
    ;;
  load-raw) # path: a file of SQL
    fresh
    mysql --defaults-file="$OPTIONS" "$db" < "$path"
    ;;
  mydump) # path: the folder
    mydumper --defaults-file="$OPTIONS" "$@" --threads="$THREADS" --database="$db" --outputdir="$path.raw" --verbose=1
    mkdir -p "$path"
    $COMPRESS_FOLDER "$path.raw" "$path"
    rm -r "$path.raw"
    ;;
  myload) # path: the folder
    fresh
    mkdir -p "$path.raw"
    $DECOMPRESS_FOLDER "$path" "$path.raw"
    myloader --defaults-file="$OPTIONS" --threads="$THREADS" --overwrite-tables --database="$db" --directory="$path.raw" --verbose=1
    rm -r "$path.raw"
    ;;
  *) echo "no such verb: $verb" >&2; exit 2 ;;
esac
