"""The HTTP API of the console: OpenAPI v2 from 4.1.1 on, its login and its quirks.

Everything a scenario may bend is under the knob `api`, read at every request.
"""
import json

import actions
import settings
import web
import wire

V2 = "/api/v2?Action="


class Knobs:
    def __init__(self):
        self.all = settings.knobs().get("api") or {}

    def get(self, name, default=None):
        return self.all.get(name, default)

    def limited(self, name, action):
        """The entry of one action under a knob of the form {action: {…, "times": n}}; None if missing or used up on
        this host."""
        entry = (self.all.get(name) or {}).get(action)
        return entry if entry and settings.strikes("api-%s-%s" % (name, action), entry) else None


def envelope(data=None, code=None, message=None, total=None, advice=None):
    return {"success": code is None, "errorDetail": None, "code": code, "message": message, "advice": advice,
            "requestId": "standin", "pageNumber": 1, "pageSize": 150, "totalCount": total, "cost": "1 ms", "data": data}


def serves(path):
    """Whether this version has the path at all."""
    return path.startswith(V2) and settings.at_least((4, 1, 1))


def handle(console, peer, request):
    knobs = Knobs()
    web.clock_offset = float(knobs.get("clockOffsetSeconds", 0))
    action = request.path[len(V2):].split("&", 1)[0]
    if request.basic() != (knobs.get("user", "admin"), knobs.get("password", "admin")):
        refuse(peer, knobs.get("authFailure", "401"))
        return
    if knobs.get("passwordExpired"):
        web.respond(peer, 200, envelope(code="GHANA-USER000003", message="password has expired"))
        return
    delays = knobs.get("delaySeconds") or {}
    console.pause(float(delays.get(action, delays.get("*", 0))))
    broken = knobs.limited("httpStatus", action)
    if broken:
        web.respond(peer, int(broken["status"]), "<html><body>Error</body></html>", "text/html")
        return
    if knobs.limited("cut", action):
        return
    failure = knobs.limited("failures", action)
    if failure:
        answer = envelope(code=failure["code"], message=failure.get("message", "failed"), advice=failure.get("advice"))
    else:
        answer = work(console, knobs, request, action)
    send(peer, knobs, action, answer)


def work(console, knobs, request, action):
    try:
        if action not in actions.ACTIONS:
            return envelope(code="PARAM_ERROR", message="unknown action " + action)
        return actions.ACTIONS[action](console, knobs, json.loads(request.body or b"{}"))
    except actions.Refused as refused:
        return envelope(code=refused.code, message=str(refused))
    except (OSError, wire.SqlError, KeyError, IndexError, ValueError) as error:
        return envelope(code="GHANA-OPERAT000001", message=type(error).__name__)


def refuse(peer, how):
    if how == "redirect":
        web.respond(peer, 302, "", "text/html", {"Location": "/login"})
    elif how == "200":
        web.respond(peer, 200, envelope(code="USER_AUTH_FAILED", message="authentication failed"))
    else:
        web.respond(peer, 401, envelope(code="UNAUTHORIZED", message="authentication failed"))


def send(peer, knobs, action, answer):
    garbage = (knobs.limited("garbage", action) or {}).get("mode")
    if garbage == "html":
        web.respond(peer, 200, "<html><title>OMS</title></html>", "text/html")
    elif garbage == "truncated":
        text = json.dumps(answer, ensure_ascii=False)
        web.respond(peer, 200, text[:len(text) // 2])
    elif garbage == "huge":
        web.respond(peer, 200, json.dumps(answer)[:-1] + ', "padding": "' + "x" * (21 << 20) + '"}')
    else:
        web.respond(peer, 200, quirky(answer) if knobs.get("quirks") else answer)


def quirky(answer, top=True):
    """Quirks of real answers: numbers as text, undocumented fields, pages for a total, null for an empty list."""
    if isinstance(answer, dict):
        bent = {key: quirky(value, False) for key, value in answer.items()}
        bent["x-undocumented"] = {"depth": 1}
        if top:
            if answer.get("totalCount") is not None:
                bent["totalCount"] = str(-(-int(answer["totalCount"]) // 150))
            if answer.get("data") == []:
                bent["data"] = None
            components = (answer.get("data") or {}).get("fullImportComponents") if isinstance(answer.get("data"), dict) else None
            if components:
                bent["data"]["fullImportComponents"][0]["status"] = "HIBERNATING"
        return bent
    if isinstance(answer, list):
        return [quirky(value, False) for value in answer]
    if isinstance(answer, int) and not isinstance(answer, bool):
        return str(answer)
    return answer
