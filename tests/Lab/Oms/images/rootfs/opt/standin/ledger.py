"""The audit table, the live locks, and punishment: what tests look at.

The audit has its own database and its own user, so that nothing a test does to OMS' databases or sessions touches it.
"""
import json
import os
import time

import settings
import wire

SPOOL = settings.RUN + "/audit-spool.jsonl"


def open_session(conf, timeout=3):
    """A connection to the audit database: with the scenario's own user if there is one, otherwise as OMS connects."""
    own = settings.knobs().get("audit")
    if own:
        return wire.Connection(own["host"], own["port"], own["user"], own["password"], own["database"], timeout)
    return wire.Connection(*conf.meta(), "drydock_lab_audit", timeout)


def insert(session, row):
    # The token prevents two rows of one event after a lost answer.
    session.query("INSERT INTO audit(at, token, host_ip, version, event, detail, scope, container) VALUES (%s) ON DUPLICATE KEY UPDATE id = id" % ", ".join(
        "FROM_UNIXTIME(%.6f)" % value if key == "at" else wire.quote(value) for key, value in row))


def write(conf, event, detail="", session=None):
    """Records one event. If the MetaDB is unreachable, the event is kept on the run mount and written with the next
    one."""
    row = (("at", time.time()), ("token", os.urandom(8).hex()), ("host_ip", settings.host_ip()), ("version", settings.version()), ("event", event),
           ("detail", detail), ("scope", conf.rm), ("container", settings.container_id()))
    own = None
    try:
        if session is None:
            own = session = open_session(conf)
        flush(session)
        insert(session, row)
    except (OSError, wire.SqlError) as error:
        print("audit: %s" % error, flush=True)
        os.makedirs(settings.RUN, exist_ok=True)
        with open(SPOOL, "a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    finally:
        if own:
            own.close()


def flush(session):
    mine = "%s.%d" % (SPOOL, os.getpid())
    try:
        os.rename(SPOOL, mine)
    except FileNotFoundError:
        return
    with open(mine, encoding="utf-8") as file:
        lines = file.readlines()
    try:
        while lines:
            insert(session, json.loads(lines[0]))
            del lines[0]
    finally:
        with open(SPOOL, "a", encoding="utf-8") as file:
            file.writelines(lines)
        os.unlink(mine)


def punish(conf, which, session=None):
    """Records a mistake in the audit and in the data itself (a restore removes it there). False if the scenario
    forgives it."""
    if which in (settings.knobs().get("forgive") or ()):
        write(conf, "forgiven", which, session)
        return False
    write(conf, "PUNISHED", which, session)
    print("stand-in: PUNISHED " + which, flush=True)
    try:
        meta = wire.Connection(*conf.meta(), conf.rm)
        meta.query("CREATE TABLE IF NOT EXISTS oms_standin_damage (which varchar(64) NOT NULL, host_ip varchar(64) NOT NULL, gmt_created datetime NOT NULL)")
        meta.query("INSERT INTO oms_standin_damage VALUES (%s, %s, now())" % (wire.quote(which), wire.quote(settings.host_ip())))
        meta.close()
    except (OSError, wire.SqlError) as error:
        # If the database itself is gone, the mistake is recorded on the store mount.
        with open(settings.STORE + "/CORRUPTED", "a", encoding="utf-8") as file:
            file.write("%s: %s\n" % (which, error))
    return True


class Live:
    """A named lock that is held as long as a program lives. The server releases it when the program dies, however it
    dies."""

    def __init__(self, conf, kind):
        self.conf, self.kind, self.session = conf, kind, None
        self.keep()

    def name(self):
        return "%s:%s:%s:%s" % (self.conf.rm, self.kind, settings.host_ip(), settings.version())

    def keep(self):
        """Takes the lock, or keeps its session from being idle. Called about every second."""
        try:
            if self.session is None:
                self.session = open_session(self.conf)
                # A host that is cut off must not look alive without end.
                self.session.query("SET SESSION wait_timeout = 10")
                self.session.query("DELETE FROM live WHERE name = " + wire.quote(self.name()))
                self.session.query("SELECT GET_LOCK(%s, 1)" % wire.quote(self.name()))
                self.session.query("INSERT INTO live(name, scope, kind, host_ip, version) VALUES (%s)" % ", ".join(
                    wire.quote(x) for x in (self.name(), self.conf.rm, self.kind, settings.host_ip(), settings.version())))
            else:
                # This is also a sign of life. A killed predecessor may have held the lock for a moment longer.
                self.session.query("SELECT IF(IS_USED_LOCK(%s) <=> CONNECTION_ID(), 1, GET_LOCK(%s, 0))" % (wire.quote(self.name()), wire.quote(self.name())))
                # Writes events that could not be written when they happened; otherwise they would wait for the next
                # event.
                flush(self.session)
        except (OSError, wire.SqlError):
            self.session = None

    def release(self):
        if self.session is not None:
            try:
                self.session.query("SELECT RELEASE_LOCK(%s)" % wire.quote(self.name()))
                self.session.close()
            except (OSError, wire.SqlError):
                pass  # the server has released it with the session
            self.session = None


def living(conf, kind, session=None):
    """(host, version) of every living program of that kind. Checks for two seconds, so that one that just ended does
    not count."""
    own = session or open_session(conf)
    found = None
    for _ in range(10):
        rows = own.query("SELECT host_ip, version FROM live WHERE scope = %s AND kind = %s AND IS_USED_LOCK(name) IS NOT NULL"
                         % (wire.quote(conf.rm), wire.quote(kind)))
        found = [tuple(row) for row in rows]
        if not found:
            break
        time.sleep(0.2)
    if session is None:
        own.close()
    return found


class Exclusive:
    """A lock that only one run in the whole system holds: `held` is False if another run has it."""

    def __init__(self, conf, name):
        self.session = open_session(conf)
        self.session.query("SET SESSION wait_timeout = 28800")
        self.held = self.session.one("SELECT GET_LOCK(%s, 0)" % wire.quote(conf.rm + ":" + name)) == "1"

    def close(self):
        self.session.close()
