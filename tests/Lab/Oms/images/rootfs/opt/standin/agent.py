"""oms_drc_supervisor: the agent of a node. Heartbeats about every second, and keeps the writers' checkpoints moving."""
import time

import web
import wire
import ledger
import settings
from programs import Meta


def main(conf):
    live = ledger.Live(conf, "agent")
    beat_db, cm_db = Meta(conf, conf.hb), Meta(conf, conf.cm)
    host = wire.quote(settings.host_ip())
    stale_done = False
    last = 0.0
    initialised = not settings.upgrading() or not settings.at_least((3, 3, 1))
    rm_db = Meta(conf, conf.rm)

    def known():
        """CM accepts a node of an upgraded version only if docker_init.sh was run for its region and its cm_nodes."""
        nonlocal initialised
        if not initialised and rm_db.query("SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'oms_init_log'")[0][0] != "0":
            initialised = rm_db.query("SELECT count(*) FROM oms_init_log WHERE version = %s AND region = %s AND nodes = %s" % (
                wire.quote(settings.version()), wire.quote(conf.region), wire.quote(conf.node_set())))[0][0] != "0"
        return initialised

    def tick():
        nonlocal stale_done, last
        live.keep()
        knobs = settings.knobs()
        mode = knobs.get("heartbeat", "live")
        try:
            cm_db.query("UPDATE writer_instance SET checkpoint_sec = UNIX_TIMESTAMP() WHERE status = 'RUNNING' AND host_ip = " + host)
            if mode == "none" or (mode == "stale" and stale_done):
                return
            if time.monotonic() - last < (knobs.get("heartbeatSeconds") or 0):
                return
            when = "now() - INTERVAL 1 HOUR" if mode == "stale" else "now() - INTERVAL %d SECOND" % (knobs.get("heartbeatOffsetSeconds") or 0)
            beat_db.query("INSERT INTO heatbeat_sequence(gmt_created, gmt_modified) VALUES (now(), now())")
            refuse = "NULL" if known() and knobs.get("hostOnline", True) is not False else "'cm:refuse'"
            beat_db.query(
                "INSERT INTO heart_beat(id, task_name, task_type, host_ip, payload, gmt_created, gmt_modified) "
                "VALUES (%d, 'supervisor', 'SUPERVISOR', %s, %s, now(), %s) "
                "ON DUPLICATE KEY UPDATE gmt_modified = %s, payload = %s" % (beat_db.last_id, host, refuse, when, when, refuse))
            last = time.monotonic()
            if mode == "stale":  # as left by a host that died long ago: ONLINE, with an old heartbeat
                cm_db.query("UPDATE host SET host_status = 'ONLINE' WHERE ip = " + host)
                stale_done = True
        except (OSError, wire.SqlError) as error:
            print("heartbeat failed: %s" % error, flush=True)

    try:
        listener = web.listen(conf.port("supervisor_server_port", 9000))
        web.serve({listener: lambda peer: web.respond(peer, 200, {"success": True})}, tick, 1.0)
    finally:
        live.release()
