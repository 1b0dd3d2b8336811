#!/usr/bin/env bash
# runc for machines whose root lacks CAP_SYS_RESOURCE (some sandboxes): "docker run --privileged" asks for every
# capability, and the kernel refuses one that the caller does not have. The name is taken out of the bundle of
# create/run and out of the process file of exec; everything else goes to runc as it is.
set -euo pipefail

drop() {
  [ -f "$1" ] || return 0
  grep -qF '"CAP_SYS_RESOURCE"' "$1" || return 0
  sed -i -e 's/"CAP_SYS_RESOURCE",//g' -e 's/,"CAP_SYS_RESOURCE"//g' -e 's/"CAP_SYS_RESOURCE"//g' "$1"
}

previous=
bundle="$PWD"
command=
process=
for argument in "$@"; do
  case "$previous" in
    --bundle | -b) bundle="$argument" ;;
    --process | -p) process="$argument" ;;
  esac
  case "$argument" in
    create | run | exec) [ -n "$command" ] || command="$argument" ;;
    --bundle=*) bundle="${argument#*=}" ;;
    --process=*) process="${argument#*=}" ;;
  esac
  previous="$argument"
done

case "$command" in
  create | run) drop "$bundle/config.json" ;;
  exec) [ -z "$process" ] || drop "$process" ;;
esac
exec runc "$@"
