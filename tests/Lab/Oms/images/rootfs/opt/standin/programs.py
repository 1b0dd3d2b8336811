"""The programs of supervisord: each is a separate process with the name that OMS gives it."""
import os
import sys
import time

import ledger
import settings
import web
import wire


def main(name):
    conf = settings.Settings()
    mode, _ = settings.misbehaviour(name, "programs")
    print("%s starts" % name, flush=True)
    if name != "oms_console":  # the console writes its own row, with the ha.config that it read
        ledger.write(conf, "program-start", name)
    if mode in ("fatal", "backoff"):
        print("%s cannot start (knob %s)" % (name, mode), file=sys.stderr, flush=True)
        return 1
    if mode == "exited":
        return 0
    if name == "nginx":
        return nginx(conf)
    if name == "oms_console":
        import console
        return console.main(conf)
    if name == "oms_drc_cm":
        import cm
        return cm.main(conf)
    if name == "oms_drc_supervisor":
        import agent
        return agent.main(conf)
    if name == "sshd":
        sock = web.listen(conf.port("sshd_server_port", 2023))
        return web.serve({sock: lambda peer: peer.sendall(b"SSH-2.0-standin\r\n")})
    if name == "crond":
        while True:
            time.sleep(3600)
    raise SystemExit("unknown program " + name)


def nginx(conf):
    """Forwards requests on its port to the console. With a mounted certificate it speaks TLS only."""
    if settings.health() == "closed":
        while True:
            time.sleep(3600)
    port = conf.port("nginx_server_port", 8089)
    ghana = conf.port("ghana_server_port", 8090)
    context = None
    if os.path.exists("/etc/pki/nginx/oms_server.crt"):
        import ssl
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain("/etc/pki/nginx/oms_server.crt", "/etc/pki/nginx/oms_server.key")

    def forward(peer):
        import socket
        if context:
            peer = context.wrap_socket(peer, server_side=True)
        try:
            request = web.read_request(peer)
            if request is None:
                return
            try:
                upstream = socket.create_connection(("127.0.0.1", ghana), 2)
            except OSError:
                web.respond(peer, 502, "Bad Gateway", "text/html")
                return
            with upstream:
                upstream.settimeout(5)
                head = "%s %s HTTP/1.1\r\nContent-Length: %d\r\n" % (request.method, request.path, len(request.body))
                if "authorization" in request.headers:
                    head += "Authorization: %s\r\n" % request.headers["authorization"]
                upstream.sendall((head + "\r\n").encode("latin-1") + request.body)
                while data := upstream.recv(65536):
                    peer.sendall(data)
        finally:
            if context:
                peer.close()

    web.serve({web.listen(port): forward})


class Meta:
    """A program's connection to one OMS database. It is kept open and opened again after it broke."""

    missed = set()

    def __init__(self, conf, database):
        self.conf, self.database, self.session = conf, database, None

    def query(self, sql):
        try:
            if self.session is None:
                self.session = wire.Connection(*self.conf.meta(), self.database)
            return self.session.query(sql)
        except (OSError, wire.SqlError) as error:
            if not isinstance(error, wire.SqlError) or error.code in (1927, 1053, 2006, 2013, 1317):
                self.session = None
            elif error.code in (1046, 1049, 1146):  # no database selected, unknown database, no such table
                self.session = None
                self.taken_away(error)
            raise

    def taken_away(self, error):
        """A database or table was removed while OMS runs: OMS was not stopped first."""
        if self.database not in Meta.missed:
            Meta.missed.add(self.database)
            ledger.punish(self.conf, "database-dropped-under-oms")
            print("%s: %s" % (self.database, error), flush=True)

    @property
    def last_id(self):
        return self.session.last_id
