"""The same objects before a real API server: it stores them, its guard holds, and it refuses no more than `admission`.

Needs KUBEBUILDER_ASSETS. Every object is stored server-side with strict field validation, as Argo CD would do it.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from admission import pods
from admission.custom import files
from fleet.cell import Cell
from k8s.vocabulary import DELETION_APPROVED
from tests.k8s.apiserver import MISSING, WHY_SKIPPED, ApiServer, Refused, eventually, refused, running
from tests.k8s.definitions import CRDS, UNCHECKED, judge, needs_definitions
from tests.k8s.mutations import Document, changed, mutants, place

Documents = Callable[[Cell], list[Document]]

pytestmark = [pytest.mark.skipif(bool(MISSING), reason=WHY_SKIPPED), needs_definitions]


def _defined(server: ApiServer) -> None:
    server.define(json.loads(file.read_text("utf-8")) for file in files(CRDS) if file.suffix == ".json")


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory, samples: list[Cell], documents: Documents) -> Iterator[ApiServer]:
    """A server with the definitions and the namespaces of the canonical cell, and nothing in them."""
    with running(tmp_path_factory.mktemp("bare")) as server:
        _defined(server)
        for document in documents(samples[-1]):
            if document["kind"] == "Namespace":
                server.apply(document)
        yield server


@pytest.fixture(scope="module", params=[0, 1, 2, 3], ids=["day-one", "auto-mode-in-a-mesh", "karpenter", "canonical"])
def stored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, samples: list[Cell], documents: Documents
) -> Iterator[tuple[ApiServer, list[Document], list[Document]]]:
    """A server with everything of a cell, in the order of its bundles; those objects, and those it does not know."""
    cell = samples[request.param]
    with running(tmp_path_factory.mktemp(cell.name)) as server:
        _defined(server)
        taken, unknown = [], []
        for document in documents(cell):
            if server.knows(document):
                eventually(lambda one=document: server.apply(one))
                taken.append(document)
            else:
                unknown.append(document)
        yield server, taken, unknown


def test_the_server_is_of_a_version_that_cells_run_or_will_run(bare: ApiServer, cells: list[Cell]) -> None:
    from admission.builtin import judged_by

    assert bare.version() in {version for cell in cells for version in judged_by(cell.release.kubernetes)}


def test_every_object_of_a_cell_is_stored(stored: tuple[ApiServer, list[Document], list[Document]]) -> None:
    server, taken, unknown = stored
    assert len(taken) > 90
    for document in taken:
        found = server.get(document)
        assert found["metadata"]["uid"]
        assert found.get("spec", {}).keys() >= document.get("spec", {}).keys()
    assert {(one["apiVersion"], one["kind"]) for one in unknown} <= set(UNCHECKED)


def test_what_is_stored_twice_is_the_same(stored: tuple[ApiServer, list[Document], list[Document]]) -> None:
    """A second sync changes nothing: no default of the server's fights with a bundle."""
    server, taken, _ = stored
    before = {_key(one): server.get(one)["metadata"]["resourceVersion"] for one in taken}
    for document in taken:
        server.apply(document)
    after = {_key(one): server.get(one)["metadata"]["resourceVersion"] for one in taken}
    assert after == before


def _key(document: Document) -> tuple[str, str, str]:
    return document["kind"], document["metadata"].get("namespace", ""), document["metadata"]["name"]


def test_the_guard_is_in_force(stored: tuple[ApiServer, list[Document], list[Document]]) -> None:
    server, taken, _ = stored
    space = next(one for one in taken if one["kind"] == "Namespace")

    def edited(document: Document, path: tuple[str | int, ...], value: Any) -> Document:
        return changed(server.get(document), path, value)

    # Asked as a dry run, so that waiting for the policy does no harm.
    level = ("metadata", "labels", "pod-security.kubernetes.io/enforce")
    said = refused(lambda: server.replace(edited(space, level, "privileged"), dryRun="All"))
    assert "the Pod Security level of a namespace is decided at its birth" in said
    said = refused(lambda: server.delete(space, dryRun="All"))
    assert "this namespace carries no annotation" in said
    for service in [one for one in taken if one["kind"] == "Deployment"][:1]:  # a cell that drains has none
        server.replace(edited(service, ("spec", "replicas"), 3))
        said = refused(lambda one=service: server.replace(edited(one, ("spec", "replicas"), 0), dryRun="All"))
        assert "a service runs in at least one pod of a cell that hosts it" in said
    approved = ("metadata", "annotations", DELETION_APPROVED)
    server.replace(edited(space, approved, space["metadata"]["name"]))
    assert server.delete(space, dryRun="All")


# --- admission says no less -------------------------------------------------------------------------------------

SILENTLY_CHANGED = (
    ("range", "", "a number that its format does not hold: the server stores another, or zero"),
    ("empty", "", "a text of nothing where a value belongs: the server stores its default"),
    ("unknown", "spec.config.", "a field beside those of an open mapping: the server drops it"),
    ("missing", "", "a field that the schema requires, and that the server fills with zero"),
)
"""Where `admission` is stricter than a server: how an object was spoilt, where, and what a server makes of it."""


