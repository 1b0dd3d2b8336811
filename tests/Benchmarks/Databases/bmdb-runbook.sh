#!/bin/bash
# The manual procedure of BMDB as a fair script: one mserver after the other, then one dbserver after the other, then
# AutoFlags and the catalogue. The script waits for each server by its web interface and lets it settle as long as the
# operator does. The manual procedure moves no leader away first, and does not watch the cluster before the catalogue
# and at its end; with DRAIN=yes the script does both, as long as the operator.
. "$(dirname "$0")/remote.sh"

# Masters run on the first hosts only; every host has a tablet server. MASTERS lists addresses with ports.
MASTER_HOSTS="$(tr ',' '\n' <<<"$MASTERS" | sed 's/:[0-9]*$//')"

web_version() { curl -fsS "http://$1:$2/api/v1/version" | grep -q "\"version_number\": *\"${NEW_VERSION%-b*}\""; }
all_alive() { [ "$(on "${HOSTS%% *}" "$NEW/bin/bm-admin -mserver_addresses $MASTERS list_all_masters" | grep -c ALIVE)" = "$(wc -w <<<"$MASTER_HOSTS")" ]; }
tserver_ready() { curl -fsS "http://$1:9000/api/v1/health-check" | grep -q 'failed_tablets' && on "${HOSTS%% *}" "$NEW/bin/bm-admin -mserver_addresses $MASTERS list_all_tablet_servers" | grep "$1" | grep -q ALIVE; }

leaders() { curl -fsS "http://${HOSTS%% *}:10000/api/v1/tablet-servers" | python3 -c 'import json,sys; print(*[s["user_tablets_leaders"]+s["system_tablets_leaders"] for z in json.load(sys.stdin).values() for a,s in z.items() if a==sys.argv[1]+":9000"])' "$1"; }
drained() { [ "$(leaders "$1")" = 0 ]; }
blacklist() { on "${HOSTS%% *}" "$NEW/bin/bm-admin -mserver_addresses $MASTERS change_leader_blacklist $1 $2:9100"; }

swap() {
    on "$1" "pkill -x $2"
    until_true port_closed "$1" "$3"
    on "$1" "cd '$NEW' && { setsid bin/$2 --flagfile=/data/conf/$4.conf >>/data/logs/$4.out 2>&1 </dev/null & }"
    until_true web_version "$1" "$5"
}

bring "$NEW" bin/post_install.sh
for host in $MASTER_HOSTS; do
    swap "$host" mserver 11000 master 10000
    until_true all_alive
    sleep "$SETTLE"
done
for host in $HOSTS; do
    if [ "${DRAIN:-}" = yes ]; then
        blacklist ADD "$host"
        until_true drained "$host"
    fi
    swap "$host" dbserver 9100 tserver 9000
    until_true tserver_ready "$host"
    [ "${DRAIN:-}" != yes ] || blacklist REMOVE "$host"
    sleep "$SETTLE"
done
on "${HOSTS%% *}" "$NEW/bin/bm-admin -mserver_addresses $MASTERS promote_auto_flags"
sleep "$FLAGS"
[ "${DRAIN:-}" != yes ] || sleep "$SETTLE"
on "${HOSTS%% *}" "$NEW/bin/bm-admin -mserver_addresses $MASTERS -timeout_ms 180000 upgrade_bsql"
[ "${DRAIN:-}" != yes ] || sleep "$SETTLE"
