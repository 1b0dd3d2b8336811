"""docker_init.sh: the five steps with OMS' output, and the marker."""
import os
import subprocess
import sys
import time

import ledger
import migrate
import settings
import wire

MARKER = "【结束】全部初始化步骤执行成功"
PROGRAMS = ["nginx", "oms_console", "oms_drc_cm", "oms_drc_supervisor", "sshd"]


class Log:
    def __init__(self):
        self.file = open("%s/docker_init_%s.log" % (settings.LOGS, time.strftime("%Y%m%d%H%M%S")), "a", encoding="utf-8")

    def say(self, text):
        print(text, flush=True)
        print(text, file=self.file, flush=True)


def main():
    sys.stdout.reconfigure(encoding="utf-8")
    log = Log()
    log.say("# 【步骤一】校验 config.yaml 配置文件")
    conf = settings.Settings()
    mode, _ = settings.misbehaviour("init")
    ledger.write(conf, "init-start")
    one = ledger.Exclusive(conf, "init")
    code, marker = 1, False
    try:
        code, marker = initialise(conf, log, mode, one.held)
    except (OSError, wire.SqlError) as error:
        log.say("ERROR %s" % error)
    finally:
        ledger.write(conf, "init-end", "rc=%d marker=%s" % (code, str(marker).lower()))
        one.close()
    return code


def initialise(conf, log, mode, alone):
    """(rc, whether the marker was printed)."""
    db = wire.Connection(*conf.meta(), conf.rm)
    host = wire.quote(settings.host_ip())
    if not alone:
        if ledger.punish(conf, "two-inits-at-once"):
            db.query("UPDATE oms_project SET project_name = concat('?', project_name)")
        log.say("ERROR another initialization holds the metadata")
        return 1, False

    log.say("# 【步骤二】创建 OMS 元信息库")
    if mode in ("fail", "rc0-failed", "half-migrated"):
        log.say("ERROR 1060 (42S21): Duplicate column name 'priority'" if mode == "half-migrated"
                else "ERROR 2013 (HY000): Lost connection to MySQL server during query")
        return (0 if mode == "rc0-failed" else 1), False
    if not schema(conf, log, db, host):
        return 1, False

    log.say("# 【步骤三】创建 OMS 各组件的配置文件")
    with open("/home/ds/supervisor/config/drc.properties", "w", encoding="utf-8") as file:
        file.write("cm.url=%s\nregion=%s\n" % (conf.values["cm_url"], conf.region))

    log.say("# 【步骤四】重启 OMS 所有组件（约两分钟）")
    while mode == "hang":
        time.sleep(1)
    time.sleep(settings.knobs().get("initSeconds", 0))
    if not restart(log):
        log.say("ERROR some components are not RUNNING")
        return 1, False
    if mode == "no-marker":
        return 0, False

    log.say("# 【步骤五】初始化 OMS 资源标签和资源组")
    cm = wire.Connection(*conf.meta(), conf.cm)
    cm.query("INSERT INTO resource_group(name, label) SELECT '%d', '默认资源组' FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM resource_group WHERE name = '%d')" % (conf.location, conf.location))
    if settings.at_least((4, 0, 1)):
        cm.query("UPDATE host SET host_label = 'DEFAULT' WHERE location = %d" % conf.location)
    cm.close()
    db.query("UPDATE oms_init_log SET state = 'DONE' WHERE host_ip = %s AND version = %s" % (host, wire.quote(settings.version())))
    db.close()
    log.say("# " + (settings.knobs().get("initMarker") or MARKER))
    return (1 if mode == "rc1-with-marker" else 0), True


def schema(conf, log, db, host):
    """The schema changes of all three databases; False if they are no longer possible."""
    version, before = wire.quote(settings.version()), settings.numbers(migrate.schema_version(db))
    fusing = before < migrate.FUSION and settings.at_least(migrate.FUSION)
    if fusing and not settings.community():
        wrong = migrate.correction_missing(conf, db)
        if wrong:
            if ledger.punish(conf, "init-before-jar"):
                db.query("ALTER TABLE oms_project DROP COLUMN IF EXISTS step_config")
                db.query("UPDATE oms_schema_version SET version = '0.0.0'")
            log.say("ERROR " + wrong)
            return False
    db.query("CREATE TABLE IF NOT EXISTS oms_init_log (id bigint(20) NOT NULL AUTO_INCREMENT PRIMARY KEY, host_ip varchar(64) NOT NULL, region varchar(64) NOT NULL, "
             "nodes varchar(512) NOT NULL, version varchar(16) NOT NULL, state varchar(16) NOT NULL) DEFAULT CHARSET=utf8mb4")
    if db.one("SELECT count(*) FROM oms_init_log WHERE state = 'DONE' AND host_ip = %s AND version = %s" % (host, version)) != "0":
        # "Initialization is not idempotent": a second one after a success spoils the first.
        if ledger.punish(conf, "init-after-success"):
            db.query("UPDATE oms_project SET step_config = NULL")
    db.query("INSERT INTO oms_init_log(host_ip, region, nodes, version, state) VALUES (%s, %s, %s, %s, 'STARTED')" % (
        host, wire.quote(conf.region), wire.quote(conf.node_set()), version))
    if fusing and settings.community():  # CE has no JAR: its init does the fusion itself
        migrate.fuse(db)
        for row in db.query("SELECT region FROM cluster_info"):
            migrate.merge(db, row[0])
        db.query("DROP TABLE IF EXISTS oms_sync_project")
    for name, role, above in ((conf.rm, "rm", before), (conf.cm, "cm", before), (conf.hb, "hb", (0, 0, 0))):
        other = wire.Connection(*conf.meta(), name)
        for level in migrate.levels(above):
            migrate.run(other, migrate.statements(level, role))
        other.close()
    db.query("UPDATE oms_schema_version SET version = " + version)
    return True


def restart(log):
    ini = "/etc/supervisor/conf.d/oms_console.ini"
    with open(ini, encoding="utf-8") as file:
        text = file.read()
    with open(ini, "w", encoding="utf-8") as file:
        file.write(text.replace("autostart = false", "autostart = true"))
    programs = PROGRAMS if settings.at_least((4, 0, 0)) else ["crond"] + PROGRAMS
    for command in (["restart"] + programs, ["status"]):
        done = subprocess.run(["/usr/bin/supervisorctl"] + command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=os.environ, check=False)
        log.say(done.stdout.decode("utf-8", "replace").rstrip())
    return done.returncode == 0
