"""Time spans and times as systemd writes them (systemd.time(7))."""
import re
import time

_UNITS = {
    "us": 1e-6, "usec": 1e-6, "ms": 1e-3, "msec": 1e-3, "": 1, "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "minute": 60, "minutes": 60, "h": 3600, "hr": 3600, "hour": 3600, "hours": 3600, "d": 86400, "day": 86400, "days": 86400,
}
_PART = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([a-z]*)\s*")


def seconds(text):
    """Seconds of "15s", "1min 30s", "0.5"; None for infinity. ValueError for anything else."""
    if text.strip() == "infinity":
        return None
    total, at = 0.0, 0
    while at < len(text):
        part = _PART.match(text, at)
        if not part or part[2] not in _UNITS:
            raise ValueError(text)
        total += float(part[1]) * _UNITS[part[2]]
        at = part.end()
    if not text.strip():
        raise ValueError(text)
    return total


def span(value):
    """As `systemctl show` prints a span: 1min 30s, 250ms."""
    if value is None:
        return "infinity"
    left, words = round(value * 1e6), []
    for name, size in (("d", 86400_000_000), ("h", 3600_000_000), ("min", 60_000_000), ("s", 1_000_000), ("ms", 1000), ("us", 1)):
        if left >= size:
            words.append(f"{left // size}{name}")
            left %= size
    return " ".join(words) or "0"


def stamp(at, style="pretty"):
    """As `systemctl show` prints a time; empty for none."""
    if not at:
        return ""
    if style == "unix":
        return f"@{int(at)}"
    if style == "utc":
        return time.strftime("%a %Y-%m-%d %H:%M:%S UTC", time.gmtime(at))
    if style in ("us", "µs"):
        return time.strftime("%a %Y-%m-%d %H:%M:%S", time.localtime(at)) + f".{int(at % 1 * 1e6):06} " + time.strftime("%Z", time.localtime(at))
    return time.strftime("%a %Y-%m-%d %H:%M:%S %Z", time.localtime(at))
