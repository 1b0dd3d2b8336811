# Shared by the scripts of image; sourced, never run.
# shellcheck shell=bash

say() { printf '%s: %s\n' "$(basename "$0")" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

# Time of everything in the image: that of the commit, so that the same commit gives the same bytes.
epoch() {
  if [ -n "${SOURCE_DATE_EPOCH:-}" ]; then
    echo "$SOURCE_DATE_EPOCH"
  else
    git -C "$(dirname "${BASH_SOURCE[0]}")" log -1 --format=%ct 2>/dev/null || echo 0
  fi
}

# The name of an architecture in the triplets of Debian, in ELF headers, and in .NET.
triplet() { case "$1" in amd64) echo x86_64-linux-gnu ;; arm64) echo aarch64-linux-gnu ;; *) die "the architecture $1 is not known: amd64, arm64" ;; esac; }
machine() { case "$1" in amd64) echo 'Advanced Micro Devices X86-64' ;; arm64) echo AArch64 ;; *) die "the architecture $1 is not known: amd64, arm64" ;; esac; }
runtime() { case "$1" in amd64) echo linux-x64 ;; arm64) echo linux-arm64 ;; *) die "the architecture $1 is not known: amd64, arm64" ;; esac; }

# Fails unless every ELF file below a folder is for the architecture.
check_machine() {
  local arch="$1" folder="$2" expected wrong
  expected="$(machine "$arch")"
  wrong="$(find "$folder" -type f -print0 | xargs -0 readelf -h 2>/dev/null | sed -n 's/^  Machine: *//p' | grep -vxF "$expected" || true)"
  [ -z "$wrong" ] || die "$folder holds files for another machine than $expected: $(sort -u <<<"$wrong")"
}

# Bytes in an order and with metadata that depend on the content only.
packed() {
  tar --sort=name --format=posix --pax-option='exthdr.name=%d/PaxHeaders/%f,delete=atime,delete=ctime' --mtime="@$(epoch)" --numeric-owner "$@"
}
