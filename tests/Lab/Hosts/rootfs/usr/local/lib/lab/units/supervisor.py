"""supervisord, asked over its socket (XML-RPC)."""
import http.client
import os
import socket
import time
import xmlrpc.client

from units import LOGS, PROGRAMS, RUN

_SOCKET = "/run/supervisor.sock"
# supervisor's fault codes for a start that has ended already, and for a stop after the end
_SPAWN_ERROR, _NOT_RUNNING = 50, 70


class _Connection(http.client.HTTPConnection):
    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(_SOCKET)


class _Transport(xmlrpc.client.Transport):
    def make_connection(self, host):
        return _Connection(host)


class Supervisor:
    """The programs of supervisord, one for each unit."""

    def __init__(self):
        self._ask = xmlrpc.client.ServerProxy("http://localhost", transport=_Transport()).supervisor
        self._known = {}

    def wait(self):
        """Returns once supervisord answers; both are started at the same time."""
        while True:
            try:
                self._ask.getState()
                return
            except (FileNotFoundError, ConnectionRefusedError):
                time.sleep(0.01)

    def ensure(self, name, unit):
        """Makes the program known, again if the unit file's values for it have changed. The program must not run."""
        group = unit.kill_mode == "control-group"
        text = (
            f"[program:{PROGRAMS}{name}]\n"
            "command = /usr/bin/python3 -ES /usr/local/lib/lab/units/launch.py\n"
            f'environment = LAUNCH="{RUN}/{name}.json"\n'
            "autostart = false\nautorestart = false\nstartsecs = 0\nstartretries = 0\n"
            f"stopsignal = {unit.kill_signal.name.removeprefix('SIG')}\n"
            # unitd kills when the grace is over, because supervisord checks only once a second.
            "stopwaitsecs = 1000000\n"
            f"stopasgroup = {str(group).lower()}\nkillasgroup = {str(unit.kill_mode != 'process').lower()}\n"
            f"redirect_stderr = true\nstdout_logfile = {LOGS}/{name}.log\nstdout_logfile_maxbytes = 0\n"
        )
        if self._known.get(name) == text:
            return
        with open(f"{RUN}/{name}.conf.new", "w") as file:
            file.write(text)
        os.rename(f"{RUN}/{name}.conf.new", f"{RUN}/{name}.conf")
        self._ask.reloadConfig()
        if name in self._known:
            self._ask.removeProcessGroup(PROGRAMS + name)
        self._ask.addProcessGroup(PROGRAMS + name)
        self._known[name] = text

    def start(self, name):
        """Starts it; its process id, or 0 if it has ended already."""
        try:
            self._ask.startProcess(PROGRAMS + name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _SPAWN_ERROR:
                raise
        return self._ask.getProcessInfo(PROGRAMS + name)["pid"]

    def stop(self, name):
        """Sends its stop signal."""
        try:
            self._ask.stopProcess(PROGRAMS + name, False)
        except xmlrpc.client.Fault as fault:
            if fault.faultCode != _NOT_RUNNING:
                raise

    def ended(self, name):
        """Its exit status once supervisord has collected it (-1: a signal ended it). Every question makes supervisord look."""
        while True:
            info = self._ask.getProcessInfo(PROGRAMS + name)
            if info["statename"] not in ("STARTING", "RUNNING", "STOPPING"):
                return info["exitstatus"]
