"""The script run for real, with programs that write down what they were asked: order, pipes, and what is left behind."""

from __future__ import annotations

import fcntl
import json
import socket
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from fleet.load import load, read_folder
from fleet.model import Fleet
from k8s.bundling import jobs
from ops.bootstrap.seed import seed
from ops.bootstrap.show import write
from ops.bootstrap.steps import steps

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"
TOKEN = "a-token-of-the-registry"
ANSWERS: list[tuple[str, str, int]] = [
    ("kubectl version --client", "Client Version: v1.35.2\nKustomize Version: v5.7.1\n", 0),
    ("helm version --short", "v4.1.4+g0123456\n", 0),
    ("get-login-password", f"{TOKEN}\n", 0),
    ("describe-instances", "i-0123456789abcdef0\n", 0),
    ("--query cluster.endpoint", "https://ABCDEF.gr7.us-east-1.eks.amazonaws.com\n", 0),
]


@dataclass
class Desk:
    """A machine with stand-ins for the programs.

    Attributes:
        answers: given before the usual ones.
    """

    folder: Path
    port: int
    answers: list[tuple[str, str, int]] = field(default_factory=list)
    lacking: str = ""

    def run(self, cell: str = "use1-a", blueprint: str = "hypergrowth") -> subprocess.CompletedProcess[str]:
        one = load(BLUEPRINTS / blueprint).cell(cell)
        job = next(job for job in jobs(one.fleet, [one]) if job.channel == "platform")
        given = seed({name: text.encode() for name, text in job.files().items()})
        script = write(self.folder / "out", one, given, steps(one, given, port=self.port))
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        for name in ("aws", "kubectl", "helm", "session-manager-plugin"):
            if name != self.lacking:
                stub = programs / name
                stub.write_text(f"#!{sys.executable}\n" + Path(__file__).with_name("stub.py").read_text())
                stub.chmod(0o755)
        (self.folder / "tmp").mkdir(exist_ok=True)
        environment = {
            "PATH": f"{programs}:/usr/bin:/bin",
            "STUB_LOG": str(self.folder / "log"),
            "STUB_ANSWERS": json.dumps([*self.answers, *ANSWERS]),
            "TMPDIR": str(self.folder / "tmp"),
            "HOME": str(self.folder),
        }
        return subprocess.run(["bash", str(script)], env=environment, capture_output=True, text=True, timeout=120)

    @property
    def calls(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "log").read_text().splitlines()]

    @property
    def lines(self) -> list[str]:
        return [call["line"] for call in self.calls if "ended" not in call]

    def place(self, words: str) -> int:
        """Where the first call with these words stands."""
        return next(place for place, line in enumerate(self.lines) if words in line)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return Desk(tmp_path, port)


def test_every_step_is_taken_in_its_order(desk: Desk):
    done = desk.run()
    assert done.returncode == 0, done.stderr
    order = [
        "kubectl version",
        "describe-cluster --name skyline-use1-a",
        "imageTag=platform",
        "describe-secret --secret-id skyline/use1-a/mesh/authority",
        "update-kubeconfig",
        "start-session",
        "config set-cluster",
        "guard.yaml",
        "foundations.yaml",
        "helm registry login",
        "helm upgrade --install argo-cd",
        "create secret generic registry-bundles",
        "create secret generic registry-charts",
        "projects.yaml",
        "platform.yaml",
        "wait application/platform",
    ]
    places = [desk.place(words) for words in order]
    assert places == sorted(places)
    assert done.stdout.rstrip().endswith("use1-a stands. Give it weight when you have looked at it.")


def test_the_way_in_is_the_declared_one_and_ends_with_the_script(desk: Desk):
    assert desk.run().returncode == 0
    (session,) = [line for line in desk.lines if "start-session" in line]
    assert "--target i-0123456789abcdef0" in session
    assert f"host=ABCDEF.gr7.us-east-1.eks.amazonaws.com,portNumber=443,localPortNumber={desk.port}" in session
    (cluster,) = [line for line in desk.lines if "set-cluster" in line]
    assert cluster.endswith(
        f"--server=https://127.0.0.1:{desk.port} --tls-server-name=ABCDEF.gr7.us-east-1.eks.amazonaws.com"
    )
    with (desk.folder / "log.plugin").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # or whoever forwards the port lives on


