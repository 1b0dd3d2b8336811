"""A minimal HTTP/1.1 server for health checks, the console's API, and a program that also has work every second."""
import base64
import json
import select
import socket
import time

# The error of the Date header in seconds (a knob).
clock_offset = 0


class Request:
    def __init__(self, method, path, headers, body):
        self.method, self.path, self.headers, self.body = method, path, headers, body

    def basic(self):
        """(user, password) of Basic authentication, or None."""
        kind, _, value = self.headers.get("authorization", "").partition(" ")
        if kind.lower() != "basic":
            return None
        return tuple(base64.b64decode(value).decode().split(":", 1))


def read_request(peer):
    data = b""
    while b"\r\n\r\n" not in data:
        more = peer.recv(65536)
        if not more or len(data) > 1 << 20:
            return None
        data += more
    head, body = data.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    method, path = lines[0].split(" ")[:2]
    headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
    while len(body) < int(headers.get("content-length", 0)):
        more = peer.recv(65536)
        if not more:
            return None
        body += more
    return Request(method, path, headers, body)


def respond(peer, status, body, kind="application/json", headers=None):
    data = json.dumps(body, ensure_ascii=False).encode() if not isinstance(body, (bytes, str)) else body
    data = data.encode() if isinstance(data, str) else data
    date = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + clock_offset))
    head = "HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Type: %s; charset=utf-8\r\nContent-Length: %d\r\nConnection: close\r\n" % (
        status, "OK" if status == 200 else "Error", date, kind, len(data))
    head += "".join("%s: %s\r\n" % item for item in (headers or {}).items()) + "\r\n"
    peer.sendall(head.encode() + data)


def listen(port, host="0.0.0.0"):
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.bind((host, port))
    sock.listen(64)
    return sock


def serve(listeners, tick=None, interval=1.0):
    """Serves {socket: handler(peer)} and calls `tick` every `interval` seconds, without end."""
    due = time.monotonic()
    while True:
        wait = None
        if tick:
            wait = due - time.monotonic()
            if wait <= 0:
                tick()
                due = time.monotonic() + interval
                wait = interval
        for ready in select.select(list(listeners), [], [], wait)[0]:
            peer, _ = ready.accept()
            peer.settimeout(5)
            try:
                listeners[ready](peer)
            except (OSError, ValueError) as error:
                print("request failed: %s" % error, flush=True)
            finally:
                peer.close()
