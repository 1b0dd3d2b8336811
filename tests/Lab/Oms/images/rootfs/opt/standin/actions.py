"""The Actions of OpenAPI v2 that the operator needs. Components are rows of the cm database."""
import time

import ledger
import settings
import wire

MIGRATION_STEPS = ("TRANSFER_PRECHECK", "STRUCT_TRANSFER", "TRANSFER_INCR_LOG_PULL", "FULL_TRANSFER", "INCR_TRANSFER", "FULL_VERIFIER", "TRANSFER_APP_SWITCH", "REVERSE_INCR_TRANSFER")
SYNC_STEPS = ("TRANSFER_PRECHECK", "TRANSFER_INCR_LOG_PULL", "INCR_TRANSFER")


class Refused(Exception):
    """An answer with success=false and a code."""

    def __init__(self, code, text):
        super().__init__(text)
        self.code = code


def envelope(data=None, total=None):
    import api
    return api.envelope(data, total=total)


def projects(console, where="1 = 1"):
    rows = console.rm.query("SELECT project_key, project_name, project_type, project_status FROM oms_project WHERE project_status <> 'DELETED' AND %s ORDER BY id" % where)
    return [{"id": r[0], "name": r[1], "type": r[2], "status": r[3], "isModifying": False, "isMerging": False, "owner": "admin", "gmtCreate": "2023-11-14T22:13:20",
             "labels": None, "importance": "LOW"} for r in rows]


def project(console, arguments):
    found = projects(console, "project_key = " + wire.quote(arguments["id"]))
    if not found:
        raise Refused("PARAM_ERROR", "project %s does not exist" % arguments["id"])
    return found[0]


def list_projects(console, knobs, arguments):
    size, page = int(arguments.get("pageSize", 10)), int(arguments.get("pageNumber", 1))
    if not 1 <= size <= 150:
        raise Refused("PARAM_ERROR", "pageSize must be between 1 and 150")
    where = "project_type = " + wire.quote(arguments.get("type", "MIGRATION"))
    status = arguments.get("status")
    if status:
        where += " AND project_status IN (%s)" % ", ".join(wire.quote(x) for x in ([status] if isinstance(status, str) else status))
    found = projects(console, where)
    answer = envelope(found[(page - 1) * size:page * size], total=len(found))
    answer["pageNumber"], answer["pageSize"] = page, size
    return answer


def writers(console, key):
    return console.cm.query("SELECT name, host_ip, status, checkpoint_sec, subtopic FROM writer_instance WHERE project_key = %s ORDER BY name" % wire.quote(key))


def lag(knobs, key):
    by_project = knobs.get("lagSeconds") or {}
    return int(by_project.get(key, by_project.get("*", 0)))


def checkpoint(knobs, key, row):
    return min(int(row[3]), int(time.time()) - lag(knobs, key)) if lag(knobs, key) else int(row[3])


def progress(console, knobs, arguments):
    found = project(console, arguments)
    rows = writers(console, arguments["id"])
    return envelope({"projectId": found["id"], "status": found["status"], "currentStep": "INCR_TRANSFER", "enableStructTransfer": True, "enableFullTransfer": True,
                     "structTransferProgress": 100, "fullTransferProgress": 100, "enableIncrSync": bool(rows),
                     "incrSyncCheckpoint": checkpoint(knobs, arguments["id"], rows[0]) if rows else None,
                     "enableReverseIncrTransfer": False, "reverseIncrTransferCheckpoint": None})


def steps(console, knobs, arguments):
    found = project(console, arguments)
    names = SYNC_STEPS if found["type"] == "SYNC" else MIGRATION_STEPS
    now, rows = int(time.time()), writers(console, arguments["id"])
    override = (knobs.get("steps") or {}).get(found["id"]) or {}
    monitoring = names.index("INCR_TRANSFER")
    answer = []
    for order, name in enumerate(names):
        running = found["status"] in ("RUNNING", "SUSPEND")
        status = "INIT" if order > monitoring or not running else "FINISHED" if order < monitoring else "MONITORING" if found["status"] == "RUNNING" else "SUSPEND"
        info = {"incrTimestampCheckpoint": checkpoint(knobs, found["id"], rows[0]), "checkpointSampleTimestamp": now} if name == "INCR_TRANSFER" and rows else None
        answer.append({"order": order + 1, "name": name, "description": name.lower(), "status": override.get(name, status), "progress": 100 if status == "FINISHED" else 0,
                       "startTime": None, "finishTime": None, "stepInfo": info, "extraInfo": None})
    return envelope(answer)


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


def components(console, knobs, arguments):
    key = project(console, arguments)["id"]
    rows, stores, now = writers(console, key), [], int(time.time())
    for row in rows:
        stores += console.cm.query("SELECT id, host_ip, subtopic, status, begin_checkpoint_sec FROM store_instance WHERE subtopic = %s ORDER BY id" % wire.quote(row[4]))
    imports = console.cm.query("SELECT name, host_ip, status FROM import_instance WHERE project_key = %s ORDER BY name" % wire.quote(key))
    # Real answers have null instead of an empty list.
    return envelope({
        "storeList": [{"name": "store-" + s[0], "ip": s[1], "region": "default", "subtopic": s[2], "status": s[3], "delay": 0, "toSwitch": False,
                       "beginCheckpoint": stamp(int(s[4])), "endCheckpoint": stamp(now), "latelyHeartbeatTimeSec": now} for s in stores] or None,
        "incrSyncComponents": [{"name": w[0], "ip": w[1], "region": "default", "status": w[2], "checkpoint": stamp(checkpoint(knobs, key, w)),
                                "checkpointSampleTimestamp": now, "delay": max(0, now - checkpoint(knobs, key, w)), "tps": 1} for w in rows] or None,
        "fullImportComponents": [{"name": i[0], "ip": i[1], "region": "default", "status": i[2]} for i in imports] or None,
        "reverseStoreList": None, "fullVerifyComponents": None, "reverseIncrSyncComponents": None})


def come_out_as(console):
    """Knob `api.status`: projects with another status after the upgrade. The console of a new version writes them
    once."""
    wanted = (settings.knobs().get("api") or {}).get("status") or {}
    if not wanted:
        return
    session = ledger.open_session(console.conf)
    try:
        if session.one("SELECT GET_LOCK(%s, 5)" % wire.quote(console.conf.rm + ":status")) == "1" and session.one(
                "SELECT count(*) FROM audit WHERE event = 'api-status' AND scope = %s" % wire.quote(console.conf.rm)) == "0":
            for key, status in wanted.items():
                console.rm.query("UPDATE oms_project SET project_status = %s WHERE project_key = %s" % (wire.quote(status), wire.quote(key)))
            ledger.write(console.conf, "api-status", ",".join(sorted(wanted)), session)
    finally:
        session.close()


ACTIONS = {"ListProjects": list_projects, "DescribeProjectProgress": progress, "DescribeProjectSteps": steps, "DescribeProjectComponents": components}
