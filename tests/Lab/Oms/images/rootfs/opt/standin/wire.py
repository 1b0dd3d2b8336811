"""A MySQL-protocol client of a hundred lines: text queries, mysql_native_password, and for MySQL 9
caching_sha2_password over TLS, as its drivers do by themselves.

It is here because a driver costs more to import than all the rest of a stand-in program.
"""
import socket
import struct
from _sha1 import sha1
from _sha256 import sha256


class SqlError(Exception):
    """An error of the server: `code` is its number (1146 = no such table)."""

    def __init__(self, code, text):
        super().__init__("%d: %s" % (code, text))
        self.code = code


def quote(value):
    """A value as an SQL literal."""
    if value is None:
        return "NULL"
    if isinstance(value, (int, float)):
        return str(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "''") + "'"


def scramble(password, salt):
    if not password:
        return b""
    one = sha1(password.encode()).digest()
    two = sha1(salt + sha1(one).digest()).digest()
    return bytes(a ^ b for a, b in zip(one, two))


def scramble256(password, salt):
    one = sha256(password.encode()).digest()
    two = sha256(sha256(one).digest() + salt).digest()
    return bytes(a ^ b for a, b in zip(one, two))


class Connection:
    # LONG_PASSWORD, LONG_FLAG, CONNECT_WITH_DB, PROTOCOL_41, TRANSACTIONS, SECURE, MULTI_RESULTS, PLUGIN_AUTH
    FLAGS = 0x1 | 0x4 | 0x8 | 0x200 | 0x2000 | 0x8000 | 0x20000 | 0x80000

    def __init__(self, host, port, user, password, database="", timeout=10):
        self.sock = socket.create_connection((host, int(port)), timeout)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.seq = 0
        self.last_id = 0
        self.mysql = False
        try:
            self._login(user, password, database)
        except BaseException:
            self.sock.close()
            raise

    def _login(self, user, password, database):
        hello = self._packet()
        end = hello.index(b"\0", 1)
        salt = hello[end + 5:end + 13]
        salt += hello[end + 32:end + 44]
        flags = self.FLAGS if database else self.FLAGS & ~0x8
        if hello[end + 45:].rstrip(b"\0") == b"caching_sha2_password":
            import ssl
            self.mysql = True
            flags |= 0x800
            self._send(struct.pack("<IIB23x", flags, 1 << 24, 45))
            self.seq = 2
            self.sock = ssl._create_unverified_context().wrap_socket(self.sock)
            answer = scramble256(password, salt)
            self._send(struct.pack("<IIB23x", flags, 1 << 24, 45) + user.encode() + b"\0" + bytes([len(answer)]) + answer
                       + (database.encode() + b"\0" if database else b"") + b"caching_sha2_password\0")
            reply = self._packet()
            while reply[:1] != b"\0":
                # The server does not remember this account yet: it asks for the password, which TLS protects.
                if reply == b"\1\4":
                    self._send(password.encode() + b"\0")
                reply = self._packet()
            return
        body = struct.pack("<IIB23x", flags, 1 << 24, 45) + user.encode() + b"\0"
        answer = scramble(password, salt)
        body += bytes([len(answer)]) + answer
        body += (database.encode() + b"\0" if database else b"") + b"mysql_native_password\0"
        self._send(body)
        reply = self._packet()
        if reply[:1] == b"\xfe":
            plugin, rest = reply[1:].split(b"\0", 1)
            if plugin != b"mysql_native_password":
                raise SqlError(2059, "unknown authentication plugin " + plugin.decode())
            self._send(scramble(password, rest.rstrip(b"\0")[:20]))
            self._packet()

    def _read(self, count):
        while len(self.buffer) < count:
            more = self.sock.recv(65536)
            if not more:
                raise ConnectionError("the server closed the connection")
            self.buffer += more
        data, self.buffer = self.buffer[:count], self.buffer[count:]
        return data

    def _packet(self):
        whole = b""
        while True:
            head = self._read(4)
            size = head[0] | head[1] << 8 | head[2] << 16
            self.seq = (head[3] + 1) & 255
            whole += self._read(size)
            if size < 0xFFFFFF:
                break
        if whole[:1] == b"\xff":
            code = struct.unpack_from("<H", whole, 1)[0]
            text = whole[3:]
            raise SqlError(code, (text[6:] if text[:1] == b"#" else text).decode("utf-8", "replace"))
        return whole

    def _send(self, body):
        self.sock.sendall(struct.pack("<I", len(body))[:3] + bytes([self.seq]) + body)

    def query(self, sql):
        """Rows as lists of str or None; an empty list if the statement has none. `last_id` is set."""
        if self.mysql and sql.startswith("ALTER TABLE"):
            return self._alter(sql)
        return self._query(sql)

    # MySQL has no IF [NOT] EXISTS for columns and indexes.
    def _alter(self, sql):
        plain = sql.replace(" IF NOT EXISTS", "").replace(" IF EXISTS", "")
        try:
            return self._query(plain)
        except SqlError as error:
            if plain != sql and error.code in (1060, 1061, 1091):
                return []
            raise

    def _query(self, sql):
        self.seq = 0
        self._send(b"\x03" + sql.encode())
        first = self._packet()
        if first[:1] == b"\0":
            _, at = lenenc(first, 1)
            self.last_id, _ = lenenc(first, at)
            return []
        count, _ = lenenc(first, 0)
        for _ in range(count + 1):
            self._packet()
        rows = []
        while True:
            row = self._packet()
            if row[:1] == b"\xfe" and len(row) < 9:
                return rows
            at, cells = 0, []
            for _ in range(count):
                if row[at] == 0xFB:
                    cells.append(None)
                    at += 1
                else:
                    size, at = lenenc(row, at)
                    cells.append(row[at:at + size].decode("utf-8", "replace"))
                    at += size
            rows.append(cells)

    def one(self, sql):
        """The first cell, or None."""
        rows = self.query(sql)
        return rows[0][0] if rows else None

    def close(self):
        try:
            self.seq = 0
            self._send(b"\x01")
        except OSError:
            pass  # the server is gone already, so no farewell is needed
        self.sock.close()


def lenenc(data, at):
    first = data[at]
    if first < 0xFB:
        return first, at + 1
    size = {0xFC: 2, 0xFD: 3, 0xFE: 8}[first]
    return int.from_bytes(data[at + 1:at + 1 + size], "little"), at + 1 + size
