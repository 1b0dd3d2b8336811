#!/usr/bin/env bash
# The runbook oms-ee-3.2.2-to-4.2.2-multi-node as a person's shell script: one command after the other, over two nodes, in the
# runbook's own order. LOAD=inside loads the image inside the downtime, as the runbook does; LOAD=before loads it before.
# Prints T1 and T2 (seconds since the epoch) and nothing else to standard output.
set -euo pipefail
: "${DOCKER_A:?}" "${DOCKER_B:?}" "${CERTS_A:?}" "${CERTS_B:?}" "${IP_A:?}" "${IP_B:?}" "${DATA_A:?}" "${DATA_B:?}"
: "${MYSQL_HOST:?}" "${MYSQL_PORT:?}" "${MYSQL_OPTIONS:?}" "${ARCHIVE:?}" "${IMAGE:?}" "${BACKUP:?}" "${LOAD:?}"
OLD=oms_322bp2 NEW=oms_422bp1
a() { docker --tlsverify --tlscacert "$CERTS_A/ca.pem" --tlscert "$CERTS_A/cert.pem" --tlskey "$CERTS_A/key.pem" -H "$DOCKER_A" "$@"; }
b() { docker --tlsverify --tlscacert "$CERTS_B/ca.pem" --tlscert "$CERTS_B/cert.pem" --tlskey "$CERTS_B/key.pem" -H "$DOCKER_B" "$@"; }
sql() { mysql --defaults-extra-file="$MYSQL_OPTIONS" -h "$MYSQL_HOST" -P "$MYSQL_PORT" -N -e "$2" "$1"; }
say() { echo "$(date +%T) $*" >&2; }
load() { say "docker load"; a load -q -i "$ARCHIVE" >&2; b load -q -i "$ARCHIVE" >&2; }
run() { # side data ip
  "$1" run -dit --net host -v "$2/config.yaml:/home/admin/conf/config.yaml" -v "$2/oms_logs:/home/admin/logs" \
    -v "$2/oms_store:/home/ds/store" -v "$2/oms_run:/home/ds/run" -e OMS_HOST_IP="$3" -e IS_UPGRADE=true \
    --privileged=true --pids-limit -1 --ulimit nproc=65535:65535 --name "$NEW" "$IMAGE" >/dev/null
}
running() { # side programs...: waits until each is RUNNING
  local side=$1; shift
  local p
  for p in "$@"; do
    until "$side" exec "$NEW" supervisorctl status "$p" 2>/dev/null | grep -q RUNNING; do sleep 0.5; done
  done
}

[ "$LOAD" = before ] && load
say "HA off"
sql rm_340 "update oms_normal_config set cfg_value=json_set(cfg_value,'$.enable',false) where cfg_name='ha.config'"
a exec "$OLD" supervisorctl restart oms_console >&2
b exec "$OLD" supervisorctl restart oms_console >&2
say "stop"
T1=$(date +%s.%N)
a stop -t 120 "$OLD" >&2
b stop -t 120 "$OLD" >&2
say "back up"
sql cm_hb_340 "set @m=(select max(id) from heatbeat_sequence); delete from heatbeat_sequence where id < @m"
for db in rm_340 cm_340 cm_hb_340; do
  mysqldump --defaults-extra-file="$MYSQL_OPTIONS" -h "$MYSQL_HOST" -P "$MYSQL_PORT" --single-transaction --triggers=false "$db" > "$BACKUP/$db.sql"
  test -s "$BACKUP/$db.sql"
done
[ "$LOAD" = inside ] && load
say "start new"
run a "$DATA_A" "$IP_A"
run b "$DATA_B" "$IP_B"
running a nginx oms_drc_cm oms_drc_supervisor sshd
running b nginx oms_drc_cm oms_drc_supervisor sshd
say "JAR"
a exec "$NEW" supervisorctl stop oms_console >&2 || true
b exec "$NEW" supervisorctl stop oms_console >&2 || true
for side in a b; do
  $side exec -w /root "$NEW" /opt/alibaba/java/bin/java -jar correction-1.0-SNAPSHOT-jar-with-dependencies.jar -mupgrade -y/home/admin/conf/config.yaml -ltrue >&2
done
say "init"
a exec -w /root "$NEW" bash /root/docker_init.sh >&2
b exec "$NEW" sed -i 's/autostart = false/autostart = true/g' /etc/supervisor/conf.d/oms_console.ini
b exec "$NEW" supervisorctl start oms_console >&2 || true
running a nginx oms_console oms_drc_cm oms_drc_supervisor sshd
running b nginx oms_console oms_drc_cm oms_drc_supervisor sshd
say "verify"
until [ "$(sql cm_340 "select count(*) from host where host_status='ONLINE'")" = 2 ]; do sleep 0.5; done
say "HA on"
sql rm_340 "update oms_normal_config set cfg_value=json_set(cfg_value,'$.enable',true,'$.perceiveStoreClientCheckpoint',true) where cfg_name='ha.config'"
T2=$(date +%s.%N)
a exec "$NEW" supervisorctl restart oms_console >&2
b exec "$NEW" supervisorctl restart oms_console >&2
echo "$T1 $T2"
