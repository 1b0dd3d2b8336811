"""oms_drc_cm: cluster management. Sets host states by heartbeats. A new start marks the stores and writers of its host
dead."""
import os

import web
import wire
import settings
from programs import Meta


# Created once for each boot of the container; docker_cmd.sh removes it.
BURIED = "/run/standin-stores-known"


def main(conf):
    cm_db = Meta(conf, conf.cm)
    host = wire.quote(settings.host_ip())
    fresh = settings.RUN + "/fresh"

    def bury_the_dead():
        # Store and Incr-Sync processes run in the container and die with it. Only HA starts them again.
        if os.path.exists(BURIED):
            return
        if not os.path.exists(fresh):
            bury()
        with open(BURIED, "w", encoding="utf-8"):
            pass
        if os.path.exists(fresh):
            os.unlink(fresh)

    def bury():
        cm_db.query("UPDATE store_instance SET status = 'ABNORMAL' WHERE status = 'ACTIVE' AND host_ip = " + host)
        cm_db.query("UPDATE writer_instance SET status = 'ABNORMAL' WHERE status = 'RUNNING' AND host_ip = " + host)

    buried = False

    def tick():
        nonlocal buried
        try:
            if not buried:
                bury_the_dead()
                buried = True
            knobs = settings.knobs()
            offline = knobs.get("offlineAfterSeconds", 540)
            offset, period = knobs.get("heartbeatOffsetSeconds") or 0, int(knobs.get("heartbeatSeconds") or 0)
            beat = "(b.gmt_modified + INTERVAL %d SECOND)" % offset
            mine = "h.location = %d AND b.task_name = 'supervisor'" % conf.location
            joined = "UPDATE host h JOIN `%s`.heart_beat b ON b.host_ip = h.ip SET h.host_status = '%s', h.gmt_modified = now() WHERE %s AND %s"
            cm_db.query(joined % (conf.hb, "ONLINE", mine, "h.host_status <> 'ONLINE' AND b.payload IS NULL AND %s > now() - INTERVAL %d SECOND" % (beat, 5 + period)))
            cm_db.query(joined % (conf.hb, "OFFLINE", mine, "h.host_status = 'ONLINE' AND (b.payload IS NOT NULL OR %s < now() - INTERVAL %d SECOND) "
                                  "AND %s > now() - INTERVAL 50 MINUTE" % (beat, offline, beat)))
        except (OSError, wire.SqlError) as error:
            print("cm: %s" % error, flush=True)

    listener = web.listen(conf.port("cm_server_port", 8088))
    web.serve({listener: lambda peer: web.respond(peer, 200, {"success": True})}, tick, 0.25)