@pytest.fixture(scope="module")
def compared(bare: ApiServer, samples: list[Cell], documents: Documents) -> list[tuple[str, str, str, str, str]]:
    """Kind, how it was spoilt, where, what the server said, what we said."""
    ours = judge(bare.version())
    found, seen = [], set()
    for document in sorted(documents(samples[-1]), key=lambda one: len(json.dumps(one)), reverse=True):
        if document["kind"] in seen or not bare.knows(document):
            continue
        seen.add(document["kind"])
        for how, at, mutant in mutants(document):
            try:
                bare.apply(mutant, dryRun="All")
                said = ""
            except Refused as answer:
                said = str(answer)
            here = "; ".join(map(str, ours.judge(mutant).findings))
            found.append((document["kind"], how, ".".join(map(str, at)), said, here))
    return found


def test_what_a_server_refuses_is_refused_without_one(compared: list[tuple[str, str, str, str, str]]) -> None:
    assert len(compared) > 2000
    assert len({kind for kind, *_ in compared}) > 35
    assert [one for one in compared if one[3] and not one[4]] == []


def test_nothing_more_is_refused_but_what_a_server_changes_silently(
    compared: list[tuple[str, str, str, str, str]],
) -> None:
    def known(how: str, where: str) -> bool:
        return any(how == one and where.startswith(under) for one, under, _ in SILENTLY_CHANGED)

    more = [one for one in compared if one[4] and not one[3]]
    assert [one for one in more if not known(one[1], one[2])] == []
    assert len(more) < len(compared) / 50


PODS: list[tuple[str, dict[str, Any]]] = [
    ("as-it-is", {}),
    ("host-network", {"hostNetwork": True}),
    ("host-processes", {"hostPID": True}),
    ("a-path-of-the-node", {"volumes.0": {"name": "tmp", "hostPath": {"path": "/tmp"}}}),
    ("nfs", {"volumes.0": {"name": "tmp", "nfs": {"path": "/", "server": "nfs"}}}),
    ("root", {"securityContext.runAsUser": 0}),
    ("maybe-root", {"securityContext.runAsNonRoot": False}),
    ("no-profile", {"securityContext.seccompProfile": None}),
    ("unconfined", {"securityContext.seccompProfile.type": "Unconfined"}),
    ("privileged", {"containers.0.securityContext": {"privileged": True}}),
    ("may-rise", {"containers.0.securityContext.allowPrivilegeEscalation": True}),
    ("says-nothing-of-rising", {"containers.0.securityContext.allowPrivilegeEscalation": None}),
    ("keeps-capabilities", {"containers.0.securityContext.capabilities": None}),
    ("adds-a-capability", {"containers.0.securityContext.capabilities.add": ["CHOWN"]}),
    ("adds-a-strong-capability", {"containers.0.securityContext.capabilities.add": ["SYS_ADMIN"]}),
    ("binds-low-ports", {"containers.0.securityContext.capabilities.add": ["NET_BIND_SERVICE"]}),
    ("a-port-of-the-node", {"containers.0.ports.0.hostPort": 8080}),
    ("a-probe-of-another-host", {"containers.0.livenessProbe.tcpSocket.host": "example.com"}),
    ("a-kernel-setting", {"securityContext.sysctls": [{"name": "kernel.msgmax", "value": "1"}]}),
    ("a-safe-kernel-setting", {"securityContext.sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]}),
    ("another-selinux-user", {"securityContext.seLinuxOptions": {"user": "root_u"}}),
    ("an-odd-selinux-type", {"securityContext.seLinuxOptions": {"type": "spc_t"}}),
    ("apparmor-off", {"securityContext.appArmorProfile": {"type": "Unconfined"}}),
    ("unmasked-proc", {"containers.0.securityContext.procMount": "Unmasked", "hostUsers": False}),
    ("root-in-its-own-users", {"hostUsers": False, "securityContext.runAsUser": 0, "securityContext.runAsNonRoot": False}),
]  # fmt: skip


@pytest.mark.parametrize("edits", [edits for _, edits in PODS], ids=[name for name, _ in PODS])
@pytest.mark.parametrize("level", ["baseline", "restricted"])
def test_pod_security_decides_as_the_server_does(
    bare: ApiServer, samples: list[Cell], documents: Documents, edits: dict[str, Any], level: str
) -> None:
    template = next(one for one in documents(samples[-1]) if one["kind"] == "Deployment")["spec"]["template"]
    pod: Document = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "asked", "namespace": f"pods-{level}"},
        "spec": copy.deepcopy(template["spec"]),
    }
    del pod["spec"]["priorityClassName"]  # its class is not stored here
    for path, value in edits.items():
        pod = changed(pod, ("spec", *place(path)), value)
    labels = {"pod-security.kubernetes.io/enforce": level, "pod-security.kubernetes.io/enforce-version": "v1.35"}
    bare.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"pods-{level}", "labels": labels}})
    said = ""
    try:
        bare.create(pod, dryRun="All")
    except Refused as answer:
        said = str(answer)
        assert "violates PodSecurity" in said
    assert bool(said) is bool(pods.refused(pod, level))
