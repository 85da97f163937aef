"""The replay of 2021 really applied: an API server with a cell's namespaces, rights and guard, and everything deleted.

Needs KUBEBUILDER_ASSETS. Rights and guard are put in force one after the other, so that each is seen to stop it alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from admission.rights import Act, Rights, service_account
from fleet.cell import Cell
from fleet.model import Fleet
from k8s.gitops import PROJECTS
from k8s.vocabulary import ARGOCD, DELETION_APPROVED
from tests.k8s.apiserver import MISSING, WHY_SKIPPED, ApiServer, Refused, eventually, refused, running
from tests.k8s.plurals import plural

Document = dict[str, Any]
Documents = Callable[[Cell], list[Document]]

pytestmark = pytest.mark.skipif(bool(MISSING), reason=WHY_SKIPPED)

_BUILT_IN = ("Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding")
_GUARD = ("ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding")


@pytest.fixture(scope="module")
def cell(fleet: Fleet) -> Cell:
    return fleet.cell("use1-a")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, cell: Cell, documents: Documents) -> Iterator[ApiServer]:
    """A server with the cell's namespaces and rights, and no guard."""
    with running(tmp_path_factory.mktemp("replay")) as started:
        for kind in _BUILT_IN:
            for one in documents(cell):
                if one["kind"] == kind:
                    eventually(lambda one=one: started.apply(one))
        yield started


@pytest.fixture
def guarded(server: ApiServer, cell: Cell, documents: Documents) -> ApiServer:
    """The same with the guard in force: a policy takes a few seconds."""
    spaces = [one for one in documents(cell) if one["kind"] == "Namespace"]
    for one in documents(cell):
        if one["kind"] in _GUARD:
            server.apply(one)
    refused(lambda: server.delete(spaces[0], dryRun="All"))
    return server


@pytest.fixture(scope="module")
def spaces(cell: Cell, documents: Documents) -> list[Document]:
    found = [one for one in documents(cell) if one["kind"] == "Namespace"]
    assert len(found) > 15
    return found


def _stand(server: ApiServer, spaces: list[Document]) -> bool:
    return all("deletionTimestamp" not in server.get(space)["metadata"] for space in spaces)


def test_without_rights_and_guard_it_would_happen(server: ApiServer, spaces: list[Document]) -> None:
    """Else what follows would prove nothing."""
    for space in spaces:
        assert server.delete(space, dryRun="All")


@pytest.mark.parametrize("deployer", sorted(PROJECTS.values()))
def test_the_deployers_rights_alone_stop_it(server: ApiServer, spaces: list[Document], deployer: str) -> None:
    as_deployer = server.impersonating(ARGOCD, deployer)
    for space in spaces:
        with pytest.raises(Refused, match=f'{deployer}" cannot delete resource "namespaces"'):
            as_deployer.delete(space)
    assert _stand(server, spaces)


def test_the_guard_alone_stops_it_for_whoever_may_do_everything(guarded: ApiServer, spaces: list[Document]) -> None:
    for space in spaces:
        with pytest.raises(Refused, match="this namespace carries no annotation fleet/deletion-approved"):
            guarded.delete(space)
    assert _stand(guarded, spaces)


def test_an_annotation_that_one_template_gives_to_all_is_no_approval(
    guarded: ApiServer, spaces: list[Document]
) -> None:
    for space in spaces:
        blanket = guarded.get(space)
        blanket["metadata"].setdefault("annotations", {})[DELETION_APPROVED] = "true"
        guarded.replace(blanket)
        with pytest.raises(Refused, match="this namespace carries no annotation"):
            guarded.delete(space)
    assert _stand(guarded, spaces)


def test_the_platform_updates_itself_with_the_rights_that_it_has(
    guarded: ApiServer, cell: Cell, documents: Documents
) -> None:
    """Its roles, bindings and guard included, in the name that Argo CD syncs in."""
    as_platform = guarded.impersonating(ARGOCD, PROJECTS["platform"])
    done = set()
    for one in documents(cell):
        if one["kind"] in (*_BUILT_IN, *_GUARD) and "fleet/service" not in one["metadata"].get("labels", {}):
            labels = {**one["metadata"].get("labels", {}), "release": "next"}
            as_platform.apply({**one, "metadata": {**one["metadata"], "labels": labels}})
            done.add(one["kind"])
    assert done == {*_BUILT_IN, *_GUARD}


def test_no_deployer_takes_the_guard_away(guarded: ApiServer, cell: Cell, documents: Documents) -> None:
    guard = [one for one in documents(cell) if one["kind"] in _GUARD]
    for deployer in PROJECTS.values():
        as_deployer = guarded.impersonating(ARGOCD, deployer)
        for one in guard:
            with pytest.raises(Refused, match="cannot delete resource"):
                as_deployer.delete(one)


def test_a_namespace_that_names_itself_is_let_go_and_only_that_one(guarded: ApiServer, spaces: list[Document]) -> None:
    meant = guarded.get(spaces[-1])
    meant["metadata"].setdefault("annotations", {})[DELETION_APPROVED] = meant["metadata"]["name"]
    guarded.replace(meant)
    assert guarded.delete(spaces[-1], dryRun="All")
    assert refused(lambda: guarded.delete(spaces[-2], dryRun="All"))


def test_the_evaluator_of_rights_answers_as_the_server_does(
    server: ApiServer, cell: Cell, documents: Documents
) -> None:
    rights = Rights(documents(cell))
    resources = {(one["apiVersion"].rpartition("/")[0], plural(one)) for one in documents(cell)}
    resources |= {("", "pods"), ("", "nodes"), ("apps", "deployments/scale"), ("*", "*")}
    resources |= {("apiextensions.k8s.io", "customresourcedefinitions"), ("rbac.authorization.k8s.io", "roles")}
    verbs = ("get", "create", "update", "patch", "delete", "deletecollection", "escalate", "bind", "impersonate", "*")
    differ = []
    for deployer in PROJECTS.values():
        who = service_account(ARGOCD, deployer)
        for group, resource in sorted(resources):
            for verb in verbs:
                kind, _, sub = resource.partition("/")
                asked = {"verb": verb, "group": group, "resource": kind, "subresource": sub}
                review = {
                    "apiVersion": "authorization.k8s.io/v1",
                    "kind": "SubjectAccessReview",
                    "metadata": {},
                    "spec": {"user": who.user, "groups": sorted(who.groups), "resourceAttributes": asked},
                }
                allowed = server.create(review)["status"]["allowed"]
                if rights.allow(who, Act(verb, group, resource)) is not allowed:
                    differ.append((deployer, verb, group, resource, allowed))
    assert differ == []
