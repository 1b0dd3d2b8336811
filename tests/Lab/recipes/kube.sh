#!/usr/bin/env bash
# Builds kube-apiserver, the lab's controllers and a node without containers (Kubernetes/kube) 1.20.2 as one program from
# Debian's source package, and fetches a kubectl 1.20, all into the cache. Prints one line per tool: NAME=PATH.
# About four minutes cold on two cores, nothing warm.
#
# If KUBEBUILDER_ASSETS contains etcd and kube-apiserver, these two are used.
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/kube-source.sh"

VERSION=1.20.2
# Increase this number with every change of the source below, so that an older cache is not used.
RECIPE=8
BIN="$CACHE/kube-$VERSION-$RECIPE"
GO=/usr/lib/go-1.19/bin/go
WANTED=(kube-apiserver drydock-controllers drydock-node)

assets="${KUBEBUILDER_ASSETS:-}"
if [ -n "$assets" ] && [ -x "$assets/etcd" ] && [ -x "$assets/kube-apiserver" ]; then
  say "using $assets (KUBEBUILDER_ASSETS)"
else
  assets=
fi

# Where a tool is: in the assets, else in the cache.
path_of() {
  if [ -n "$assets" ] && [ -x "$assets/$1" ]; then printf '%s' "$assets/$1"; else printf '%s' "$BIN/$1"; fi
}

report() {
  local etcd
  if [ -n "$assets" ]; then etcd="$assets/etcd"; else etcd="$(command -v etcd)" || die "etcd is not installed: run packages.sh"; fi
  printf 'etcd=%s\n' "$etcd"
  for tool in "${WANTED[@]}" kubectl; do printf '%s=%s\n' "$tool" "$(path_of "$tool")"; done
}

complete() {
  for tool in "${WANTED[@]}" kubectl; do [ -x "$(path_of "$tool")" ] || return 1; done
}

if complete; then
  report
  exit 0
fi

lock kube
if complete; then
  report
  exit 0
fi

mkdir -p "$BIN"
work="$(work_dir kube)"
trap 'chmod -R u+w "$work" 2>/dev/null || true; rm -rf "$work"' EXIT

fetch_kubectl() {
  say "fetching kubectl"
  mkdir -p "$work/kubectl"
  (cd "$work/kubectl" && apt-get -o APT::Sandbox::User=root download -q kubernetes-client >&2)
  dpkg -x "$work"/kubectl/kubernetes-client_*.deb "$work/kubectl/root"
  mv "$work/kubectl/root/usr/bin/kubectl" "$BIN/kubectl"
}

# Corrects what the server alone needs.
correct_source() {
  # Go >= 1.18 lets reflect.DeepEqual find an empty string equal to the zero value's own memory, so the validation takes "" for
  # null and the server refuses custom objects with empty strings, which 1.20 as released accepts.
  local types="$source_dir/vendor/k8s.io/kube-openapi/pkg/validation/validate/type.go"
  sed -i 's/data == nil || reflect.DeepEqual(reflect.Zero(reflect.TypeOf(data)), reflect.ValueOf(data))/data == nil/' "$types"
  grep -q 'if data == nil {' "$types" || die "$types is not as expected: the null check could not be replaced"
}

# The OpenAPI definitions are generated at release time upstream and not shipped in the source package.
generate_openapi() {
  say "generating OpenAPI definitions"
  local inputs
  inputs="$(cd "$source_dir" && grep -rlE --include='*.go' --exclude='*_test.go' '\+k8s:openapi-gen=' pkg staging/src vendor/k8s.io/kube-openapi |
    xargs dirname | sort -u |
    sed -E 's#^staging/src/#vendor/#; s#^#k8s.io/kubernetes/#' | paste -sd, -)"
  "$GO" build -o "$work/openapi-gen" ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  "$work/openapi-gen" -i "$inputs" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
    -h vendor/k8s.io/code-generator/hack/boilerplate.go.txt -r "$work/openapi-report" --output-base "$GOPATH/src"
}

build() {
  # The compiler lives for seconds at a time, and collecting its garbage costs more than the memory.
  export GOPATH="$work/gopath" GOCACHE="$work/gocache" GO111MODULE=off CGO_ENABLED=0 GOFLAGS= GOGC=400
  mkdir -p "$GOPATH/src/k8s.io"
  ln -s "$source_dir" "$GOPATH/src/k8s.io/kubernetes"
  cd "$GOPATH/src/k8s.io/kubernetes"
  generate_openapi
  mkdir -p cmd/drydock-kube
  cp "$RECIPES/../Kubernetes/kube/"*.go cmd/drydock-kube/
  local stamp="" package
  # Without a stamp the server reports v0.0.0, which would mislead clients that check its version.
  for package in component-base/version client-go/pkg/version; do
    stamp+=" -X k8s.io/kubernetes/vendor/k8s.io/$package.gitVersion=v$VERSION -X k8s.io/kubernetes/vendor/k8s.io/$package.gitMajor=1"
    stamp+=" -X k8s.io/kubernetes/vendor/k8s.io/$package.gitMinor=20 -X k8s.io/kubernetes/vendor/k8s.io/$package.gitTreeState=clean"
  done
  say "building"
  # The lab has no cloud, and the libraries of the clouds take long to compile.
  "$GO" build -tags providerless,dockerless -ldflags "-s -w $stamp" -o "$work/drydock-kube" k8s.io/kubernetes/cmd/drydock-kube
  mv "$work/drydock-kube" "$BIN/drydock-kube"
  # The program does what its name says.
  for tool in "${WANTED[@]}"; do ln -sf drydock-kube "$BIN/$tool"; done
  cd "$CACHE"
}

[ -x "$(path_of kubectl)" ] || fetch_kubectl
missing=
for tool in "${WANTED[@]}"; do [ -x "$(path_of "$tool")" ] || missing=1; done
if [ -n "$missing" ]; then
  [ -x "$GO" ] || die "$GO is missing: run packages.sh"
  fetch_source "$work" "$VERSION"
  correct_source
  build
fi
complete || die "the build ended without every tool in $BIN"
report
