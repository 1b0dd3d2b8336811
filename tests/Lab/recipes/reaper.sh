#!/usr/bin/env bash
# Removes everything a lab run made: processes, mounts, namespaces, links, control groups, folders.
#
#   reaper.sh watch ID FOLDER FAST_FOLDER [LOG_FOLDER]   makes the folders, says "ready", waits for the end of its
#                                                        standard input (the owner's death closes it, however it
#                                                        dies), then sweeps
#   reaper.sh sweep ID FOLDER FAST_FOLDER [LOG_FOLDER]   sweeps now
#
# Nothing is registered. A sweep finds the parts of a run by marks that they have from their start (the environment
# variable DRYDOCK_LAB_RUN, the network namespace, the control group, the parent), so a started process is never
# unknown. Process ids are never stored, so a reused id cannot be mistaken for a process of the run.
set -euo pipefail

mode="$1" id="$2" folder="$3" fast="$4" logs="${5:-}"
mark="DRYDOCK_LAB_RUN=$id"
prefix="dl$id"
[[ "$id" =~ ^[a-z0-9]{4,8}$ ]] || { echo "reaper: bad run id '$id'" >&2; exit 2; }
case "$folder" in */drydock-lab-"$id") ;; *) echo "reaper: folder '$folder' is not the one of run $id" >&2; exit 2 ;; esac
case "$fast" in */drydock-lab-"$id" | */drydock-lab-"$id"/fast) ;; *) echo "reaper: folder '$fast' is not the one of run $id" >&2; exit 2 ;; esac

# Prints the ids of all processes of the run.
processes() {
  local inodes
  {
    grep -lsxzF "$mark" /proc/[0-9]*/environ || true
    grep -lsF "drydock-lab-$id" /proc/[0-9]*/cgroup || true
    inodes="$(stat -L -c %i /run/netns/"$prefix"-* 2>/dev/null || true)"
    if [ -n "$inodes" ]; then
      # shellcheck disable=SC2016
      stat -L -c '%i %n' /proc/[0-9]*/ns/net 2>/dev/null |
        awk -v list="$inodes" 'BEGIN { n = split(list, a, "\n"); for (i = 1; i <= n; i++) mine[a[i]] = 1 } $1 in mine { print $2 }' || true
    fi
  } | cut -d/ -f3 | sort -un | descend
}

# Adds the descendants of the processes it reads.
descend() {
  local roots
  roots="$(cat)"
  [ -n "$roots" ] || return 0
  cat /proc/[0-9]*/stat 2>/dev/null |
    sed -E 's/^([0-9]+) \(.*\) (.) ([0-9]+) .*/\1 \2 \3/' |
    awk -v roots="$roots" -v self="$$" '
      BEGIN { n = split(roots, a, "\n"); for (i = 1; i <= n; i++) mine[a[i]] = 1 }
      { parent[$1] = $3; state[$1] = $2 }
      END {
        do {
          grew = 0
          for (p in parent) if (!(p in mine) && (parent[p] in mine)) { mine[p] = 1; grew = 1 }
        } while (grew)
        # A zombie has ended already and only waits for its parent.
        for (p in mine) if (p in state && state[p] != "Z" && p != self) print p
      }'
}

kill_all() {
  local round pids file quiet=0
  # A frozen control group (docker pause) would hold back the signal until it thaws.
  while IFS= read -r file; do
    echo THAWED >"$file" 2>/dev/null || true
  done < <(find /sys/fs/cgroup -path "*drydock-lab-$id*" -name freezer.state 2>/dev/null)
  for round in $(seq 1 200); do
    # Repeated in each round: a process that freezes a file system may be among those that are still to be killed.
    thaw_all
    pids="$(processes)"
    # Quiet twice: a child that the owner forked in its last instant carries the mark only after it has executed its
    # program.
    if [ -z "$pids" ]; then
      [ "$quiet" = 0 ] || return 0
      quiet=1
    else
      quiet=0
      # shellcheck disable=SC2086
      kill -KILL $pids 2>/dev/null || true
    fi
    sleep 0.02
  done
  echo "reaper: still running after $round rounds: $pids" >&2
  return 1
}

