"""correction-1.0-SNAPSHOT-jar-with-dependencies.jar: -mupgrade -y<config.yaml> -l<true|false>."""
import socket
import sys
import time

import ledger
import migrate
import settings
import wire


def main(arguments):
    options = {argument[:2]: argument[2:] for argument in arguments}
    if options.get("-m", "").lower() != "upgrade" or not options.get("-y") or options.get("-l") not in ("true", "false"):
        print("usage: -mupgrade -y<absolute path of config.yaml> -l<true|false>", file=sys.stderr)
        return 2
    conf = settings.Settings(options["-y"])
    last = options["-l"]
    mode, knob = settings.misbehaviour("jar")
    ledger.write(conf, "jar-start", "last=" + last)
    one = ledger.Exclusive(conf, "jar")
    code = 1
    try:
        code = correct(conf, last, mode, knob, one.held)
    finally:
        ledger.write(conf, "jar-end", "last=%s rc=%d" % (last, code))
        one.close()
    return code


def running(conf):
    """CM and Supervisor must be RUNNING."""
    for key, port in (("cm_server_port", 8088), ("supervisor_server_port", 9000)):
        try:
            socket.create_connection(("127.0.0.1", conf.port(key, port)), 2).close()
        except OSError:
            print("ERROR %s: connection refused on port %d" % (key, conf.port(key, port)), file=sys.stderr)
            return False
    return True


def correct(conf, last, mode, knob, alone):
    print("correction: mode=UPGRADE config=%s last=%s" % (settings.CONFIG, last), flush=True)
    if not running(conf):
        return 3
    db = wire.Connection(*conf.meta(), conf.rm)
    host = wire.quote(settings.host_ip())
    if not alone:
        if ledger.punish(conf, "two-jars"):
            db.query("UPDATE oms_project SET project_name = concat('?', project_name)")
        return 4
    consoles = ledger.living(conf, "console")
    if consoles and ledger.punish(conf, "jar-while-console-runs"):
        db.query("UPDATE oms_project SET project_status = 'INIT'")
    known = migrate.table_exists(db, "oms_correction_log")
    again = known and db.one("SELECT count(*) FROM oms_correction_log WHERE host_ip = " + host) != "0"
    if again and ledger.punish(conf, "jar-twice-on-a-node"):
        db.query("UPDATE oms_project SET project_name = concat(project_name, '_dup'), step_config = NULL")
        return 0
    if settings.numbers(migrate.schema_version(db)) >= (4, 0, 1) and ledger.punish(conf, "jar-not-needed"):
        db.query("UPDATE oms_project SET step_config = NULL")
        return 0
    migrate.fuse(db)
    db.query("INSERT INTO oms_correction_log(host_ip, region, last_node, state) VALUES (%s, %s, %s, 'STARTED')" % (host, wire.quote(conf.region), wire.quote(last)))
    while mode == "hang":
        time.sleep(1)
    time.sleep(settings.knobs().get("jarSeconds", 0))
    if mode == "fail":
        print("Exception in thread \"main\" java.lang.IllegalStateException: correction failed", file=sys.stderr)
        return int(knob.get("exitCode", 1))
    migrate.merge(db, conf.region)
    if last == "true":
        finish(conf, db)
    db.query("UPDATE oms_correction_log SET state = 'DONE' WHERE host_ip = " + host)
    db.close()
    if mode == "errors":
        print("2024-03-01 02:00:00.000 ERROR correction - 1 project could not be merged", flush=True)
    print("correction: finished", flush=True)
    return 0


def finish(conf, db):
    regions = {row[0] for row in db.query("SELECT region FROM cluster_info")}
    done = {row[0] for row in db.query("SELECT region FROM oms_correction_log")}
    # Data that is not merged by now is lost with the table: that is the damage.
    if regions - done and not ledger.punish(conf, "ltrue-before-last-region"):
        return
    if migrate.table_exists(db, "oms_sync_project"):
        db.query("RENAME TABLE oms_sync_project TO oms_sync_project_merged")
