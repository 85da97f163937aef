"""One look over one way out."""

import json
import socket
import threading
import time

import pytest

from hypercell.egress.runtime import prober
from hypercell.egress.runtime.probing import read
from hypercell.egress.runtime.sight import Sight


def opens(*open_hosts):
    def connect(host, port):
        if host not in open_hosts:
            raise TimeoutError("timed out")

    return connect


def test_one_target_that_answers_is_enough():
    seen = prober.look(["1.1.1.1:443", "8.8.8.8:443"], opens("8.8.8.8"))
    assert seen["ok"] is True
    assert seen["targets"]["8.8.8.8:443"] == "ok"


def test_none_that_answers_is_down_and_says_why():
    seen = prober.look(["1.1.1.1:443", "8.8.8.8:443"], opens())
    assert seen == {
        "ok": False,
        "targets": {"1.1.1.1:443": "TimeoutError: timed out", "8.8.8.8:443": "TimeoutError: timed out"},
    }


@pytest.mark.parametrize("fault", [ConnectionAbortedError("reset"), socket.gaierror(-3, "no name"), RuntimeError("?")])
def test_a_strange_failure_of_one_target_is_a_failure_of_that_target_alone(fault):
    def connect(host, port):
        if host == "strange.example":
            raise fault

    assert prober.look(["strange.example:443", "1.1.1.1:443"], connect)["ok"] is True
    assert prober.look(["strange.example:443"], connect)["ok"] is False


def test_targets_are_tried_at_once_and_a_name_that_hangs_holds_nobody_up(monkeypatch):
    monkeypatch.setattr(prober, "TOTAL_SECONDS", 0.2)
    hanging = threading.Event()
    begun = []

    def connect(host, port):
        begun.append(host)
        if host != "1.1.1.1":
            hanging.wait(30)

    assert prober.look(["hangs.example:443", "also.example:443", "1.1.1.1:443"], connect)["ok"] is True
    started = time.monotonic()
    seen = prober.look(["hangs.example:443", "also.example:443"], connect)
    waited = time.monotonic() - started
    hanging.set()
    assert seen == {"ok": False, "targets": {"hangs.example:443": "no answer", "also.example:443": "no answer"}}
    assert waited < 30
    assert {"hangs.example", "also.example"} <= set(begun)


def test_a_target_that_takes_the_connection_and_resets_it_proves_the_way(monkeypatch):
    """What crashes a checker that reads HTTP: the connection stood, so the way stands."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)

        def reset():
            taken, _ = server.accept()
            taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            taken.close()

        thread = threading.Thread(target=reset)
        thread.start()
        monkeypatch.setenv("TARGETS", json.dumps([f"127.0.0.1:{server.getsockname()[1]}"]))
        assert prober.handle({}, None)["ok"] is True
        thread.join()


def test_a_reset_that_overtakes_the_handshakes_end_proves_the_way(monkeypatch):
    def overtaken(*_):
        raise ConnectionResetError

    monkeypatch.setattr(socket.socket, "connect", overtaken)
    monkeypatch.setenv("TARGETS", json.dumps(["127.0.0.1:9"]))
    assert prober.handle({}, None)["ok"] is True


def test_a_closed_port_is_down(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    monkeypatch.setenv("TARGETS", json.dumps([f"127.0.0.1:{port}"]))
    assert prober.handle({}, None)["ok"] is False


def test_a_name_is_connected_to_at_one_address_only(monkeypatch):
    """A host with three addresses must not take three timeouts."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 9))] * 3
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_: found)
    tried = []

    class Wire:
        def __init__(self, *_):
            pass

        def __enter__(self):
            return self

        def __exit__(self, *_):
            pass

        def settimeout(self, seconds):
            assert seconds <= 1

        def connect(self, address):
            tried.append(address)
            raise TimeoutError

    monkeypatch.setattr(socket, "socket", Wire)
    with pytest.raises(TimeoutError):
        prober.connect("three.example", 9)
    assert len(tried) == 1


@pytest.mark.parametrize(
    ("error", "payload", "sight"),
    [
        (None, b'{"ok": true, "targets": {}}', Sight.OK),
        (None, b'{"ok": false, "targets": {}}', Sight.BAD),
        (None, b'{"ok": "yes"}', Sight.UNKNOWN),
        (None, b'{"ok": 1}', Sight.UNKNOWN),
        (None, b"[]", Sight.UNKNOWN),
        (None, b"null", Sight.UNKNOWN),
        (None, b"", Sight.UNKNOWN),
        (None, b"<html>", Sight.UNKNOWN),
        (None, b"\xff\xfe", Sight.UNKNOWN),
        ("Unhandled", b'{"errorMessage": "Task timed out"}', Sight.UNKNOWN),
        ("Unhandled", b'{"ok": true}', Sight.UNKNOWN),
    ],
)
def test_what_a_prober_says_is_believed_only_if_it_makes_sense(error, payload, sight):
    assert read(error, payload) is sight
