"""The verbs of systemctl(1) that operators of databases use, with systemd 252's words and exit codes (LSB: 3 not running, 4 unknown or denied, 5 not installed)."""
import fnmatch
import os
import signal
import sys

from units import UID, WANTS, properties, showing, unitfile
from units.arguments import parse, unit
from units.bus import Refused, ask

_FAILURE, _NOT_RUNNING, _UNKNOWN, _NOT_INSTALLED = 1, 3, 4, 5


def main(arguments):
    """Exit code."""
    try:
        options, words = parse(arguments)
        if options.get("version"):
            print("systemd 252 (the lab's, over supervisord)")
            return 0
        verb = words[0] if words else "list-units"
        call = _VERBS.get(verb)
        if call is None:
            raise Refused(f"Unknown command verb {verb}.", _FAILURE)
        return call(verb, words[1:], options) or 0
    except Refused as refusal:
        print(refusal, file=sys.stderr)
        return refusal.code
    except BrokenPipeError:
        return 0


def _control(verb, words, options):
    names = [unit(word) for word in words]
    if not names:
        raise Refused("Too few arguments.", _FAILURE)
    more = {}
    if verb in ("reload-or-restart", "try-reload-or-restart"):
        verb = "restart"
    if verb == "kill":
        name = options.get("signal", ["SIGTERM"])[-1]
        more["signal"] = int(name) if name.isdigit() else int(signal.Signals[name if name.startswith("SIG") else "SIG" + name])
    answer = ask(verb, names, **more)
    _let(answer, verb, names[0])
    code = 0
    for name in answer["missing"]:
        said = "not loaded" if verb in ("stop", "kill", "reset-failed") else "not found"
        print(f"Failed to {verb} {name}: Unit {name} {said}.", file=sys.stderr)
        code = _NOT_INSTALLED
    for name, problem in answer["bad"].items():
        print(f"Failed to {verb} {name}: Unit {name} has a bad unit file setting.\nSee system logs and 'systemctl status {name}' for details. ({problem})", file=sys.stderr)
        code = _FAILURE
    for name in answer["failed"]:
        print(f'Job for {name} failed.\nSee "systemctl status {name}" and "journalctl -xeu {name}" for details.', file=sys.stderr)
        code = _FAILURE
    return code


def _daemon_reload(verb, words, options):
    _let(ask(verb), "reload daemon", None)


def _let(answer, verb, name):
    if answer.get("denied"):
        raise Refused(f"Failed to {verb}{' ' + name if name else ''}: Interactive authentication required.", _FAILURE)


def _is_active(verb, words, options):
    good = ("active", "reloading") if verb == "is-active" else ("failed",)
    found = False
    for values in ask("show", [unit(word) for word in words])["units"].values():
        found |= values["ActiveState"] in good
        if not options.get("quiet"):
            print(values["ActiveState"])
    return 0 if found else _NOT_RUNNING if verb == "is-active" else _FAILURE


def _is_enabled(verb, words, options):
    code = _FAILURE
    for name in map(unit, words):
        file = unitfile.load(name)
        if file is None:
            raise Refused(f"Failed to get unit file state for {name}: No such file or directory", _FAILURE)
        state = properties.file_state(file)
        code = code if state == "disabled" else 0
        if not options.get("quiet"):
            print(state)
    return code


def _enable(verb, words, options):
    names = [unit(word) for word in words]
    if os.geteuid() not in (0, UID):
        raise Refused(f"Failed to {verb} unit: Interactive authentication required.", _FAILURE)
    for name in names:
        file = unitfile.load(name)
        if file is None:
            raise Refused(f"Failed to {verb} unit: Unit file {name} does not exist.", _FAILURE)
        link = f"{WANTS}/{name}"
        if verb == "enable" and not file.is_installable:
            print("The unit files have no installation config (WantedBy=, RequiredBy=, Also=,\nAlias= settings in the [Install] section).", file=sys.stderr)
        elif verb == "enable" and not file.is_enabled:
            os.makedirs(WANTS, exist_ok=True)
            os.symlink(file.path, link)
            print(f"Created symlink {link} → {file.path}.", file=sys.stderr)
        elif verb == "disable" and file.is_enabled:
            os.unlink(link)
            print(f"Removed {link}.", file=sys.stderr)
    ask("daemon-reload")
    return _control("start" if verb == "enable" else "stop", words, options) if options.get("now") else 0


def _status(verb, words, options):
    code, first = 0, True
    for name, values in ask("show", [unit(word) for word in words] or ["*"])["units"].items():
        if values["LoadState"] == "not-found" and values["ActiveState"] == "inactive":
            print(f"Unit {name} could not be found.", file=sys.stderr)
            code = _UNKNOWN
            continue
        if not first:
            print()
        first = False
        showing.status(name, values, options)
        if values["ActiveState"] in ("inactive", "failed"):
            code = code or _NOT_RUNNING
    return code


def _show(verb, words, options):
    showing.show(ask("show", [unit(word) for word in words])["units"], options)


def _cat(verb, words, options):
    code, first = 0, True
    for name in map(unit, words):
        file = unitfile.load(name)
        if file is None:
            print(f"No files found for {name}.", file=sys.stderr)
            code = _FAILURE
            continue
        print(f"{'' if first else chr(10)}# {file.path}\n{file.text}", end="")
        first = False
    return code


def _list_units(verb, words, options):
    rows, states = [], options.get("state", [])
    for name, values in ask("list")["units"].items():
        if words and not any(fnmatch.fnmatch(name, pattern if any(x in pattern for x in "*?[") else unit(pattern)) for pattern in words):
            continue
        here = (values["LoadState"], values["ActiveState"], values["SubState"])
        if not any(x in states for x in here) if states else not options.get("all") and values["ActiveState"] == "inactive":
            continue
        if "type" not in options or "service" in options["type"]:
            rows.append([name, *here, values["Description"]])
    if options.get("output") == ["json"]:
        showing.record([dict(zip(("unit", "load", "active", "sub", "description"), row)) for row in rows])
        return
    showing.table(rows, options, ["UNIT", "LOAD", "ACTIVE", "SUB", "DESCRIPTION"], f"{len(rows)} loaded units listed.")


def _list_unit_files(verb, words, options):
    rows = []
    for name in unitfile.names():
        if not words or any(fnmatch.fnmatch(name, pattern) for pattern in words):
            file = unitfile.load(name)
            state = properties.file_state(file)
            if "state" not in options or state in options["state"]:
                rows.append([name, state, "enabled" if file.is_installable else "-"])
    showing.table(rows, options | {"plain": True}, ["UNIT FILE", "STATE", "PRESET"], f"{len(rows)} unit files listed.")


def _is_system_running(verb, words, options):
    ask("list")
    print("running")


_VERBS = {
    **dict.fromkeys(("start", "stop", "restart", "try-restart", "reload-or-restart", "kill", "reset-failed"), _control),
    "daemon-reload": _daemon_reload, "is-active": _is_active, "is-failed": _is_active, "is-enabled": _is_enabled, "enable": _enable, "disable": _enable,
    "status": _status, "show": _show, "cat": _cat, "list-units": _list_units, "list-unit-files": _list_unit_files, "is-system-running": _is_system_running,
}
