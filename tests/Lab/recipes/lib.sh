# Shared by the recipes; sourced, never run.
# shellcheck shell=bash

CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/drydock"
RECIPES="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
mkdir -p "$CACHE"

# Go's compilers end before most of their garbage has to be collected.
export GOGC="${GOGC:-400}"

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }

die() {
  say "$*"
  exit 1
}

need_root() {
  [ "$(id -u)" = 0 ] || die "must run as root (it is uid $(id -u)): the lab makes network namespaces and starts dockerd"
}

# One recipe at a time per cache: the second caller waits and then finds the result.
# The descriptor is not close-on-exec on purpose: children share the lock until the recipe ends.
lock() {
  exec 9>"$CACHE/.$1.lock"
  flock 9
}

# A recipe writes its result next to its destination and moves it into place by one rename.
work_dir() {
  mkdir -p "$CACHE/work"
  mktemp -d "$CACHE/work/$1.XXXXXX"
}

# Prints the machine's own Debian sources (deb822 form) with the given types and, if given, another suite. It names no
# host: the mirror of the machine is used.
debian_sources() {
  local types="$1" suite="${2:-}" file
  file=/etc/apt/sources.list.d/debian.sources
  if [ -r "$file" ]; then
    cat "$file"
  elif [ -r /etc/apt/sources.list ]; then
    awk '$1 == "deb" && $2 !~ /^\[/ { printf "Types: deb\nURIs: %s\nSuites: %s\nComponents: main\nSigned-By: /usr/share/keyrings/debian-archive-keyring.gpg\n\n", $2, $3 }' /etc/apt/sources.list
  else
    die "neither $file nor /etc/apt/sources.list is readable: cannot tell which Debian mirror this machine uses"
  fi | {
    if [ -n "$suite" ]; then
      # The first stanza is the main archive; security and updates have no counterpart in another suite.
      awk -v suite="$suite" -v types="$types" '
        /^[[:space:]]*$/ { if (seen) exit; next }
        /^#/ { next }
        { seen = 1 }
        /^Suites:/ { print "Suites: " suite; next }
        /^Types:/ { print "Types: " types; next }
        { print }'
    else
      sed "s/^Types:.*/Types: $types/"
    fi
  }
}

# The options that make apt-get use a private sources file and private lists, so that those of the machine do not
# change.
private_apt() {
  local dir="$1"
  mkdir -p "$dir/lists/partial" "$dir/archives/partial"
  printf '%s\n' \
    -o "Dir::Etc::sourcelist=$dir/apt.sources" \
    -o "Dir::Etc::sourceparts=-" \
    -o "Dir::State::lists=$dir/lists" \
    -o "Dir::Cache::archives=$dir/archives" \
    -o "Dir::Cache::pkgcache=" \
    -o "Dir::Cache::srcpkgcache=" \
    -o "APT::Sandbox::User=root" \
    -o "APT::Install-Recommends=false"
}
