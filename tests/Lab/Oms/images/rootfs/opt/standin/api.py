"""The OpenAPI v2 of OMS 4.1.1 and later, as far as an operator needs it to read (facts §6.1)."""
import json
import time

import settings
import web
import wire


def envelope(data=None, code=None, message=None, total=None):
    return {"success": code is None, "errorDetail": None, "code": code, "message": message, "advice": None,
            "requestId": "standin", "pageNumber": 1, "pageSize": 150, "totalCount": total, "cost": "1 ms", "data": data}


def handle(console, peer, request):
    login = settings.knobs().get("api") or {}
    if request.basic() != (login.get("user", "admin"), login.get("password", "admin")):
        web.respond(peer, 401, envelope(code="UNAUTHORIZED", message="authentication failed"))
        return
    action = request.path.split("Action=", 1)[1].split("&", 1)[0]
    arguments = json.loads(request.body or b"{}")
    try:
        answer = ACTIONS[action](console, arguments) if action in ACTIONS else envelope(code="PARAM_ERROR", message="unknown action " + action)
    except (wire.SqlError, KeyError, IndexError) as error:
        answer = envelope(code="GHANA-OPERAT000001", message=type(error).__name__)
    web.respond(peer, 200, answer)


def projects(console, where="1 = 1"):
    rows = console.rm.query("SELECT project_key, project_name, project_type, project_status FROM oms_project WHERE project_status <> 'DELETED' AND %s ORDER BY id" % where)
    return [{"id": r[0], "name": r[1], "type": r[2], "status": r[3], "isModifying": False, "isMerging": False} for r in rows]


def list_projects(console, arguments):
    where = "project_type = " + wire.quote(arguments.get("type", "MIGRATION"))
    if arguments.get("status"):
        where += " AND project_status IN (%s)" % ", ".join(wire.quote(x) for x in arguments["status"])
    found = projects(console, where)
    size, page = int(arguments.get("pageSize", 150)), int(arguments.get("pageNumber", 1))
    return envelope(found[(page - 1) * size:page * size], total=len(found))


def describe(console, arguments):
    return envelope(projects(console, "project_key = " + wire.quote(arguments["id"]))[0])


def writers(console, key):
    return console.cm.query("SELECT name, host_ip, status, checkpoint_sec, subtopic FROM writer_instance WHERE project_key = %s ORDER BY name" % wire.quote(key))


def progress(console, arguments):
    project = projects(console, "project_key = " + wire.quote(arguments["id"]))[0]
    rows = writers(console, arguments["id"])
    return envelope({"status": project["status"], "currentStep": "INCR_TRANSFER", "enableIncrSync": bool(rows),
                     "incrSyncCheckpoint": int(rows[0][3]) if rows else None, "enableReverseIncrTransfer": False})


def components(console, arguments):
    rows = writers(console, arguments["id"])
    stores = []
    for row in rows:
        stores += console.cm.query("SELECT id, host_ip, subtopic, status, begin_checkpoint_sec FROM store_instance WHERE subtopic = %s ORDER BY id" % wire.quote(row[4]))
    now = int(time.time())
    return envelope({
        "storeList": [{"name": "store-" + s[0], "ip": s[1], "region": "default", "subtopic": s[2], "status": s[3], "beginCheckpoint": int(s[4])} for s in stores],
        "incrSyncComponents": [{"name": w[0], "ip": w[1], "status": w[2], "checkpoint": int(w[3]), "delay": max(0, now - int(w[3]))} for w in rows],
        "reverseStoreList": [], "fullImportComponents": [], "fullVerifyComponents": [], "reverseIncrSyncComponents": []})


ACTIONS = {"ListProjects": list_projects, "DescribeProject": describe, "DescribeProjectProgress": progress, "DescribeProjectComponents": components}
