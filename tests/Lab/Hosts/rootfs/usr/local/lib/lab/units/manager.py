"""unitd: the services of the host, and the requests for them over its socket."""
import fnmatch
import json
import os
import socket
import struct
import sys
import time

from units import LOGS, RUN, SOCKET, UID, WANTS, properties, unitfile
from units.loop import Loop
from units.service import Service
from units.supervisor import Supervisor

_CONTROL = ("start", "stop", "restart", "try-restart", "kill", "reset-failed", "daemon-reload")


class Manager:
    """All services."""

    def __init__(self):
        # The divisor of RestartSec= and of the start limit's interval.
        self.factor = float(os.environ.get("LAB_TIME_FACTOR", "1"))
        self.loop, self.supervisor, self._services = Loop(), Supervisor(), {}

    def run(self):
        os.makedirs(LOGS, exist_ok=True)
        os.makedirs(RUN, exist_ok=True)
        self.supervisor.wait()
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        if os.path.exists(SOCKET):
            os.unlink(SOCKET)
        listener.bind(SOCKET + ".new")
        listener.listen(64)
        os.chmod(SOCKET + ".new", 0o600 if UID else 0o666)
        os.chown(SOCKET + ".new", UID, -1)
        self.loop.watch(listener, lambda: self._accept(listener))
        self._boot()
        self.loop.run()

    # The socket is opened last, so its existence shows that all enabled units were started.
    def _boot(self):
        wanted = [service for service in map(self._load, _wanted()) if service]
        remaining = len(wanted)

        def up():
            nonlocal remaining
            remaining -= 1
            if remaining <= 0:
                os.rename(SOCKET + ".new", SOCKET)

        if not wanted:
            up()
        for service in wanted:
            service.start(up)

    @staticmethod
    def log(words):
        print(f"{time.strftime('%H:%M:%S')}.{int(time.time() % 1 * 1000):03} {words}", file=sys.stderr, flush=True)

    # ---- requests --------------------------------------------------------------------------------------------------

    def _accept(self, listener):
        connection, _ = listener.accept()
        _, uid, _ = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))
        received = b""

        def read():
            nonlocal received
            piece = connection.recv(65536)
            received += piece
            if piece and not received.endswith(b"\n"):
                return
            self.loop.forget(connection)
            if received.endswith(b"\n"):
                self._answer(connection, uid, json.loads(received))
            else:
                connection.close()

        self.loop.watch(connection, read)

    def _answer(self, connection, uid, request):
        def reply(**answer):
            try:
                connection.sendall(json.dumps(answer).encode() + b"\n")
            except OSError as error:
                self.log(f"the caller has disconnected: {error}")
            connection.close()

        verb, names = request["verb"], request.get("units", [])
        if verb in _CONTROL and uid not in (0, UID):
            reply(denied=True)
        elif verb == "daemon-reload":
            self._reload()
            reply()
        elif verb == "list":
            reply(units={name: self._describe(name) for name in self._listed()})
        elif verb == "show":
            reply(units={name: self._describe(name) for name in self._expand(names)})
        else:
            self._control(verb, self._expand(names), request, reply)

    def _control(self, verb, names, request, reply):
        missing, services = [], []
        for name in names:
            service = self._load(name)
            (services if service else missing).append(service or name)
        bad = {service.name: service.unit.problem for service in services if service.unit.problem and verb in ("start", "restart")}
        left = [service for service in services if service.name not in bad]
        if verb == "try-restart":
            left, verb = [service for service in left if service.active == "active"], "restart"
        if verb in ("kill", "reset-failed"):
            for service in left:
                service.kill(request["signal"]) if verb == "kill" else service.reset()
            left = []
        remaining = len(left)

        def done():
            nonlocal remaining
            remaining -= 1
            if remaining == 0:
                finish()

        def finish():
            failed = [service.name for service in services if verb in ("start", "restart") and service.has_not_started]
            for service in services:
                self._unload(service)
            reply(missing=missing, bad=bad, failed=failed)

        if not left:
            finish()
        for service in left:
            getattr(service, verb)(done)

    # ---- units ---------------------------------------------------------------------------------------------

    def _load(self, name):
        if name not in self._services:
            unit = unitfile.load(name)
            if unit is None:
                return None
            self._services[name] = Service(self, name, unit)
        return self._services[name]

    # As systemd does: a unit that is neither active nor failed nor wanted by a target is unloaded, and read again on
    # the next request.
    def _unload(self, service):
        if service.active == "inactive" and not service.unit.is_enabled:
            self._services.pop(service.name, None)

    def _reload(self):
        for service in list(self._services.values()):
            self._unload(service)
            fresh = unitfile.load(service.name)
            if fresh:
                service.unit = fresh

    def _describe(self, name):
        service = self._services.get(name)
        unit = service.unit if service else unitfile.load(name)
        result = properties.of(name, service, unit)
        result["NeedDaemonReload"] = "yes" if service and _is_stale(service.unit) else "no"
        return result

    # list-units shows loaded units only. A stopped unit that no target wants is not loaded.
    def _listed(self):
        return sorted({service.name for service in self._services.values() if service.active != "inactive"} | set(_wanted()))

    def _expand(self, names):
        result = []
        for name in names:
            result += fnmatch.filter(self._listed(), name) if any(x in name for x in "*?[") else [name]
        return list(dict.fromkeys(result))


def _wanted():
    return sorted(os.listdir(WANTS)) if os.path.isdir(WANTS) else []


def _is_stale(unit):
    try:
        return os.stat(unit.path).st_mtime_ns != unit.changed
    except FileNotFoundError:
        return True
