#!/usr/bin/env bash
# The manual procedure from Enterprise 3.2.2 to 4.2.2 on several nodes as a shell script: one command after the other,
# over all nodes, in the procedure's own order. NODES names a file with a line a node: region, Docker endpoint,
# certificates, address, data directory.
# LOAD=inside loads the image inside the downtime, as the manual procedure does; LOAD=before loads it before.
# START=one waits for each new node before it starts the next; START=all starts all of them first.
# Prints T1 and T2 (seconds since the epoch) and nothing else to standard output.
set -euo pipefail
: "${NODES:?}" "${HEARTBEATS:?}" "${MYSQL_HOST:?}" "${MYSQL_PORT:?}" "${MYSQL_OPTIONS:?}" "${ARCHIVE:?}" "${IMAGE:?}" "${BACKUP:?}" "${LOAD:?}" "${START:?}"
OLD=oms_322bp2 NEW=oms_422bp1
DOCKER=() CERTS=() IP=() DATA=() FIRSTS=()
previous=
while read -r region docker certs ip data; do
  [ "$previous" = "$region" ] || FIRSTS+=("${#IP[@]}")
  previous=$region
  DOCKER+=("$docker") CERTS+=("$certs") IP+=("$ip") DATA+=("$data")
done < "$NODES"
ALL=("${!IP[@]}")
on() { # node command...
  local i=$1; shift
  ${LIMIT:-} docker --tlsverify --tlscacert "${CERTS[i]}/ca.pem" --tlscert "${CERTS[i]}/cert.pem" --tlskey "${CERTS[i]}/key.pem" -H "${DOCKER[i]}" "$@"
}
sql() { mysql --defaults-extra-file="$MYSQL_OPTIONS" -h "$MYSQL_HOST" -P "$MYSQL_PORT" -N -e "$2" "$1"; }
say() { echo "$(date +%T) $*" >&2; }
load() { say "docker load"; local i; for i in "${ALL[@]}"; do on "$i" load -q -i "$ARCHIVE" >&2; done; }
start() {
  on "$1" run -dit --net host -v "${DATA[$1]}/config.yaml:/home/admin/conf/config.yaml" -v "${DATA[$1]}/oms_logs:/home/admin/logs" \
    -v "${DATA[$1]}/oms_store:/home/ds/store" -v "${DATA[$1]}/oms_run:/home/ds/run" -e OMS_HOST_IP="${IP[$1]}" -e IS_UPGRADE=true \
    --privileged=true --pids-limit -1 --ulimit nproc=65535:65535 --name "$NEW" "$IMAGE" >/dev/null
}
running() { # node programs...: waits until each is RUNNING
  local i=$1 p; shift
  for p in "$@"; do
    # An exec into a container that is just starting may never answer. An administrator would interrupt it and look
    # again.
    until LIMIT="timeout 10" on "$i" exec "$NEW" supervisorctl status "$p" 2>/dev/null | grep -q RUNNING; do sleep 0.5; done
  done
}
first() { local f; for f in "${FIRSTS[@]}"; do [ "$f" = "$1" ] && return 0; done; return 1; }

[ "$LOAD" = before ] && load
say "HA off"
sql rm_340 "update oms_normal_config set cfg_value=json_set(cfg_value,'$.enable',false) where cfg_name='ha.config'"
for i in "${ALL[@]}"; do on "$i" exec "$OLD" supervisorctl restart oms_console >&2; done
say "stop"
T1=$(date +%s.%N)
for i in "${ALL[@]}"; do on "$i" stop -t 120 "$OLD" >&2; done
say "back up"
for db in $HEARTBEATS; do
  sql "$db" "set @m=(select max(id) from heatbeat_sequence); delete from heatbeat_sequence where id < @m"
done
for db in rm_340 cm_340 $HEARTBEATS; do
  mysqldump --defaults-extra-file="$MYSQL_OPTIONS" -h "$MYSQL_HOST" -P "$MYSQL_PORT" --single-transaction --triggers=false "$db" > "$BACKUP/$db.sql"
  test -s "$BACKUP/$db.sql"
done
[ "$LOAD" = inside ] && load
say "start new"
for i in "${ALL[@]}"; do
  start "$i"
  if [ "$START" = one ]; then running "$i" nginx oms_drc_cm oms_drc_supervisor sshd; fi
done
for i in "${ALL[@]}"; do running "$i" nginx oms_drc_cm oms_drc_supervisor sshd; done
say "JAR"
for i in "${ALL[@]}"; do on "$i" exec "$NEW" supervisorctl stop oms_console >&2 || true; done
# One region: every node with -ltrue. Several regions: the first node of each, -ltrue at the last region.
JARS=("${ALL[@]}")
[ "${#FIRSTS[@]}" = 1 ] || JARS=("${FIRSTS[@]}")
for i in "${JARS[@]}"; do
  last=true
  [ "${#FIRSTS[@]}" = 1 ] || [ "$i" = "${FIRSTS[-1]}" ] || last=false
  on "$i" exec -w /root "$NEW" /opt/alibaba/java/bin/java -jar correction-1.0-SNAPSHOT-jar-with-dependencies.jar -mupgrade -y/home/admin/conf/config.yaml -l"$last" >&2
done
say "init"
for i in "${ALL[@]}"; do
  if first "$i"; then
    on "$i" exec -w /root "$NEW" bash /root/docker_init.sh >&2
  else
    on "$i" exec "$NEW" sed -i 's/autostart = false/autostart = true/g' /etc/supervisor/conf.d/oms_console.ini
    on "$i" exec "$NEW" supervisorctl start oms_console >&2 || true
  fi
done
for i in "${ALL[@]}"; do running "$i" nginx oms_console oms_drc_cm oms_drc_supervisor sshd; done
say "verify"
until [ "$(sql cm_340 "select count(*) from host where host_status='ONLINE'")" = "${#ALL[@]}" ]; do sleep 0.5; done
say "HA on"
sql rm_340 "update oms_normal_config set cfg_value=json_set(cfg_value,'$.enable',true,'$.perceiveStoreClientCheckpoint',true) where cfg_name='ha.config'"
T2=$(date +%s.%N)
for i in "${ALL[@]}"; do on "$i" exec "$NEW" supervisorctl restart oms_console >&2; done
echo "$T1 $T2"
