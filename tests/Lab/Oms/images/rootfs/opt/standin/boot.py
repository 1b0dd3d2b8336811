"""PID 1, like OMS' docker_cmd.sh. It checks the environment, punishes mistakes, and runs the real supervisord."""
import fcntl
import os
import re
import shutil
import signal
import socket
import sys
import time

import catalogue
import ledger
import migrate
import settings
import wire

CONF_D = "/etc/supervisor/conf.d/"
CONSOLE_INI = CONF_D + "oms_console.ini"
FILES = {"oms_nginx.ini": ["nginx"], "oms_console.ini": ["oms_console"], "drc_cm.ini": ["oms_drc_cm"],
         "drc_supervisor.ini": ["oms_drc_supervisor"], "base.ini": ["sshd", "crond"]}
LOG_NAMES = {"nginx": "oms_nginx"}
PROGRAM = """[program:%(name)s]
command = /usr/bin/python3 -I -S /opt/standin/main.py %(name)s
autostart = %(autostart)s
autorestart = %(autorestart)s
startsecs = %(startsecs)s
startretries = %(startretries)s
stopwaitsecs = 60
stdout_logfile = /home/admin/logs/%(log)s_stdout.log
stderr_logfile = /home/admin/logs/%(log)s_stderr.log

"""


def own_store(conf):
    """The store mount belongs to one running container. Two at the same time destroy it."""
    os.makedirs(settings.STORE, exist_ok=True)
    # Kept open as long as PID 1 lives: the kernel releases the lock when the container ends, however it ends.
    lock = os.open(settings.STORE + "/.owner", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = os.pread(lock, 200, 0).decode("utf-8", "replace").strip()
        if ledger.punish(conf, "old-and-new-together"):
            with open(settings.STORE + "/CORRUPTED", "a", encoding="utf-8") as file:
                file.write("%s wrote while %s lived\n" % (settings.version(), other))
            meta = wire.Connection(*conf.meta(), conf.cm)
            meta.query("UPDATE store_instance SET status = 'CORRUPTED' WHERE host_ip = " + wire.quote(settings.host_ip()))
            meta.close()
        return lock
    os.ftruncate(lock, 0)
    os.pwrite(lock, ("%s %s\n" % (settings.version(), settings.container_id())).encode(), 0)
    return lock


def place_jar(path):
    """An image may bring the correction JAR to its place only when a container starts for the first time."""
    if path and settings.at_least((4, 0, 1)) and not settings.community() and not os.path.exists(path):
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile("/opt/standin/correction.jar", path)


def look_at_metadata(conf):
    """Without IS_UPGRADE, 3.3.1 and later treat another version's metadata as empty. Nodes of two versions spoil the
    data."""
    if settings.at_least((3, 3, 1)) and not settings.upgrading():
        meta = wire.Connection(*conf.meta(), conf.rm)
        if migrate.schema_version(meta) != settings.version() and ledger.punish(conf, "no-is-upgrade"):
            meta.query("SET FOREIGN_KEY_CHECKS = 0")
            meta.query("DROP TABLE IF EXISTS oms_project, oms_sync_project, oms_sync_project_merged")
        meta.close()
    others = [x for x in ledger.living(conf, "agent") if x[1] != settings.version() and x[0] != settings.host_ip()]
    if others and ledger.punish(conf, "mixed-versions"):
        meta = wire.Connection(*conf.meta(), conf.cm)
        meta.query("UPDATE store_instance SET status = 'CORRUPTED'")
        meta.close()


def write_inis(knobs):
    first = not os.path.exists(CONSOLE_INI)
    console = "false" if settings.upgrading() else "true"
    if not first:  # a restarted container keeps what `sed` or docker_init.sh made of it
        with open(CONSOLE_INI, encoding="utf-8") as file:
            console = re.search(r"autostart = (\w+)", file.read()).group(1)
    for name, programs in FILES.items():
        text = ""
        for program in programs:
            if program == "crond" and settings.at_least((4, 0, 0)):
                continue
            if {program, "%s@%s" % (program, settings.version())} & set(knobs.get("absentPrograms") or []):
                continue
            knob = (knobs.get("programs") or {}).get(program, {})
            mode = knob.get("mode") if knob.get("version", settings.version()) == settings.version() else None
            text += PROGRAM % {
                "name": program, "log": LOG_NAMES.get(program, program),
                "autostart": console if program == "oms_console" else "true",
                "autorestart": "false" if mode == "exited" else "true",
                "startsecs": {"fatal": 1, "backoff": 1, "starting": 86400}.get(mode, knobs.get("startSecs", 0)),
                "startretries": 1000 if mode == "backoff" else 0}
        with open(CONF_D + name, "w", encoding="utf-8") as file:
            file.write(text)


def supervise():
    """The real supervisord in this process. One change: a signal ends its one-second poll, and the first poll does not
    wait."""
    sys.path.append("/usr/lib/python3/dist-packages")
    from supervisor import options, poller, supervisord

    wake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    class Poller(poller.PollPoller):
        first = True  # programs are started after the first poll: it need not wait

        def poll(self, timeout):
            self._poller.register(wake, self.READ)
            readables, writables = super().poll(0 if self.first else timeout)
            self.first = False
            if wake in readables:
                readables.remove(wake)
                os.read(wake, 4096)
            return readables, writables

    class Options(options.ServerOptions):
        def __init__(self):
            super().__init__()
            self.poller = Poller(self)

    supervisord.ServerOptions = Options
    # supervisord looks up the name of its own address for a log line. Without a name server that takes ten seconds.
    socket.gethostbyname = lambda name: "127.0.0.1"
    socket.gethostbyaddr = lambda address: (address, [], [address])
    signal.set_wakeup_fd(waker)
    supervisord.main(["-n", "-c", "/etc/supervisor/supervisord.conf"])


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    os.makedirs(settings.LOGS, exist_ok=True)
    os.makedirs(settings.RUN, exist_ok=True)
    conf = settings.Settings()
    knobs = settings.knobs()
    if os.path.exists("/run/standin-stores-known"):
        os.unlink("/run/standin-stores-known")
    ledger.write(conf, "container-start", "IS_UPGRADE=%s" % os.environ.get("IS_UPGRADE", ""))
    place_jar(knobs.get("jarAtStart"))
    own_store(conf)
    mode, knob = settings.misbehaviour("boot")
    if mode == "die":
        print("docker_cmd.sh: cannot start (knob die)", file=sys.stderr, flush=True)
        ledger.write(conf, "container-died")
        return int(knob.get("exitCode", 1))
    try:
        look_at_metadata(conf)
        if not settings.upgrading():
            catalogue.compare(conf)
    except (OSError, wire.SqlError) as error:
        print("MetaDB: %s" % error, flush=True)
    write_inis(knobs)
    time.sleep(knobs.get("bootSeconds", 0))
    supervise()
    ledger.write(conf, "container-stopping")
    time.sleep(settings.knobs().get("stopSeconds", 0))
    ledger.write(conf, "container-stop")
