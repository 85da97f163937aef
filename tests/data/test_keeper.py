"""The keeper: PostgreSQL's messages, spoken with a database that is a few lines here."""

import ast
import struct
import sys
from pathlib import Path

import pytest

from hypercell.data.keeper import CODE
from hypercell.data.runtime.keeper import Refused, wake, wake_all


class Database:
    """The other end of a wire: it understands what a client sends, and answers in small pieces."""

    def __init__(self, *, token="secret", authentication=3, hangs_up=False):
        self.token, self.authentication, self.hangs_up = token, authentication, hangs_up
        self.heard, self._answers = [], b""

    def sendall(self, data):
        if not self.heard:
            size, version = struct.unpack("!ii", data[:8])
            assert size == len(data)
            assert version == 3 << 16
            self.heard.append(data[8:].split(b"\0"))
            self._say(b"R", struct.pack("!i", self.authentication))
            return
        kind, body = data[:1], data[5:]
        assert struct.unpack("!i", data[1:5]) == (len(data) - 1,)
        self.heard.append((kind, body))
        if kind == b"p":
            if body != self.token.encode() + b"\0":
                self._say(b"E", b"SFATAL\0C28000\0Maccess denied\0\0")
                return
            self._say(b"R", struct.pack("!i", 0))
            self._say(b"S", b"server_version\x0016\0")
            self._say(b"Z", b"I")
        elif kind == b"Q":
            self._say(b"D", b"\0\1\0\0\0\x011")
            self._say(b"C", b"SELECT 1\0")
            self._say(b"Z", b"I")

    def recv(self, size):
        if self.hangs_up:
            return b""
        # A network gives what it has, not what was asked for.
        piece, self._answers = self._answers[: min(size, 3)], self._answers[min(size, 3) :]
        return piece

    def _say(self, kind, body):
        self._answers += kind + struct.pack("!i", len(body) + 4) + body


def test_it_logs_in_as_its_role_asks_once_and_leaves():
    database = Database()
    wake(database, "keeper", "secret")
    assert database.heard == [
        [b"user", b"keeper", b"database", b"postgres", b"", b""],
        (b"p", b"secret\0"),
        (b"Q", b"SELECT 1\0"),
        (b"X", b""),
    ]


def test_it_says_why_the_database_refused():
    with pytest.raises(Refused, match="28000 access denied"):
        wake(Database(token="another"), "keeper", "secret")


def test_it_sends_its_token_to_nobody_who_asks_for_something_else():
    database = Database(authentication=10)
    with pytest.raises(Refused, match="asks for authentication 10"):
        wake(database, "keeper", "secret")
    assert len(database.heard) == 1


def test_it_notices_that_the_other_end_hung_up():
    with pytest.raises(Refused, match="hung up"):
        wake(Database(hangs_up=True), "keeper", "secret")


def test_one_database_that_sleeps_on_leaves_no_other_asleep():
    tried = []

    def attempt(endpoint):
        tried.append(endpoint)
        if endpoint == "b.example":
            raise TimeoutError("timed out")

    failed = wake_all({"a": "a.example", "b": "b.example", "c": "c.example"}, attempt)
    assert tried == ["a.example", "b.example", "c.example"]
    assert failed == {"b": "timed out"}


def test_its_code_needs_nothing_that_lambda_does_not_have():
    imported = {
        (node.module if isinstance(node, ast.ImportFrom) else name.name).partition(".")[0]
        for node in ast.walk(ast.parse(Path(CODE).read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in node.names
    }
    assert imported <= {*sys.stdlib_module_names, "boto3"}
