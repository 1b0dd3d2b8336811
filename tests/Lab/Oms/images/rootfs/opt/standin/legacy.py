"""GET /api/omsp/v2/{migrations|sync}/{id}/progress of 3.3.0 to 4.1.0. The docs do not say which id, so the table's and
the key are accepted."""
import actions
import wire


def progress(console, knobs, path):
    import api
    kind, key, rest = (path.split("/") + ["", "", ""])[:3]
    table = {"migrations": "oms_project", "sync": "oms_sync_project"}.get(kind)
    if table is None or rest != "progress":
        raise actions.Refused("PARAM_ERROR", "unknown path")
    where = "project_key = %s%s" % (wire.quote(key), " OR id = " + key if key.isdigit() else "")
    if console.rm.query("SELECT count(*) FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = 'oms_project' AND column_name = 'project_type'")[0][0] != "0":
        table, where = "oms_project", "(%s) AND project_type = '%s'" % (where, "SYNC" if kind == "sync" else "MIGRATION")
    rows = console.rm.query("SELECT project_key, project_status FROM %s WHERE %s" % (table, where))
    if not rows:
        raise actions.Refused("PARAM_ERROR", "project %s does not exist" % key)
    found = actions.writers(console, rows[0][0])
    answer = api.envelope({
        "status": rows[0][1], "importance": "LOW", "enableStructSync": True, "enableFullSync": True, "enableIncrSync": bool(found), "currentStep": "INCR_TRANSFER",
        "structSyncProgress": 100, "fullSyncProgress": 100, "incrSyncCheckpoint": str(actions.checkpoint(knobs, rows[0][0], found[0])) if found else None})
    answer["code"] = "success"
    return answer
