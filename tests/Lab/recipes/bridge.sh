#!/usr/bin/env bash
# Makes the bridge of a lab run and gives it the first free /24 of 198.18.0.0/15 (the block for benchmarks: RFC 2544,
# routed nowhere). Prints the prefix, for example 198.18.7.
#
#   bridge.sh NAME FOLDER
#
# The address on the bridge is the claim; choosing and claiming happen under one lock of the whole machine, so that
# labs of other checkouts and other users never get the same network.
set -euo pipefail

name="$1" folder="$2"
lock=/run/lock/drydock-lab-network.lock
mkdir -p /run/lock
exec 9>>"$lock"
flock 9

taken="$({ ip -4 -o addr show; ip -4 -o route show table all; } | grep -oE '198\.1[89]\.[0-9]+\.' | sort -u || true)"
for second in 18 19; do
  for third in $(seq 0 255); do
    prefix="198.$second.$third."
    grep -qxF "$prefix" <<<"$taken" && continue
    ip link add "$name" type bridge
    ip addr add "${prefix}1/24" dev "$name"
    # No spanning tree and no router advertisements: ports forward from the first millisecond.
    ip link set "$name" type bridge stp_state 0 forward_delay 0 mcast_snooping 0
    ip link set "$name" up
    # Where bridged traffic runs through iptables (a Docker of the machine's own does that and drops what it does not
    # know), the lab's own bridge has to be let through.
    if [ "$(cat /proc/sys/net/bridge/bridge-nf-call-iptables 2>/dev/null || echo 0)" = 1 ]; then
      : >"$folder/.forward-rule"
      iptables -w -I FORWARD -i "$name" -o "$name" -j ACCEPT
    fi
    printf '%s\n' "${prefix%.}"
    exit 0
  done
done
echo "bridge: every /24 of 198.18.0.0/15 is in use on this machine" >&2
exit 1
