"""The settings of a stand-in program: config.yaml, the version of the image, the node, the knobs of the scenario."""
import json
import os

CONFIG = "/home/admin/conf/config.yaml"
RUN = "/home/ds/run/.standin"
KNOBS = RUN + "/knobs.json"
LOGS = "/home/admin/logs"
STORE = "/home/ds/store"
VERSION_FILE = "/home/ds/supervisor/config/supervisor.json"


class ConfigError(Exception):
    pass


def scalar(text):
    """A YAML scalar as text without quotes, tags (`!!bool "true"`) and trailing comments."""
    text = text.strip()
    if text.startswith("!!"):
        text = text.split(None, 1)[1].strip() if " " in text else ""
    if text[:1] == "'":
        return text[1:text.rindex("'")].replace("''", "'")
    if text[:1] == '"':
        return text[1:text.rindex('"')].replace('\\"', '"').replace("\\\\", "\\")
    return text.split(" #", 1)[0].strip()


def parse(text):
    """`key: value` and lists of scalars; an OMS config.yaml contains nothing else."""
    values, current = {}, None
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#") or line in ("---", "..."):
            continue
        if line.startswith("- "):
            if current is None:
                raise ConfigError("line %d: a list item without a key" % number)
            if not isinstance(values[current], list):
                values[current] = []
            values[current].append(scalar(line[2:]))
            continue
        if line[:1] in "'\"":
            end = line.index(line[0], 1)
            key, rest = line[1:end], line[end + 1:].lstrip()
        else:
            key, _, rest = line.partition(":")
            key, rest = key.strip(), ":" + rest
        if not rest.startswith(":"):
            raise ConfigError("line %d: expected `key: value`" % number)
        current = key
        rest = rest[1:].strip()
        if rest.startswith("[") and rest.endswith("]"):
            values[key] = [scalar(x) for x in rest[1:-1].split(",") if x.strip()]
        else:
            values[key] = scalar(rest)
    return values


NEEDED = ("oms_meta_host", "oms_meta_port", "oms_meta_user", "oms_meta_password",
          "drc_rm_db", "drc_cm_db", "drc_cm_heartbeat_db", "cm_url", "cm_location", "cm_nodes")


class Settings:
    def __init__(self, path=CONFIG):
        with open(path, encoding="utf-8") as file:
            self.values = parse(file.read())
        missing = [key for key in NEEDED if not self.values.get(key)]
        if missing:
            raise ConfigError("%s lacks %s" % (path, ", ".join(missing)))
        v = self.values
        self.rm, self.cm, self.hb = v["drc_rm_db"], v["drc_cm_db"], v["drc_cm_heartbeat_db"]
        self.location = int(v["cm_location"])
        self.region = v.get("cm_region") or "default"
        self.nodes = v["cm_nodes"] if isinstance(v["cm_nodes"], list) else [v["cm_nodes"]]

    def node_set(self):
        """cm_nodes as a sorted set in one text: docker_init.sh is run for this set."""
        return ",".join(sorted(self.nodes))

    def port(self, key, default):
        return int(self.values.get(key) or default)

    def meta(self):
        """Arguments of a connection as OMS makes it."""
        v = self.values
        return v["oms_meta_host"], v["oms_meta_port"], v["oms_meta_user"], v["oms_meta_password"]


def knobs():
    """The scenario's switches, read again each time. Without a file OMS behaves well."""
    try:
        with open(KNOBS, encoding="utf-8") as file:
            return json.load(file)
    except FileNotFoundError:
        return {}


def health():
    """The knob of the health endpoint for this version."""
    now = knobs()
    return now.get("health") or "real" if (now.get("healthVersion") or version()) == version() else "real"


def misbehaviour(name, group=None):
    """The mode of one knob (`init`, `jar`, a program), or `ok`; `times` limits it to the first N runs on this host."""
    knob = (knobs().get(group) or {} if group else knobs()).get(name) or {}
    mode = knob.get("mode") or "ok"
    if mode == "ok" or (knob.get("version") or version()) != version():
        return "ok", knob
    return (mode if strikes(name, knob) else "ok"), knob


def strikes(name, knob):
    """Whether a knob with `times` still has a run left on this host; uses one. Always True without `times`."""
    times = knob.get("times") or 0
    if not times:
        return True
    counter = "%s/count-%s" % (RUN, name)
    try:
        with open(counter, encoding="utf-8") as file:
            done = int(file.read())
    except FileNotFoundError:
        done = 0
    if done >= times:
        return False
    with open(counter, "w", encoding="utf-8") as file:
        file.write(str(done + 1))
    return True


def upgrading():
    return os.environ.get("IS_UPGRADE", "").lower() == "true"


def host_ip():
    return os.environ.get("OMS_HOST_IP") or "unknown"


def image_version():
    """`imageVersion` in supervisor.json, where a real OMS records it (`3.2.2-bp2`, `3.3.1-ce`)."""
    with open(VERSION_FILE, encoding="utf-8") as file:
        return json.load(file)["imageVersion"]


def version():
    """Its three numbers."""
    return image_version().split("-")[0]


def community():
    return image_version().lower().endswith("-ce")


def numbers(text):
    return tuple(int(x) for x in text.split("."))


def at_least(wanted):
    return numbers(version()) >= wanted


def container_id():
    """The first 12 digits of the id that docker gave this container. On the host's network the host name does not
    contain it."""
    with open("/proc/self/mountinfo", encoding="utf-8") as file:
        for line in file:
            if "/containers/" in line:
                return line.split("/containers/", 1)[1][:12]
    return ""
