"""The output of systemctl."""
import json
import os
import time

from units import LOGS
from units.spans import stamp


def words(value, style="pretty"):
    """One property as text; times in the requested format."""
    if not isinstance(value, list):
        return value
    if value[0] == "t":
        return stamp(value[1], style)
    _, head, started, ended, tail = value
    return f"{head}start_time=[{stamp(started) or 'n/a'}] ; stop_time=[{stamp(ended) or 'n/a'}] ; {tail}"


def show(units, options):
    """`systemctl show`: KEY=VALUE lines in systemd's order, not the requested one; an empty line between units."""
    style = options.get("timestamp", ["pretty"])[-1]
    wanted = options.get("property")
    blocks = []
    for values in units.values():
        keys = [key for key in values if (key in wanted if wanted else True)]
        # Without -p, empty properties are omitted, unless --all is given.
        lines = [(key, words(values[key], style)) for key in keys]
        lines = [(key, text) for key, text in lines if text or wanted or options.get("all")]
        blocks.append("\n".join(text if options.get("value") else f"{key}={text}" for key, text in lines))
    print("\n\n".join(blocks))


def status(name, values, options):
    """`systemctl status` of one unit."""
    active, sub = values["ActiveState"], values["SubState"]
    dot = {"active": "●", "activating": "●", "deactivating": "●", "failed": "×"}.get(active, "○")
    since = words(values["ActiveEnterTimestamp"] if active == "active" else values["InactiveEnterTimestamp"])
    print(f"{dot} {name} - {values['Description']}")
    if values["LoadState"] == "loaded":
        print(f"     Loaded: loaded ({values['FragmentPath']}; {values['UnitFileState']}; preset: enabled)")
    else:
        print(f"     Loaded: {values['LoadState']} (Reason: {values['LoadError']})")
    result = f" (Result: {values['Result']})" if values["Result"] != "success" else ""
    print(f"     Active: {active} ({sub}){result}{' since ' + since if since else ''}")
    if values["MainPID"] != "0":
        print(f"   Main PID: {values['MainPID']} ({_command(values['MainPID'])})")
    elif values["ExecMainPID"] != "0":
        print(f"   Main PID: {values['ExecMainPID']} (code={'exited' if values['ExecMainCode'] == '1' else 'killed'}, status={values['ExecMainStatus']})")
    tail = _tail(f"{LOGS}/{name}.log", int(options.get("lines", ["10"])[-1]))
    if tail:
        print("\n" + "\n".join(tail))


def table(rows, options, head, foot):
    """Columns, with or without the legend."""
    legend = not options.get("no-legend")
    if not rows:
        if legend:
            print(foot)
        return
    everything = ([head] if legend else []) + rows
    widths = [max(len(row[column]) for row in everything) for column in range(len(head))]
    for row in everything:
        dot = "" if options.get("plain") else "● " if "failed" in row or "not-found" in row else "  "
        print((dot + " ".join(cell.ljust(width) for cell, width in zip(row, widths))).rstrip())
    if legend:
        print(f"\n{foot}")


def record(units):
    """For --output=json."""
    print(json.dumps(units))


def _command(pid):
    try:
        with open(f"/proc/{pid}/comm") as file:
            return file.read().strip()
    except FileNotFoundError:
        return "n/a"


def _tail(path, lines):
    if not os.path.exists(path) or not os.access(path, os.R_OK):
        return []
    with open(path, errors="replace") as file:
        return [time.strftime("%b %d %H:%M:%S ", time.localtime(os.path.getmtime(path))) + line.rstrip("\n") for line in file.readlines()[-lines:]] if lines else []
