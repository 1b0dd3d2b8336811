"""Checks that the databases of a restarted old OMS are unchanged: tables, columns, indexes, keys, views, triggers,
routines, events, collations."""
from _sha1 import sha1

import ledger
import settings
import wire

LINES = """
SELECT concat_ws(' ', 'database', default_character_set_name, default_collation_name) AS line FROM information_schema.schemata WHERE schema_name = {d}
UNION ALL SELECT concat_ws(' ', 'table', table_name, table_type, engine, table_collation, table_comment) FROM information_schema.tables WHERE table_schema = {d} AND {not}
UNION ALL SELECT concat_ws(' ', 'column', table_name, ordinal_position, column_name, column_type, is_nullable, IFNULL(column_default, '-'), extra, IFNULL(collation_name, '-'), IFNULL(generation_expression, '-'), column_comment) FROM information_schema.columns WHERE table_schema = {d} AND {not}
UNION ALL SELECT concat_ws(' ', 'index', table_name, index_name, seq_in_index, column_name, non_unique) FROM information_schema.statistics WHERE table_schema = {d} AND {not}
UNION ALL SELECT concat_ws(' ', 'key', table_name, constraint_name, constraint_type) FROM information_schema.table_constraints WHERE table_schema = {d} AND {not}
UNION ALL SELECT concat_ws(' ', 'reference', table_name, constraint_name, referenced_table_name, update_rule, delete_rule) FROM information_schema.referential_constraints WHERE constraint_schema = {d}
UNION ALL SELECT concat_ws(' ', 'view', table_name, view_definition, definer, security_type) FROM information_schema.views WHERE table_schema = {d}
UNION ALL SELECT concat_ws(' ', 'trigger', trigger_name, event_object_table, action_timing, event_manipulation, definer, action_statement) FROM information_schema.triggers WHERE trigger_schema = {d}
UNION ALL SELECT concat_ws(' ', 'routine', routine_type, routine_name, definer, dtd_identifier, routine_definition) FROM information_schema.routines WHERE routine_schema = {d}
UNION ALL SELECT concat_ws(' ', 'event', event_name, definer, status, event_definition) FROM information_schema.events WHERE event_schema = {d}
"""


def fingerprint(db, name):
    lines = db.query(LINES.replace("{d}", wire.quote(name)).replace("{not}", "table_name NOT IN ('oms_standin_damage', 'zz_drydock_restore')"))
    return sha1("\n".join(sorted(row[0] for row in lines)).encode()).hexdigest()


def compare(conf):
    """The first old container of a scenario stores the fingerprints, and every later one compares. A difference is
    punished."""
    audit = ledger.open_session(conf)
    meta = wire.Connection(*conf.meta(), conf.rm)
    try:
        for name in (conf.rm, conf.cm, conf.hb):
            now = fingerprint(meta, name)
            where = "scope = %s AND name = %s" % (wire.quote(conf.rm), wire.quote(name))
            before = audit.one("SELECT fingerprint FROM baseline WHERE " + where)
            if before is None:
                audit.query("INSERT IGNORE INTO baseline(scope, name, fingerprint) VALUES (%s, %s, %s)" % (wire.quote(conf.rm), wire.quote(name), wire.quote(now)))
            elif before != now and ledger.punish(conf, "old-on-new-schema"):
                cm = wire.Connection(*conf.meta(), conf.cm)
                cm.query("UPDATE store_instance SET status = 'CORRUPTED' WHERE host_ip = " + wire.quote(settings.host_ip()))
                cm.close()
    finally:
        meta.close()
        audit.close()
