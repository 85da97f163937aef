"""Wakes the databases of a region: one connection each and one query, shortly before they are backed up.

Aurora DSQL lets a cluster that nobody asks fall asleep (IDLE, then INACTIVE), and AWS Backup fails on one that sleeps.
No call of DSQL's API wakes it: somebody must connect. A PostgreSQL driver for one query would be a package to ship and
to patch, so the few messages of the protocol stand here (PostgreSQL documentation, Message Formats).

Environment: CLUSTERS, a JSON object of a cluster's name to its endpoint; USER, the role inside the databases.
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

PORT = 5432
TIMEOUT_SECONDS = 20
SSL_REQUEST = struct.pack("!ii", 8, 80877103)
VERSION = 196608
CLEAR_TEXT, GRANTED = 3, 0


class Refused(Exception):
    """The database answered, and not as hoped."""


class Wire(Protocol):
    """A socket, as far as it is needed."""

    def sendall(self, data: bytes, /) -> None: ...

    def recv(self, size: int, /) -> bytes: ...


def wake(wire: Wire, user: str, token: str) -> None:
    """Log in, ask for 1, and leave. The wire is encrypted already.

    Raises:
        Refused: the log-in or the query failed, or the database hung up.
    """
    start = struct.pack("!i", VERSION) + f"user\0{user}\0database\0postgres\0\0".encode()
    wire.sendall(struct.pack("!i", len(start) + 4) + start)
    for kind, body in _answers(wire):
        if kind == b"R":
            (wanted,) = struct.unpack("!i", body[:4])
            if wanted == CLEAR_TEXT:
                wire.sendall(_message(b"p", token.encode() + b"\0"))
            elif wanted != GRANTED:
                raise Refused(f"asks for authentication {wanted}, and only a token is known here")
        elif kind == b"Z":
            break
    wire.sendall(_message(b"Q", b"SELECT 1\0"))
    for kind, _body in _answers(wire):
        if kind == b"Z":
            break
    wire.sendall(_message(b"X", b""))


def _message(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body


def _answers(wire: Wire) -> Iterator[tuple[bytes, bytes]]:
    while True:
        kind, size = struct.unpack("!ci", _exactly(wire, 5))
        body = _exactly(wire, size - 4)
        if kind == b"E":
            raise Refused(
                " ".join(part[1:].decode(errors="replace") for part in body.split(b"\0") if part[:1] in b"CM")
            )
        yield kind, body


def _exactly(wire: Wire, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = wire.recv(size - len(data))
        if not more:
            raise Refused("hung up")
        data += more
    return data


def _encrypted(host: str) -> ssl.SSLSocket:
    """A connection whose other end proved to be the host; DSQL finds the cluster by the name in it."""
    plain = socket.create_connection((host, PORT), TIMEOUT_SECONDS)
    plain.sendall(SSL_REQUEST)
    if plain.recv(1) != b"S":
        plain.close()
        raise Refused("offers no encryption")
    return ssl.create_default_context().wrap_socket(plain, server_hostname=host)


def wake_all(clusters: Mapping[str, str], attempt: Callable[[str], None]) -> dict[str, str]:
    """Try each cluster, and go on after a failure: one that sleeps on is no reason to leave the others asleep.

    Args:
        clusters: name to endpoint.
        attempt: wakes the cluster behind an endpoint.

    Returns:
        Name to what went wrong, of those that could not be woken.
    """
    failed = {}
    for name, endpoint in clusters.items():
        try:
            attempt(endpoint)
        except (Refused, OSError) as error:
            failed[name] = str(error)
    return failed


def handle(_event: object, _context: object) -> None:
    """Wake every cluster of CLUSTERS.

    Raises:
        Refused: at least one could not be woken; Lambda counts it, and an alarm follows.
    """
    import boto3

    dsql, user = boto3.client("dsql"), os.environ["USER"]

    def attempt(host: str) -> None:
        token = dsql.generate_db_connect_auth_token(Hostname=host)
        with _encrypted(host) as wire:
            wake(wire, user, token)

    failed = wake_all(json.loads(os.environ["CLUSTERS"]), attempt)
    if failed:
        raise Refused("; ".join(f"{name}: {why}" for name, why in failed.items()))
