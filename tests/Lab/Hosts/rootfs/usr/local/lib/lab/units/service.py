"""One service: the states of systemd.service(5) over a program of supervisord."""
import collections
import json
import os
import select
import signal
import subprocess
import time
import uuid
import xmlrpc.client

from units import RUN, SLICE
from units.unitfile import UnitError


class Service:
    """A loaded unit and its process."""

    def __init__(self, manager, name, unit):
        self._manager, self._loop, self._supervisor = manager, manager.loop, manager.supervisor
        self.name, self.unit = name, unit
        self.active, self.sub, self.result = "inactive", "dead", "success"
        self.pid = self.last_pid = self.restarts = 0
        self.started = self.ended = self.activated = self.deactivated = 0.0
        self.status, self.invocation = 0, ""
        self._again = self._killed = False
        self._waiting, self._starts = [], collections.deque()
        self._timer = self._fifo = self._pidfd = None

    # ---- requests --------------------------------------------------------------------------------------------------

    def start(self, done):
        """Calls done once the program runs or could not be started."""
        self._waiting.append(done)
        if self.active == "deactivating":
            self._again = True
        elif self.active == "active":
            self._settle()
        elif self.sub != "start":
            self._cancel()
            if self.active != "activating":
                self.restarts = 0
            self._spawn()

    @property
    def has_not_started(self):
        """Whether the last start failed in the view of `systemctl start`, which with Type=simple does not wait for the
        execution."""
        return self.active == "failed" and (self.result in ("resources", "start-limit-hit") or self.unit.type == "exec")

    def stop(self, done):
        """Calls done once the process has ended."""
        self._waiting.append(done)
        self._again = False
        if self.sub == "auto-restart":
            self._cancel()
            self._become("inactive", "dead")
            self._settle()
        elif self.active in ("inactive", "failed"):
            self._settle()
        elif self.active != "deactivating":
            self._begin_stop()

    def restart(self, done):
        """Stops and starts."""
        if self.active in ("inactive", "failed") or self.sub == "auto-restart":
            self.start(done)
            return
        self._waiting.append(done)
        self._again = True
        if self.active != "deactivating":
            self._begin_stop()

    def kill(self, number):
        """Sends a signal to the main process and, as KillMode says, to its group."""
        if self.pid:
            self._signal(number)

    def reset(self):
        """reset-failed."""
        self._starts.clear()
        if self.active == "failed":
            self.restarts = 0
            self._become("inactive", "dead", "success")

    # ---- up --------------------------------------------------------------------------------------------------------

    def _spawn(self):
        self.result, self._killed = "success", False
        try:
            if self.unit.problem:
                raise UnitError(self.unit.problem)
            if self._is_limited():
                self._fail("start-limit-hit")
                return
            self._prepare()
            self.started = time.time()
            self.pid = self.last_pid = self._supervisor.start(self.name)
        except (UnitError, OSError, xmlrpc.client.Fault) as error:
            self._manager.log(f"{self.name}: {error}")
            self._fail("resources")
            return
        self._become("activating", "start")
        try:
            self._pidfd = os.pidfd_open(self.pid) if self.pid else None
        except ProcessLookupError:
            self._pidfd = None
        if self._pidfd is None:
            self._when_ended()
        else:
            self._loop.watch(self._pidfd, self._when_ended)

    # DefaultStartLimitIntervalSec and DefaultStartLimitBurst of systemd-system.conf(5); the interval is divided by the
    # same factor as RestartSec.
    def _is_limited(self):
        now, interval = time.monotonic(), self.unit.limit_interval
        if not interval or not self.unit.limit_burst:
            return False
        while self._starts and now - self._starts[0] > interval / self._manager.factor:
            self._starts.popleft()
        if len(self._starts) >= self.unit.limit_burst:
            return True
        self._starts.append(now)
        return False

    def _prepare(self):
        self._supervisor.ensure(self.name, self.unit)
        self.invocation = uuid.uuid4().hex
        self._close_fifo()
        fifo = f"{RUN}/{self.name}.fifo"
        if os.path.exists(fifo):
            os.unlink(fifo)
        os.mkfifo(fifo, 0o600)
        self._write_launch(self.unit.exec_start[0], {}, fifo)
        self._fifo = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
        self._loop.watch(self._fifo, self._when_executed)

    def _write_launch(self, command, more, fifo, suffix=""):
        environment = self.unit.environment() | {"INVOCATION_ID": self.invocation} | more
        path = f"{RUN}/{self.name}{suffix}.json"
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(
                {
                    "arguments": command.arguments(environment), "environment": environment, "user": self.unit.user, "group": self.unit.group,
                    "directory": self.unit.directory, "fifo": fifo, "group_path": f"{SLICE}/{self.name}",
                },
                file)
        return path

    # The launcher has become the program, or could not and reports why. The pidfd reports its end.
    def _when_executed(self):
        words = os.read(self._fifo, 4096)
        self._close_fifo()
        if words:
            self._manager.log(f"{self.name}: {words.decode()}")
        elif self.sub == "start":
            self.activated = time.time()
            self._become("active", "running")
            self._settle()

    # ---- down ------------------------------------------------------------------------------------------------------

    def _begin_stop(self):
        self._become("deactivating", "stop" if self.unit.exec_stop else "stop-sigterm")
        self._run_stop_commands(list(self.unit.exec_stop))

    def _run_stop_commands(self, commands):
        if not commands or not self.pid:
            self._terminate()
            return
        try:
            path = self._write_launch(commands[0], {"MAINPID": str(self.pid)}, "", ".stop")
        except (UnitError, OSError) as error:
            self._manager.log(f"{self.name}: ExecStop: {error}")
            self._terminate()
            return
        child = subprocess.Popen(["/usr/bin/python3", "-ES", "/usr/local/lib/lab/units/launch.py"], env={"LAUNCH": path}, start_new_session=True)
        pidfd = os.pidfd_open(child.pid)

        def ended():
            self._loop.forget(pidfd)
            os.close(pidfd)
            self._loop.cancel(timer)
            child.wait()
            self._run_stop_commands(commands[1:])

        timer = self._loop.after(self._grace(), child.kill)
        self._loop.watch(pidfd, ended)

    def _terminate(self):
        if self.active != "deactivating":
            return
        self._become("deactivating", "stop-sigterm")
        if self.pid:
            self._timer = self._loop.after(self._grace(), self._kill)
            self._supervisor.stop(self.name)

    def _grace(self):
        return 10**9 if self.unit.timeout_stop is None else self.unit.timeout_stop

    def _kill(self):
        self._killed = True
        self._become("deactivating", "stop-sigkill")
        self._signal(signal.SIGKILL, self.unit.kill_mode != "process")

    def _signal(self, number, group=None):
        try:
            if self.unit.kill_mode == "control-group" if group is None else group:
                os.killpg(self.pid, number)
            else:
                os.kill(self.pid, number)
        except ProcessLookupError:
            # The process has ended meanwhile; the pidfd reports it.
            return

    def _when_ended(self):
        if self._pidfd is not None:
            self._loop.forget(self._pidfd)
            os.close(self._pidfd)
            self._pidfd = None
        self._close_fifo()
        self.status, self.pid, self.ended = self._supervisor.ended(self.name), 0, time.time()
        if self.unit.kill_mode != "process":
            self._sweep()
        self._cancel()
        if self.active == "deactivating":
            self._after_stop()
        else:
            self._after_exit()

    def _after_stop(self):
        if self._killed:
            self._become("failed", "failed", "timeout")
        else:
            self._become("inactive", "dead", "success")
        if self._again:
            self._again = False
            self.restarts = 0
            self._spawn()
        else:
            self._settle()

    def _after_exit(self):
        failed = self.status != 0 and not self.unit.exec_start[0].ignores_failure
        result = "success" if not failed else "signal" if self.status < 0 else "exit-code"
        policy = self.unit.restart
        if policy == "always" or (policy == "on-failure" and failed) or (policy == "on-success" and not failed) or (policy == "on-abnormal" and result == "signal"):
            self._become("activating", "auto-restart", result)
            self._timer = self._loop.after((self.unit.restart_sec or 0) / self._manager.factor, self._start_again)
        elif failed:
            self._become("failed", "failed", result)
        else:
            self._become("inactive", "dead", result)
        self._settle()

    def _start_again(self):
        self._timer = None
        self.restarts += 1
        self._spawn()

    # Kills the remaining processes of the unit's control group and waits for their end, as systemd does. The group is
    # identified by the INVOCATION_ID that all its processes inherit.
    def _sweep(self):
        while left := self._left():
            for pidfd in left:
                try:
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                    select.select([pidfd], [], [])
                except ProcessLookupError:
                    # The process has ended meanwhile.
                    pass
                finally:
                    os.close(pidfd)

    def _left(self):
        mark = f"INVOCATION_ID={self.invocation}".encode()
        left = []
        for entry in os.scandir("/proc"):
            if entry.name.isdigit():
                try:
                    pidfd = os.pidfd_open(int(entry.name))
                except ProcessLookupError:
                    continue
                if self._is_marked(entry.name, mark):
                    left.append(pidfd)
                else:
                    os.close(pidfd)
        return left

    @staticmethod
    def _is_marked(pid, mark):
        try:
            with open(f"/proc/{pid}/environ", "rb") as file:
                return mark in file.read().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            return False

    # ---- bookkeeping -----------------------------------------------------------------------------------------------

    def _fail(self, result):
        self._close_fifo()
        self._become("failed", "failed", result)
        self._settle()

    def _become(self, active, sub, result=None):
        if (active, sub, result or self.result) == (self.active, self.sub, self.result):
            return
        if active in ("inactive", "failed") and self.active not in ("inactive", "failed"):
            self.deactivated = time.time()
        self.active, self.sub = active, sub
        self.result = result or self.result
        self._manager.log(f"{self.name}: {active} ({sub}){f', pid {self.pid}' if self.pid else ''}{f', {self.result}' if self.result != 'success' else ''}")

    def _settle(self):
        waiting, self._waiting = self._waiting, []
        for done in waiting:
            done()

    def _cancel(self):
        self._loop.cancel(self._timer)
        self._timer = None

    def _close_fifo(self):
        if self._fifo is not None:
            self._loop.forget(self._fifo)
            os.close(self._fifo)
            self._fifo = None
