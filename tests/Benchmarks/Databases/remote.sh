# Sourced by both scripts: ssh that keeps its connections, a wait, a copy.
set -euo pipefail
WORK="$(mktemp -d)"
trap 'for h in $HOSTS; do ssh "${OPTIONS[@]}" -O exit "$USER_NAME@$h" 2>/dev/null || true; done; rm -rf "$WORK"' EXIT
OPTIONS=(-i "$KEY" -o "UserKnownHostsFile=$KNOWN_HOSTS" -o BatchMode=yes -o ControlMaster=auto -o ControlPersist=60 -o "ControlPath=$WORK/%C")

on() { ssh "${OPTIONS[@]}" "$USER_NAME@$1" "$2" </dev/null; }

until_true() {
    local end=$((SECONDS + 60))
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$end" ] || { echo "gave up waiting for: $*" >&2; exit 1; }
        sleep 0.2
    done
}

# Copies, checks and unpacks the package on one host after the other.
bring() {
    local host
    for host in $HOSTS; do
        on "$host" "mkdir -p '$1'"
        scp -q "${OPTIONS[@]}" "$ARCHIVE" "$USER_NAME@$host:/tmp/package.tar.gz"
        on "$host" "echo '$SHA256  /tmp/package.tar.gz' | sha256sum -c --quiet && tar -xzf /tmp/package.tar.gz --strip-components 1 -C '$1' && rm /tmp/package.tar.gz"
        [ -z "${2:-}" ] || on "$host" "cd '$1' && $2"
    done
}

port_closed() { ! on "$1" "ss -Hltn 'sport = :$2' | grep -q ."; }
