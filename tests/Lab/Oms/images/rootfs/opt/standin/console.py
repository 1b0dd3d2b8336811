"""oms_console (Ghana): reads ha.config once at its start; serves health and, from 4.1.1 on, the OpenAPI. If HA was on
at the start, it heals stores and writers."""
import json
import signal
import time

import ledger
import settings
import web
import wire
from programs import Meta

HA = "SELECT cfg_value FROM oms_normal_config WHERE cfg_name = 'ha.config'"


class Console:
    def __init__(self, conf):
        self.conf = conf
        self.rm, self.cm = Meta(conf, conf.rm), Meta(conf, conf.cm)
        self.started = time.monotonic()
        self.settled = False
        rows = self.rm.query(HA)
        self.ha_text = rows[0][0] if rows else None
        self.ha = json.loads(self.ha_text) if self.ha_text else {}
        self.live = ledger.Live(conf, "console")
        ledger.write(conf, "console-start", "absent" if self.ha_text is None else self.ha_text, self.live.session)

    def schema(self):
        return self.rm.query("SELECT version FROM oms_schema_version WHERE component = 'rm'")[0][0]

    def healthy(self):
        if settings.health() == "unhealthy":
            return False
        try:
            return self.schema() == settings.version()
        except (OSError, wire.SqlError, IndexError):
            return False

    def tick(self):
        self.live.keep()
        try:
            if not self.settled and settings.upgrading() and self.schema() == settings.version():
                import actions
                actions.come_out_as(self)
                self.settled = True
        except (OSError, wire.SqlError, IndexError) as error:
            print("status: %s" % error, flush=True)
        if not self.ha.get("enable"):
            return
        try:
            self.heal()
        except (OSError, wire.SqlError) as error:
            print("ha: %s" % error, flush=True)

    def heal(self):
        """One console of the system creates stores for subtopics without a living one, then starts the writers."""
        if time.monotonic() - self.started < settings.knobs().get("storeRecoverySeconds", 0):
            return
        if self.cm.query("SELECT GET_LOCK(%s, 0)" % wire.quote(self.conf.rm + ":ha"))[0][0] != "1":
            return
        try:
            back = int(self.ha.get("refetchStoreIntervalMin", 30)) * 60
            limit = int(self.ha.get("subtopicStoreNumberThreshold", 5))
            if self.ha.get("enableStore", True):
                base = "UNIX_TIMESTAMP()"
                if self.ha.get("perceiveStoreClientCheckpoint"):
                    base = "COALESCE((SELECT MIN(w.checkpoint_sec) FROM writer_instance w WHERE w.subtopic = s.subtopic), UNIX_TIMESTAMP())"
                self.cm.query(
                    "INSERT INTO store_instance(subtopic, host_ip, status, version, begin_checkpoint_sec, gmt_created) "
                    "SELECT s.subtopic, MIN(s.host_ip), 'ACTIVE', %s, %s - %d, now() FROM store_instance s GROUP BY s.subtopic "
                    "HAVING SUM(s.status = 'ACTIVE') = 0 AND SUM(s.status = 'CORRUPTED') = 0 AND SUM(s.status <> 'STOPPED') > 0 AND COUNT(*) < %d"
                    % (wire.quote(settings.version()), base, back, limit))
            if self.ha.get("enableConnector", True):
                # A writer continues only if an active store reaches back to its checkpoint (CM-RESOIE000201).
                self.cm.query(
                    "UPDATE writer_instance w JOIN (SELECT subtopic, MIN(begin_checkpoint_sec) AS begins FROM store_instance WHERE status = 'ACTIVE' GROUP BY subtopic) s "
                    "ON s.subtopic = w.subtopic SET w.status = IF(s.begins <= w.checkpoint_sec, 'RUNNING', 'FAILED'), "
                    "w.note = IF(s.begins <= w.checkpoint_sec, '', 'CM-RESOIE000201 no store covering checkpoint') WHERE w.status = 'ABNORMAL'")
        finally:
            self.cm.query("SELECT RELEASE_LOCK(%s)" % wire.quote(self.conf.rm + ":ha"))

    def handle(self, peer):
        request = web.read_request(peer)
        if request is None:
            return
        if request.path.startswith("/api/"):
            import api
            if api.serves(request.path):
                api.handle(self, peer, request)
            else:
                web.respond(peer, 404, "Not Found", "text/html")
        elif not settings.at_least((4, 0, 0)):
            web.respond(peer, 200 if request.path == "/" else 404, "<title>OMS</title>", "text/html")
        elif request.path == "/oms/health":
            mode = settings.health()
            if mode == "error":
                web.respond(peer, 500, "internal error", "text/html")
            elif mode == "404":
                web.respond(peer, 404, "Not Found", "text/html")
            elif mode == "302":
                web.respond(peer, 302, "", "text/html", {"Location": "/login"})
            elif mode == "html":
                web.respond(peer, 200, "<title>OMS</title>", "text/html")
            else:
                web.respond(peer, 200, {"data": {"healthy": self.healthy()}})
        else:
            web.respond(peer, 200, "<title>OMS</title>", "text/html")

    def pause(self, seconds):
        """Sleeps and keeps the audit lock alive."""
        while seconds > 0:
            time.sleep(min(1, seconds))
            self.live.keep()
            seconds -= 1


def main(conf):
    while True:
        try:
            console = Console(conf)
            break
        except (OSError, wire.SqlError) as error:
            print("MetaDB: %s" % error, flush=True)
            time.sleep(0.5)
    try:
        console.pause(settings.knobs().get("consoleStartSeconds", 0))
        listener = web.listen(conf.port("ghana_server_port", 8090))
        print("Ghana started", flush=True)
        web.serve({listener: console.handle}, console.tick, 0.5)
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(settings.knobs().get("consoleStopSeconds", 0))
        # Written before the process ends, so that a reader who sees STOPPED sees no living console either.
        console.live.release()
        ledger.write(conf, "console-stop")