# containerd's shims keep their sockets outside of the lab's folders.
shim_sockets() {
  local file
  while IFS= read -r file; do
    sed 's#^unix://##' "$file" 2>/dev/null || true
    echo
  done < <(find "$folder" "$fast" -path '*io.containerd.runtime*' -name address 2>/dev/null) | grep '^/run/containerd/s/' || true
}

# No signal ends a process that writes to a frozen file system, and the file system cannot be unmounted.
thaw_all() {
  local target
  awk -v a="$folder/" -v b="$fast/" '{ t = $5; gsub(/\\040/, " ", t); if ((index(t, a) == 1 || index(t, b) == 1) && $0 ~ / - ext4 \/dev\/loop/) print t }' /proc/self/mountinfo |
    while IFS= read -r target; do fsfreeze --unfreeze "$target" 2>/dev/null || true; done
}

unmount_all() {
  local target
  awk -v a="$folder/" -v b="$fast/" '{ t = $5; gsub(/\\040/, " ", t); if (index(t, a) == 1 || index(t, b) == 1) print t }' /proc/self/mountinfo |
    tac | while IFS= read -r target; do umount -l "$target" 2>/dev/null || true; done
}

remove_network() {
  local name
  for name in /run/netns/"$prefix"-*; do
    [ -e "$name" ] && ip netns delete "$(basename "$name")" || true
  done
  # The bridge is removed last: "dlID" sorts before "dlIDv1".
  { ip -o link show | awk -F': ' '{ split($2, a, "@"); print a[1] }' | grep -E "^$prefix(v[0-9]+)?$" | sort -r || true; } |
    while IFS= read -r name; do ip link delete "$name" 2>/dev/null || true; done
  if [ -e "$folder/.forward-rule" ]; then
    iptables -w -D FORWARD -i "$prefix" -o "$prefix" -j ACCEPT 2>/dev/null || true
  fi
}

remove_cgroups() {
  local round left
  for round in $(seq 1 50); do
    find /sys/fs/cgroup -depth -type d -path "*drydock-lab-$id*" -exec rmdir {} + 2>/dev/null || true
    left="$(find /sys/fs/cgroup -depth -type d -path "*drydock-lab-$id*" -print -quit 2>/dev/null || true)"
    [ -n "$left" ] || return 0
    sleep 0.02
  done
  echo "reaper: control group $left stays after $round rounds" >&2
  return 1
}

sweep() {
  local failed=0 sockets
  sockets="$(shim_sockets)"
  kill_all || failed=1
  thaw_all
  unmount_all
  remove_network
  remove_cgroups || failed=1
  if [ -n "$sockets" ]; then
    printf '%s\n' "$sockets" | xargs -r rm -f --
    rmdir /run/containerd/s /run/containerd 2>/dev/null || true
  fi
  # Every dockerd creates this folder, wherever its other folders are.
  if [ "$(ls -A /run/docker 2>/dev/null)" = plugins ] && ! pgrep -x dockerd >/dev/null; then
    rmdir /run/docker/plugins /run/docker 2>/dev/null || true
  fi
  if [ -n "$logs" ] && mkdir -p "$logs" 2>/dev/null; then
    find "$folder" -maxdepth 2 -name '*.log' -size +0 -exec cp -p -- {} "$logs/" \; 2>/dev/null || true
  fi
  rm -rf --one-file-system -- "$fast" "$folder" || failed=1
  return "$failed"
}

case "$mode" in
  watch)
    trap '' INT TERM HUP QUIT
    mkdir -m 0755 -- "$folder"
    # The file is locked first and named afterwards: a lock file with that name that no process holds means that the
    # reaper is dead.
    exec 8>"$folder/.reaper.new"
    flock 8
    mv -- "$folder/.reaper.new" "$folder/.reaper"
    mkdir -p -m 0755 -- "$fast"
    cd /
    echo ready
    cat >/dev/null
    exec 2>>"$folder/reaper.log"
    sweep
    ;;
  sweep)
    # Another reaper holds the lock and is sweeping already.
    if [ -e "$folder/.reaper" ]; then
      exec 8<>"$folder/.reaper"
      flock -n 8 || exit 0
    fi
    sweep
    ;;
  *)
    echo "reaper: unknown mode '$mode' (watch or sweep)" >&2
    exit 2
    ;;
esac
