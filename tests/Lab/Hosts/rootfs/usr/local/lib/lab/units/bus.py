"""The connection from systemctl to unitd."""
import json
import socket

from units import SOCKET


class Refused(Exception):
    """The request failed; the text is for the user."""

    def __init__(self, words, code):
        super().__init__(words)
        self.code = code


def ask(verb, units=(), **more):
    """Sends one request and returns the answer."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(SOCKET)
        connection.sendall(json.dumps({"verb": verb, "units": list(units), **more}).encode() + b"\n")
        received = b""
        while not received.endswith(b"\n"):
            piece = connection.recv(65536)
            if not piece:
                raise Refused("Failed to read from bus: unitd has ended; see /var/log/units.log", 1)
            received += piece
    except OSError as error:
        raise Refused(f"Failed to connect to bus: {error.strerror}", 1) from error
    return json.loads(received)
