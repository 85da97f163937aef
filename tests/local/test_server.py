"""The server of `hypercell up`: one a folder, found again, stopped, and nothing else touched."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from local import process

PROJECT = Path(__file__).parents[2]


def hypercell(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command, in a folder of its own."""
    return subprocess.run(
        [sys.executable, "-m", "ops.cli", *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A working folder; whatever server it has is stopped."""
    yield tmp_path
    process.stop(tmp_path / ".hypercell")


def test_a_fleet_stays_up_until_it_is_taken_down(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    port, day_one = free_port(), ("--blueprint", str(PROJECT / "blueprints" / "day-one"))

    first = hypercell(folder, "up", *day_one, "--port", str(port))

    assert first.returncode == 0, first.stderr
    server = process.current(folder / ".hypercell")
    assert server is not None
    assert server.port == port
    assert f"Up on http://127.0.0.1:{port} (process {server.pid})" in first.stdout

    again = hypercell(folder, "up", *day_one)
    assert (again.returncode, again.stdout) == (3, "")
    assert f"already up on http://127.0.0.1:{port} (process {server.pid}); `hypercell down` stops it" in again.stderr

    elsewhere = hypercell(tmp_path_factory.mktemp("other"), "up", *day_one, "--port", str(port))
    assert elsewhere.returncode == 3
    assert f"port {port} on 127.0.0.1 is taken; choose another with --port, or leave it out" in elsewhere.stderr

    commands = [line.strip() for line in first.stdout.splitlines() if line.startswith("  ")]
    exports, looks = commands[0], commands[1:]
    assert exports.startswith("export ")
    assert len(looks) == 3
    for look, expected in zip(looks, ("skyline-use1-z", "use1.origin.skyline.example.", "nat-"), strict=True):
        looked = subprocess.run(["bash", "-c", f"{exports}; {look}"], capture_output=True, text=True, check=False)
        assert expected in looked.stdout, looked.stderr

    done = hypercell(folder, "down")
    assert (done.returncode, done.stdout) == (0, f"stopped the server on {server.endpoint} (process {server.pid})\n")
    assert process.birth(server.pid) is None
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0

    nothing = hypercell(folder, "down")
    assert (nothing.returncode, nothing.stdout) == (0, "nothing is up\n")


def test_the_access_key_is_the_account(folder: Path) -> None:
    server = process.start(folder=folder / ".hypercell")

    def queues(account: str, region: str) -> object:
        return boto3.client(
            "sqs",
            endpoint_url=server.endpoint,
            region_name=region,
            aws_access_key_id=account,
            aws_secret_access_key="local",
        )

    queues("333333333331", "us-east-1").create_queue(QueueName="here")  # type: ignore[attr-defined]

    found = {
        place: len(queues(*place).list_queues().get("QueueUrls", []))  # type: ignore[attr-defined]
        for place in (("333333333331", "us-east-1"), ("333333333331", "us-west-2"), ("111111111111", "us-east-1"))
    }
    assert list(found.values()) == [1, 0, 0]


def test_a_process_that_took_over_the_id_is_neither_found_nor_stopped(folder: Path) -> None:
    sleeping = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        state = folder / ".hypercell" / "server.json"
        state.parent.mkdir()
        state.write_text(json.dumps({"pid": sleeping.pid, "port": 5000, "born": "another birth"}))

        assert process.stop(state.parent) is None

        assert not state.exists()
        assert sleeping.poll() is None
    finally:
        sleeping.kill()
        sleeping.wait()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"pid": 1}'])
def test_a_state_file_that_makes_no_sense_is_put_away(text: str, folder: Path) -> None:
    state = folder / ".hypercell" / "server.json"
    state.parent.mkdir()
    state.write_text(text)

    assert hypercell(folder, "down").stdout == "nothing is up\n"
    assert not state.exists()


def test_the_slower_of_two_starts_leaves_no_server(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    faster = process.start(folder=folder / ".hypercell")
    started: list[int] = []
    claim = process._claim

    def claiming(server: process.Server, into: Path) -> None:
        started.append(server.pid)
        claim(server, into)

    monkeypatch.setattr(process, "_claim", claiming)
    monkeypatch.setattr(process, "current", lambda _folder: None)  # both looked before either had written

    with pytest.raises(process.AlreadyUp):
        process.start(folder=folder / ".hypercell")

    assert [process.birth(pid) for pid in started] == [None]
    assert faster.runs


def test_a_folder_that_cannot_be_written_is_said(folder: Path) -> None:
    (folder / ".hypercell").write_text("a file in the way")

    refused = hypercell(folder, "up", "--blueprint", str(PROJECT / "blueprints" / "day-one"))

    assert refused.returncode == 2
    assert refused.stderr == ".hypercell/server.json: Not a directory\n"
    (folder / ".hypercell").unlink()
