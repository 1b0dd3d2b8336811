#!/bin/bash
# rolling_update.yml of tidb-ansible 3.0.9 as a fair script. Its pauses are divided by the same factor as the stand-ins'
# spans. Order: PD, TiKV, pump, TiDB, drainer, one instance after the other; each settles as long as the operator lets
# it. INSTANCES has lines: component address port status-port deploy-dir unit program.
. "$(dirname "$0")/remote.sh"

PD="http://${HOSTS%% *}:2379"
each() { awk -v c="$1" '$1 == c' "$INSTANCES"; }
pd_leader() { curl -fsS "$PD/pd/api/v1/leader" | grep -q "http://$1:2379"; }
pd_moved() { curl -fsS "$PD/pd/api/v1/leader" | grep -q '"client_urls"' && ! pd_leader "$1"; }
pd_healthy() { curl -fsS "http://$1:2379/health" | grep -q '"true"' && ! curl -fsS "$PD/pd/health" | grep -q false; }
store() { curl -fsS "$PD/pd/api/v1/stores" | python3 -c 'import json,sys; print(*[eval(sys.argv[2],{"s":s}) for s in json.load(sys.stdin)["stores"] if s["store"]["address"]==sys.argv[1]])' "$1" "$2"; }
drained() { [ "$(store "$1" 's["status"].get("leader_count",0)')" = 0 ]; }
up() { [ "$(store "$1" 's["store"]["state_name"]+s["store"]["version"]')" = "Up$NEW_VERSION" ]; }
tidb_up() { curl -fsS "http://$1:$2/status" | grep -q "TiDB-v$NEW_VERSION"; }
port_open() { ! port_closed "$1" "$2"; }

swap() {
    local host=$1 port=$2 dir=$3 unit=$4 program=$5
    on "$host" "sudo systemctl stop $unit"
    until_true port_closed "$host" "$port"
    on "$host" "cd $dir/bin && cp '$NEW/bin/$program' $program.new && mv $program $program.old && mv $program.new $program && sudo systemctl start $unit"
    until_true port_open "$host" "$port"
}

bring "$NEW"
while read -r _ host port _ dir unit program <&3; do
    if pd_leader "$host"; then
        curl -fsS -X POST "$PD/pd/api/v1/leader/resign" >/dev/null
        until_true pd_moved "$host"
    fi
    swap "$host" "$port" "$dir" "$unit" "$program"
    until_true pd_healthy "$host"
    sleep "$SETTLE"
done 3< <(each pd)
while read -r _ host port status dir unit program <&3; do
    id="$(store "$host:$port" 's["store"]["id"]')"
    curl -fsS -X POST -d "{\"name\":\"evict-leader-scheduler\",\"store_id\":$id}" "$PD/pd/api/v1/schedulers" >/dev/null
    until_true drained "$host:$port"
    on "$host" "grep -q status-addr $dir/conf/tikv.toml || sed -i 's/^\\[server\\]/[server]\\nstatus-addr = \"0.0.0.0:$status\"/' $dir/conf/tikv.toml"
    swap "$host" "$port" "$dir" "$unit" "$program"
    until_true curl -fsS "http://$host:$status/status"
    until_true up "$host:$port"
    curl -fsS -X DELETE "$PD/pd/api/v1/schedulers/evict-leader-scheduler-$id" >/dev/null
    sleep "$SETTLE"
done 3< <(each tikv)
while read -r _ host port _ dir unit program <&3; do
    swap "$host" "$port" "$dir" "$unit" "$program"
    sleep "$SETTLE"
done 3< <(each pump)
while read -r _ host port status dir unit program <&3; do
    swap "$host" "$port" "$dir" "$unit" "$program"
    until_true tidb_up "$host" "$status"
    sleep "$SETTLE"
done 3< <(each tidb)
curl -fsS -X POST -d '{"merge-schedule-limit":2}' "$PD/pd/api/v1/config" >/dev/null
while read -r _ host port _ dir unit program <&3; do
    swap "$host" "$port" "$dir" "$unit" "$program"
    sleep "$SETTLE"
done 3< <(each drainer)
