"""The real schema changes between versions, by the level that brings them: the correction JAR's (the fusion of 4.0.1) and docker_init.sh's.

The statements are in schema/LEVEL/ROLE.sql, one a line; the lab seeds later sources from the same files. Each may run again after a
run that broke off: DDL knows no transaction.
"""
import os

import settings
import wire

LEVELS = ("3.3.1", "4.0.1", "4.2.0", "4.2.2")
FUSION = (4, 0, 1)


def statements(level, name):
    path = "/opt/standin/schema/%s/%s.sql" % (level, name)
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8") as file:
        return file.read().splitlines()


def run(db, lines):
    for statement in lines:
        db.query(statement)


def levels(above):
    """The levels that this image adds to a schema of that version."""
    return [level for level in LEVELS if above < settings.numbers(level) and settings.at_least(settings.numbers(level))]


def table_exists(db, name):
    return db.one("SELECT count(*) FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = " + wire.quote(name)) != "0"


def schema_version(db):
    return db.one("SELECT version FROM oms_schema_version WHERE component = 'rm'")


def fuse(db):
    run(db, statements("4.0.1", "fuse"))


def merge(db, region):
    if table_exists(db, "oms_sync_project"):
        for statement in statements("4.0.1", "merge"):
            db.query(statement.replace("{region}", wire.quote(region)))


def correction_missing(conf, db):
    """The reason why docker_init.sh would be wrong, as a sentence; None if the JAR has done all its work."""
    if not table_exists(db, "oms_correction_log"):
        return "correction JAR has not run"
    unfinished = db.one("SELECT group_concat(host_ip) FROM oms_correction_log WHERE state <> 'DONE'")
    if unfinished:
        return "correction JAR has not finished on " + unfinished
    regions = {row[0] for row in db.query("SELECT region FROM cluster_info")}
    done = {(row[0], row[1]) for row in db.query("SELECT host_ip, region FROM oms_correction_log")}
    missing = regions - {region for _, region in done}
    if missing:
        return "correction JAR has not run in " + ", ".join(sorted(missing))
    if len(regions) == 1:
        missing = {row[0] for row in db.query("SELECT ip FROM `%s`.host" % conf.cm)} - {host for host, _ in done}
        if missing:
            return "correction JAR has not run on " + ", ".join(sorted(missing))
    if table_exists(db, "oms_sync_project"):
        return "no run of the correction JAR was told to be the last (-ltrue)"
    return None
