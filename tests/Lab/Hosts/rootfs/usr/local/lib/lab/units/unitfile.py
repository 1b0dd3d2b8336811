"""Reads unit files: the parts of systemd.service(5), systemd.exec(5) and systemd.kill(5) that the lab's hosts need."""
import os
import re
import shlex
import signal
import socket

from units import ACCOUNT, UNIT_FILES, WANTS
from units.spans import seconds

_PREFIXES = "-@:+!"
_VARIABLE = re.compile(r"\$(?:\{(\w+)\}|\$)")


class UnitError(Exception):
    """A unit file that cannot be run as it is written; the text says why."""


class UnitFile:
    """One unit file, read."""

    def __init__(self, name, text, path):
        self.name, self.path, self.text = name, path, text
        self.changed = os.stat(path).st_mtime_ns
        self.values = _parse(text)
        self.problem = None
        try:
            self._read()
        except (UnitError, ValueError) as error:
            self.problem = str(error)

    def _read(self):
        self.type = self.last("Service", "Type", "simple")
        if self.type not in ("simple", "exec"):
            raise UnitError(f"Type={self.type}: the lab runs simple and exec only")
        self.exec_start = self._commands("ExecStart")
        self.exec_stop = self._commands("ExecStop")
        if len(self.exec_start) != 1:
            raise UnitError(f"{self.name} needs exactly one ExecStart= (it has {len(self.exec_start)})")
        self.user = self.last("Service", "User", ACCOUNT or "root")
        self.group = self.last("Service", "Group", "")
        self.directory = self.last("Service", "WorkingDirectory", "/")
        self.restart = self.last("Service", "Restart", "no")
        self.restart_sec = seconds(self.last("Service", "RestartSec", "100ms"))
        self.timeout_stop = seconds(self.last("Service", "TimeoutStopSec", self.last("Service", "TimeoutSec", "90s")))
        self.kill_mode = self.last("Service", "KillMode", "control-group")
        if self.kill_mode not in ("control-group", "mixed", "process"):
            raise UnitError(f"KillMode={self.kill_mode}: the lab knows control-group, mixed and process")
        name = self.last("Service", "KillSignal", "SIGTERM")
        self.kill_signal = signal.Signals[name if name.startswith("SIG") else "SIG" + name]
        # Before systemd 230 both were in [Service].
        self.limit_interval = seconds(self._either("StartLimitIntervalSec", "StartLimitInterval", "10s"))
        self.limit_burst = int(self._either("StartLimitBurst", "StartLimitBurst", "5"))

    def last(self, section, key, default):
        values = self.values.get((section, key), [])
        return values[-1] if values else default

    def _either(self, key, former, default):
        return self.last("Unit", key, self.last("Unit", former, self.last("Service", former, default)))

    def _commands(self, key):
        return [Command(self, line) for line in self.values.get(("Service", key), [])]

    @property
    def description(self):
        return self.last("Unit", "Description", self.name)

    @property
    def is_installable(self):
        return any(section == "Install" for section, _ in self.values)

    @property
    def is_enabled(self):
        return os.path.lexists(f"{WANTS}/{self.name}")

    def environment(self):
        """Environment= and EnvironmentFile=, the latter read now."""
        result = {}
        for line in self.values.get(("Service", "Environment"), []):
            for assignment in shlex.split(self.expand(line)):
                key, found, value = assignment.partition("=")
                if found:
                    result[key] = value
        for line in self.values.get(("Service", "EnvironmentFile"), []):
            path = self.expand(line)
            try:
                with open(path.removeprefix("-")) as file:
                    lines = file.read().splitlines()
            except OSError as error:
                if path.startswith("-"):
                    continue
                raise UnitError(f"EnvironmentFile={path}: {error.strerror}") from error
            for assignment in lines:
                key, found, value = assignment.strip().partition("=")
                if found and not key.startswith(("#", ";")):
                    result[key] = "".join(shlex.split(value)) if value[:1] in "'\"" else value
        return result

    def expand(self, text):
        """Specifiers (systemd.unit(5))."""
        stem = self.name.rpartition(".")[0]
        prefix, _, instance = stem.partition("@")
        known = {"n": self.name, "N": stem, "p": prefix, "i": instance, "H": socket.gethostname(), "%": "%"}

        def replace(match):
            if match[1] not in known:
                raise UnitError(f"specifier %{match[1]}: the lab knows {' '.join('%' + key for key in known)}")
            return known[match[1]]

        return re.sub(r"%(.)", replace, text)


class Command:
    """One ExecStart= or ExecStop= line."""

    def __init__(self, unit, line):
        bare = line.lstrip(_PREFIXES)
        self.ignores_failure = "-" in line[: len(line) - len(bare)]
        self.words = shlex.split(unit.expand(bare))
        if not self.words or not self.words[0].startswith("/"):
            raise UnitError(f"Neither a valid executable name nor an absolute path: {line}")

    def arguments(self, environment):
        """The words with the variables filled in: ${X} within a word, a whole word $X split at spaces."""
        result = []
        for word in self.words:
            whole = re.fullmatch(r"\$(\w+)", word)
            if whole:
                result += environment.get(whole[1], "").split()
            else:
                result.append(_VARIABLE.sub(lambda match: environment.get(match[1], "") if match[1] else "$", word))
        return result


def _parse(text):
    values, section = {}, None
    for line in re.sub(r"\\\n\s*", " ", text).splitlines():
        line = line.strip()
        if not line or line[0] in "#;":
            continue
        if line[0] == "[" and line[-1] == "]":
            section = line[1:-1]
            continue
        key, found, value = line.partition("=")
        if found:
            # An empty assignment removes earlier assignments.
            values.setdefault((section, key.strip()), []).append(value.strip()) if value.strip() else values.pop((section, key.strip()), None)
    return values


def load(name):
    """The unit file with that name, or None."""
    path = f"{UNIT_FILES}/{name}"
    try:
        with open(path) as file:
            return UnitFile(name, file.read(), path)
    except FileNotFoundError:
        return None


def names():
    """The names of all service unit files."""
    return sorted(entry.name for entry in os.scandir(UNIT_FILES) if entry.name.endswith(".service") and entry.is_file())
