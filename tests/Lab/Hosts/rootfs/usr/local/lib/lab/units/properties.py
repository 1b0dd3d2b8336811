"""The properties of `systemctl show`, in systemd's order."""
from units.spans import span


def of(name, service, unit):
    """The properties of a unit. Times are seconds in lists (["t", seconds]), so that the caller can choose their
    format."""
    loaded = unit is not None
    good = loaded and not unit.problem
    state = service or _None()
    result = {}
    if good:
        result |= {"Type": unit.type, "Restart": unit.restart, "RestartUSec": span(unit.restart_sec), "TimeoutStopUSec": span(unit.timeout_stop)}
    result |= {
        "MainPID": str(state.pid), "ControlPID": "0", "Result": state.result, "NRestarts": str(state.restarts),
        "ExecMainStartTimestamp": ["t", state.started], "ExecMainExitTimestamp": ["t", 0 if state.pid else state.ended], "ExecMainPID": str(state.last_pid),
        "ExecMainCode": "0" if state.pid or not state.ended else "1" if state.status >= 0 else "2", "ExecMainStatus": str(0 if state.pid else max(state.status, 0)),
    }
    if good:
        result["ExecStart"] = _command(unit.exec_start[0], state)
        for command in unit.exec_stop:
            result["ExecStop"] = _command(command, None)
        result |= {"User": unit.user if ("Service", "User") in unit.values else "", "WorkingDirectory": "" if unit.directory == "/" else unit.directory,
                   "KillMode": unit.kill_mode, "KillSignal": str(int(unit.kill_signal))}
    result |= {
        "Id": name, "Names": name, "Description": unit.description if loaded else name,
        "LoadState": "not-found" if not loaded else "bad-setting" if unit.problem else "loaded",
        "ActiveState": state.active, "SubState": state.sub, "FragmentPath": unit.path if loaded else "",
        "UnitFileState": "" if not loaded else file_state(unit),
        "ActiveEnterTimestamp": ["t", state.activated], "InactiveEnterTimestamp": ["t", state.deactivated], "InvocationID": state.invocation,
        "LoadError": unit.problem if loaded and unit.problem else "" if loaded else f'org.freedesktop.systemd1.NoSuchUnit "Unit {name} not found."',
    }
    return result


def file_state(unit):
    """As `systemctl is-enabled` says."""
    return "enabled" if unit.is_enabled else "disabled" if unit.is_installable else "static"


def _command(command, state):
    words = " ".join(command.words)
    head = f"{{ path={command.words[0]} ; argv[]={words} ; ignore_errors={'yes' if command.ignores_failure else 'no'} ; "
    if not state or not state.started:
        return head + "start_time=[n/a] ; stop_time=[n/a] ; pid=0 ; code=(null) ; status=0/0 }"
    code = "(null)" if state.pid else "exited" if state.status >= 0 else "killed"
    return ["c", head, state.started, 0 if state.pid else state.ended, f"pid={state.last_pid} ; code={code} ; status={0 if state.pid else max(state.status, 0)}{'/0' if state.pid else ''} }}"]


class _None:
    active, sub, result, invocation = "inactive", "dead", "success", ""
    pid = last_pid = restarts = status = 0
    started = ended = activated = deactivated = 0.0