def test_listed_networks_need_no_session(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    tree = read_folder(BLUEPRINTS / "hypergrowth").tree
    tree["regions"]["us-east-1"]["access"] = {"path": "cidrs", "cidrs": ["203.0.113.0/24"]}
    monkeypatch.setattr(f"{__name__}.load", lambda _folder: Fleet.model_validate(tree))
    desk.lacking = "session-manager-plugin"
    assert desk.run().returncode == 0
    assert not [line for line in desk.lines if "ssm" in line or "set-cluster" in line]


def test_a_token_stands_on_no_command_line_and_in_no_file_that_stays(desk: Desk):
    assert desk.run().returncode == 0
    assert not [line for line in desk.lines if TOKEN in line]
    applied = [call["stdin"] for call in desk.calls if "apply" in call["line"] and call["stdin"]]
    assert applied == [f"labelled secret with {TOKEN!r}\n"] * 2, "without the newline that the CLI prints"
    assert not [file for file in desk.folder.rglob("*") if file.is_file() and TOKEN in file.read_text()
                and file.name not in ("log",) and file.parent.name != "bin"]  # fmt: skip


def test_nothing_is_left_behind_and_no_other_kubeconfig_is_touched(desk: Desk):
    assert desk.run().returncode == 0
    assert list((desk.folder / "tmp").iterdir()) == []
    used = {call["kubeconfig"] for call in desk.calls if call["line"].startswith("kubectl")}
    assert len(used) == 1
    assert used.pop().startswith(str(desk.folder / "tmp"))


@pytest.mark.parametrize(
    ("words", "answer", "said"),
    [
        ("kubectl version", "Client Version: v1.35.20\n", "kubectl must be v1.35.2, and is: Client Version: v1.35.20"),
        ("kubectl version", "Client Version: v1.31.0\n", "kubectl must be v1.35.2, and is: Client Version: v1.31.0"),
        ("helm version", "v3.19.0+g0\n", "helm must be v4.1.4, and is: v3.19.0+g0"),
    ],
)
def test_another_version_of_a_tool_stops_before_anything_is_asked(desk: Desk, words: str, answer: str, said: str):
    desk.answers = [(words, answer, 0)]
    done = desk.run()
    assert (done.returncode, done.stderr.strip()) == (1, said)
    assert not [line for line in desk.lines if "describe" in line or "apply" in line]


def test_a_tool_that_is_not_there_is_named(desk: Desk):
    desk.lacking = "helm"
    done = desk.run()
    assert (done.returncode, done.stderr.strip()) == (1, "helm is not installed; install v4.1.4")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("describe-cluster", "the cluster does not stand: deploy skyline-use1-a-cell"),
        ("imageTag=platform", "the platform is not published: hypercell promote --cell use1-a --platform"),
        ("mirror/charts/argo-cd", "the mirror has no skyline/mirror/charts/argo-cd"),
        ("describe-secret", "the cell has no authority in the mesh: hypercell cell ca --cell use1-a"),
    ],
)
def test_what_must_be_there_before_is_looked_up_and_named(desk: Desk, words: str, said: str):
    desk.answers = [(words, "", 254)]
    done = desk.run()
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1].startswith(said)
    assert not [line for line in desk.lines if "apply" in line or "helm upgrade" in line]


def test_a_session_that_ends_at_once_stops_with_what_it_said(desk: Desk):
    desk.answers = [("start-session", "TargetNotConnected: i-0123456789abcdef0 is not connected.\n", 254)]
    done = desk.run()
    assert done.returncode == 1
    assert done.stderr.strip() == "the session ended: TargetNotConnected: i-0123456789abcdef0 is not connected."
    assert list((desk.folder / "tmp").iterdir()) == []


def test_no_access_host_is_said_and_not_waited_for(desk: Desk):
    desk.answers = [("describe-instances", "None\n", 0)]
    done = desk.run()
    assert done.returncode == 1
    assert "no access host runs: see the auto scaling group of skyline-use1-access" in done.stderr


@pytest.mark.parametrize("words", ["foundations.yaml", "helm upgrade", "registry-charts", "platform.yaml"])
def test_a_step_that_fails_ends_the_script_the_session_and_the_credentials(desk: Desk, words: str):
    desk.answers = [(words, "", 1)]
    done = desk.run()
    assert done.returncode == 1
    assert words in desk.lines[-1] or "label --local" in desk.lines[-1] or "--filename=-" in desk.lines[-1]
    assert [call for call in desk.calls if call.get("ended")]
    assert list((desk.folder / "tmp").iterdir()) == []
    assert not [line for line in desk.lines if "wait application" in line]


def test_a_cell_without_a_mesh_needs_no_authority(desk: Desk):
    assert desk.run("use1-z", "day-one").returncode == 0
    assert not [line for line in desk.lines if "secretsmanager" in line]
