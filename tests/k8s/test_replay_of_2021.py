"""2021-08-25 again: a reviewed one-line change of a template, and every namespace of every cluster gone in minutes.

The bundles of all 24 cells are rendered from a broken template and promoted. The delta gate, the guard's CEL and the
deployers' rights each stop it alone, one promotion reaches one cell, and a roll-out goes cell by cell. Argo CD's options
are asserted as fields: that it heeds them is not proven here, for no Argo CD runs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from admission.policies import Request, refusals
from admission.rights import Act, Rights, service_account
from fleet import names
from fleet.cell import Cell
from fleet.model import Fleet
from fleet.waves import waves
from k8s import bundling, oci, service
from k8s import cell as inside
from k8s.gitops import PROJECTS
from k8s.vocabulary import ARGOCD, DELETION_APPROVED
from ops.promotion.image import Image, files
from ops.promotion.plan import Plan, Seen, decide
from tests.k8s.plurals import plural

Document = dict[str, Any]
Documents = Callable[[Cell], list[Document]]
Break = Callable[[Document], Document | None]
TODAY = date(2026, 11, 25)


@contextmanager
def broken_template(edit: Break) -> Iterator[None]:
    """Every object of every cell goes through an edit, or is left out: one line in what all templates share."""
    layers, hosted, known = inside.LAYERS, service.hosted, service.known

    def through(make: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *of: [one for one in map(edit, make(*of)) if one is not None]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inside, "LAYERS", {name: (wave, through(make)) for name, (wave, make) in layers.items()})
        patch.setattr(service, "hosted", through(hosted))
        patch.setattr(service, "known", through(known))
        yield


def without_namespaces(one: Document) -> Document | None:
    return None if one["kind"] == "Namespace" else one


def with_namespaces_unrendered(one: Document) -> Document | None:
    """What a template with a misspelt variable makes."""
    if one["kind"] != "Namespace":
        return one
    return {**one, "metadata": {**one["metadata"], "name": f"no-value-{one['metadata']['name']}"}}


@dataclass(frozen=True)
class Attempt:
    """One promotion that somebody tries."""

    cell: Cell
    channel: str
    lost: list[Document]
    """Namespaces that the bundle had."""
    plan: Plan


def attempts(fleet: Fleet, cells: list[Cell], edit: Break) -> list[Attempt]:
    """Every bundle of some cells, made from the broken template, onto the one made from the whole one."""
    right = {(job.cell.name, job.channel): made(job) for job in bundling.jobs(fleet, cells)}
    with broken_template(edit):
        wrong = [(job, made(job)) for job in bundling.jobs(fleet, cells)]
    found = []
    for job, new in wrong:
        old = right[job.cell.name, job.channel]
        seen = Seen(
            current=Image(old.manifest),
            previous=None,
            target=Image(new.manifest),
            stored=False,
            lacking=(),
            standing=files(old.layer),
            wanted=files(new.layer),
        )
        lost = [dict(one) for objects in seen.standing.values() for one in objects if one["kind"] == "Namespace"]
        found.append(Attempt(job.cell, job.channel, lost, decide(fleet, job.cell, job.channel, seen, TODAY)))
    return found


def made(job: bundling.Job) -> oci.Bundle:
    return oci.bundle(job.files(), cell=job.cell.name, channel=job.channel)


@pytest.fixture(scope="module")
def everywhere(fleet: Fleet) -> list[Attempt]:
    return attempts(fleet, list(fleet.cells), without_namespaces)


def test_it_would_have_been_every_cluster(fleet: Fleet, everywhere: list[Attempt]) -> None:
    assert len({attempt.cell.name for attempt in everywhere}) == len(fleet.cells) == 24
    assert all(attempt.lost for attempt in everywhere)
    assert sum(len(attempt.lost) for attempt in everywhere) > 400


# --- the delta gate, alone --------------------------------------------------------------------------------------


def test_the_delta_gate_alone_stops_every_promotion_of_every_cell(everywhere: list[Attempt]) -> None:
    for attempt in everywhere:
        for space in attempt.lost:
            said = f"Namespace {space['metadata']['name']}: would no longer be in the bundle"
            assert any(line.startswith(said) for line in attempt.plan.against), (attempt.cell.name, said)


@pytest.mark.parametrize(
    "edit",
    [with_namespaces_unrendered, lambda _one: None, lambda one: one if one["kind"] == "Namespace" else None],
    ids=["a misspelt variable", "nothing rendered at all", "nothing but namespaces"],
)
def test_other_broken_templates_are_stopped_as_well(fleet: Fleet, edit: Break) -> None:
    tried = attempts(fleet, [fleet.cell("use1-a"), fleet.cell("euc1-f")], edit)
    assert [(one.cell.name, one.channel) for one in tried if not one.plan.against] == []


# --- the guard's CEL, alone -------------------------------------------------------------------------------------


def deletion(one: Document, *, annotated: str | None = None) -> Request:
    """Somebody with every right deletes an object."""
    annotations = {} if annotated is None else {DELETION_APPROVED: annotated}
    metadata = {**one["metadata"], "annotations": {**one["metadata"].get("annotations", {}), **annotations}}
    group, _, version = one["apiVersion"].rpartition("/")
    return Request("DELETE", group, version, plural(one), old={**one, "metadata": metadata}, user="root")


@pytest.mark.parametrize("annotated", [None, "true", "yes"], ids=["plain", "annotated with true", "with yes"])
def test_the_guards_cel_alone_refuses_each_deletion_in_each_cell(
    everywhere: list[Attempt], documents: Documents, annotated: str | None
) -> None:
    for attempt in everywhere:
        for space in attempt.lost:
            said = refusals(documents(attempt.cell), deletion(space, annotated=annotated))
            assert len(said) == 1
            assert said[0].startswith("fleet-namespace-deletion: this namespace carries no annotation")


def test_nodes_are_guarded_like_namespaces(fleet: Fleet, documents: Documents) -> None:
    for cell in fleet.cells:
        guarded = [one for one in documents(cell) if one["kind"] in ("NodePool", "EC2NodeClass")]
        assert guarded
        for one in guarded:
            [said] = refusals(documents(cell), deletion(one))
            assert said.startswith("fleet-nodepool-deletion: ")
            assert refusals(documents(cell), deletion(one, annotated=one["metadata"]["name"])) == ()


def test_a_definition_is_guarded_whoever_installed_it(fleet: Fleet, documents: Documents) -> None:
    definition = {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": "nodepools.karpenter.sh"},
    }
    asked = Request("DELETE", "apiextensions.k8s.io", "v1", "customresourcedefinitions", old=definition)
    for cell in fleet.cells:
        assert [said.partition(":")[0] for said in refusals(documents(cell), asked)] == ["fleet-crd-deletion"]


def test_an_object_that_names_itself_is_let_go(fleet: Fleet, documents: Documents) -> None:
    of = documents(fleet.cell("use1-a"))
    [space] = [one for one in of if one["kind"] == "Namespace" and one["metadata"]["name"] == "sessions"]
    assert refusals(of, deletion(space, annotated="sessions")) == ()


# --- the deployers' rights, alone -------------------------------------------------------------------------------


def test_the_deployers_rights_alone_allow_no_deletion_of_anything(fleet: Fleet, documents: Documents) -> None:
    for cell in fleet.cells:
        rights = Rights(documents(cell))
        for name in PROJECTS.values():
            who = service_account(ARGOCD, name)
            for one in documents(cell):
                group, space = one["apiVersion"].rpartition("/")[0], one["metadata"].get("namespace", "")
                for verb in ("delete", "deletecollection", "*"):
                    assert not rights.allow(who, Act(verb, group, plural(one), space, one["metadata"]["name"]))
            for group, resource in (
                ("apiextensions.k8s.io", "customresourcedefinitions"),
                ("karpenter.sh", "nodeclaims"),
                ("", "nodes"),
                ("", "pods"),
            ):
                assert not rights.allow(who, Act("delete", group, resource))
            assert not rights.allow(who, Act("impersonate", "", "serviceaccounts"))


def test_argo_cd_deploys_as_those_deployers_and_as_nobody_else(fleet: Fleet, documents: Documents) -> None:
    for cell in fleet.cells:
        projects = {one["metadata"]["name"]: one["spec"] for one in documents(cell) if one["kind"] == "AppProject"}
        for application in [one["spec"] for one in documents(cell) if one["kind"] == "Application"]:
            accounts = projects[application["project"]]["destinationServiceAccounts"]
            space = application["destination"]["namespace"]
            named = {one["defaultServiceAccount"] for one in accounts if one["namespace"] in ("*", space)}
            assert named == {f"{ARGOCD}:{PROJECTS[application['project']]}"}


@pytest.mark.parametrize(("of", "project"), [("platform", "platform"), ("services", "services")])
def test_a_platform_that_cannot_delete_still_updates_itself(
    cells: list[Cell], files: Callable[[Cell], dict[str, list[Document]]], documents: Documents, of: str, project: str
) -> None:
    """Its own roles and its guard included: `escalate` and `bind` are what that takes."""
    for cell in cells:
        rights, who = Rights(documents(cell)), service_account(ARGOCD, PROJECTS[project])
        for file, objects in files(cell).items():
            for one in objects if file.startswith(f"{of}/") else ():
                assert rights.allow_writing(who, one, plural(one)), (cell.name, one["kind"], one["metadata"]["name"])


def test_a_service_cannot_write_what_is_the_platforms(fleet: Fleet, documents: Documents) -> None:
    cell = fleet.cell("use1-a")
    rights, who = Rights(documents(cell)), service_account(ARGOCD, "service-deployer")
    mine = {"ClusterRole", "ClusterRoleBinding", "NodePool", "ValidatingAdmissionPolicy", "Application", "AppProject"}
    for one in documents(cell):
        if one["kind"] in mine:
            assert not rights.allow_writing(who, one, plural(one)), one["kind"]


# --- what is left: one cell -------------------------------------------------------------------------------------


def test_one_promotion_reaches_one_cell(fleet: Fleet, everywhere: list[Attempt], documents: Documents) -> None:
    """Each cell reads its own repository only, and a bundle of one cell is refused in every other."""
    repositories = {cell.name: (cell.region.name, names.bundle_repository(cell)) for cell in fleet.cells}
    assert len(set(repositories.values())) == 24
    for cell in fleet.cells:
        sources = {one["spec"]["source"]["repoURL"] for one in documents(cell) if one["kind"] == "Application"}
        foreign = {names.bundle_repository(other) for other in fleet.cells if other is not cell}
        assert not {source for source in sources for other in foreign if source.endswith(f"/{other}")}
    attempt = next(one for one in everywhere if one.channel == "platform")
    seen = Seen(current=None, previous=None, target=attempt.plan.target, stored=True, lacking=())
    for cell in fleet.cells:
        against = decide(fleet, cell, "platform", seen, TODAY).against
        assert (attempt.cell is cell) is not any("was made for" in said for said in against)


def test_waves_bound_a_change_of_every_bundle_to_one_cell_at_a_time(fleet: Fleet, everywhere: list[Attempt]) -> None:
    """The broken template touches every bundle of every cell. What nobody refused would stop at the first cell's bake."""
    touched = [(attempt.cell.name, attempt.channel) for attempt in everywhere]
    found = waves(fleet, [], touched)
    assert [len(wave.cells) for wave in found] == [1] * 24
    assert {wave.cells[0] for wave in found} == {cell.name for cell in fleet.cells}
    assert sorted(bundle for wave in found for bundle in wave.bundles) == sorted(touched)
    for wave in found:
        assert {cell for cell, _ in wave.bundles} == set(wave.cells)


def test_argo_cd_is_told_to_leave_what_a_bundle_has_lost(fleet: Fleet, documents: Documents) -> None:
    """Fields. That Argo CD heeds them is not proven here."""
    for cell in fleet.cells:
        for one in documents(cell):
            options = one["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-options", "")
            if one["kind"] in ("Namespace", "NodePool", "EC2NodeClass", "Application", "AppProject"):
                assert {"Prune=confirm", "Delete=confirm"} <= set(options.split(",")), one["metadata"]["name"]
            if one["kind"] == "Application":
                automated = one["spec"]["syncPolicy"]["automated"]
                assert automated == {"prune": False, "selfHeal": True, "allowEmpty": False}
                assert "finalizers" not in one["metadata"]
