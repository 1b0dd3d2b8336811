# Fetches the kubernetes source package of Debian with the corrections that a current Go needs; sourced, never run.
# shellcheck shell=bash

# Sets source_dir to the unpacked source below the given folder.
fetch_source() { # WORK VERSION
  local work="$1" version="$2" apt
  say "fetching the kubernetes source package"
  debian_sources deb-src >"$work/apt.sources"
  mapfile -t apt < <(private_apt "$work")
  apt-get "${apt[@]}" update -q >&2
  (cd "$work" && apt-get "${apt[@]}" source -q --only-source kubernetes >&2)
  source_dir="$(find "$work" -mindepth 1 -maxdepth 1 -type d -name 'kubernetes-*' | head -n 1)"
  [ -n "$source_dir" ] || die "apt-get source kubernetes left no directory in $work"
  case "$(basename "$source_dir")" in
    "kubernetes-$version"*) ;;
    *) say "the source package is $(basename "$source_dir"), expected $version. It is used anyway." ;;
  esac

  # The vendored reflect2 1.0.1 does not fit Go >= 1.18: the server dies with SIGSEGV in mapiternext at the first
  # custom object that is written. Debian's own 1.0.2 does fit.
  mkdir -p "$work/reflect2"
  (cd "$work/reflect2" && apt-get -o APT::Sandbox::User=root download -q golang-github-modern-go-reflect2-dev >&2)
  dpkg -x "$work"/reflect2/*.deb "$work/reflect2/root"
  rm -rf "$source_dir/vendor/github.com/modern-go/reflect2"
  cp -rL "$work/reflect2/root/usr/share/gocode/src/github.com/modern-go/reflect2" "$source_dir/vendor/github.com/modern-go/reflect2"
}
