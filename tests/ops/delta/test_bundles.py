"""Every kind of the real bundles of the canonical cell: deleted, renamed, moved away, crippled. Nothing passes."""

from __future__ import annotations

import copy
import json
import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fleet.load import load
from fleet.model import Fleet
from k8s import cell as inside
from k8s import service
from ops.delta.gate import Change, wiped
from ops.delta.objects import identity

Object = dict[str, Any]
Files = dict[str, list[Object]]
TODAY = date(2026, 11, 25)


@pytest.fixture(scope="module")
def bundles(fleet: Fleet) -> dict[str, Files]:
    """Channel to the bundle's files: the platform, and every service that the canonical cell hosts or knows."""
    cell = fleet.cell("use1-a")
    services = {f"service-{name}": {name: documents} for name, documents in inside.services(cell).items()}
    made: dict[str, Files] = json.loads(json.dumps({"platform": inside.layers(cell)} | services))
    return made


@pytest.fixture(scope="module")
def refused(fleet: Fleet, bundles: dict[str, Files]) -> Callable[[str, Files], set[str]]:
    """Actions of what speaks against a bundle in the place of the real one."""
    return lambda channel, new: {
        one.action for one in wiped(Change("use1-a", channel, bundles[channel], new), fleet, TODAY)
    }


def kinds(files: Files) -> list[tuple[str, str]]:
    return sorted({identity(one)[:2] for objects in files.values() for one in objects})


def each(files: Files, edit: Callable[[Object], Object | None]) -> Files:
    """The bundle with each object edited, or left out where the edit gives None."""
    edited = {name: [edit(copy.deepcopy(one)) for one in objects] for name, objects in files.items()}
    return {name: [one for one in objects if one is not None] for name, objects in edited.items()}


def test_every_bundle_promotes_onto_itself(bundles: dict[str, Files], refused) -> None:
    assert len(bundles) > 6
    assert {channel: refused(channel, copy.deepcopy(files)) for channel, files in bundles.items()} == {
        channel: set() for channel in bundles
    }


def test_no_kind_can_vanish_from_any_bundle(bundles: dict[str, Files], refused) -> None:
    passed = [
        (channel, kind)
        for channel, files in bundles.items()
        for kind in kinds(files)
        if not refused(channel, each(files, lambda one, kind=kind: None if identity(one)[:2] == kind else one))
    ]
    assert passed == []
    assert len({kind for files in bundles.values() for kind in kinds(files)}) > 35


def test_no_kind_can_be_renamed_in_any_bundle(bundles: dict[str, Files], refused) -> None:
    def renamed(kind: tuple[str, str]) -> Callable[[Object], Object]:
        def edit(one: Object) -> Object:
            if identity(one)[:2] == kind:
                one["metadata"]["name"] += "-2"
            return one

        return edit

    passed = [
        (channel, kind)
        for channel, files in bundles.items()
        for kind in kinds(files)
        if not refused(channel, each(files, renamed(kind)))
    ]
    assert passed == []


def test_no_kind_can_be_moved_to_another_namespace(bundles: dict[str, Files], refused) -> None:
    def moved(kind: tuple[str, str]) -> Callable[[Object], Object]:
        def edit(one: Object) -> Object:
            if identity(one)[:2] == kind:
                one["metadata"]["namespace"] = "elsewhere"
            return one

        return edit

    passed = [
        (channel, kind)
        for channel, files in bundles.items()
        for kind in kinds(files)
        if not refused(channel, each(files, moved(kind)))
    ]
    assert passed == []


def test_no_single_object_can_be_lost_from_the_canonical_cell(bundles: dict[str, Files], refused) -> None:
    """Its bundles have so few of each ordinary kind that one is over a tenth."""
    passed = []
    for channel, files in bundles.items():
        for who in [identity(one) for objects in files.values() for one in objects]:
            kept = {name: [one for one in objects if identity(one) != who] for name, objects in files.items()}
            if not refused(channel, kept):
                passed.append((channel, who))
    assert {who[1] for _, who in passed} <= {"NetworkPolicy"}, passed
    assert len(passed) < 3


def test_no_bundle_can_be_empty_and_no_layer_be_left_out(bundles: dict[str, Files], refused) -> None:
    for channel, files in bundles.items():
        assert "empty" in refused(channel, {}) & refused(channel, {name: [] for name in files})
        for layer in files if len(files) > 1 else ():
            assert "remove" in refused(channel, {name: objects for name, objects in files.items() if name != layer})


def _crippled(one: Object) -> Iterator[tuple[str, Object]]:
    """The ways in which an object of the real bundles is of no use any more, each with the word for it."""
    kind, spec = one["kind"], one.get("spec", {})

    def with_spec(**fields: Any) -> Object:
        return {**one, "spec": {**spec, **fields}}

    if kind == "Deployment":
        yield "scale-to-zero", with_spec(replicas=0)
    if kind == "HorizontalPodAutoscaler":
        yield "scale-to-zero", with_spec(minReplicas=0)
        yield "scale-to-zero", with_spec(maxReplicas=1, minReplicas=0)
    if kind == "ScaledObject":
        yield "scale-to-zero", with_spec(maxReplicaCount=0)
    if kind == "ResourceQuota":
        yield "quota-to-zero", with_spec(hard=dict.fromkeys(spec["hard"], "0"))
        for what in ("pods", "requests.cpu", "requests.memory"):
            yield "quota-to-zero", with_spec(hard={**spec["hard"], what: "0"})
    if kind == "NodePool":
        for what in spec["limits"]:
            yield "limits-to-zero", with_spec(limits={**spec["limits"], what: "0"})
    for field in ("selector", "podSelector", "workloadSelector", "scaleTargetRef", "serviceRef", "subnetSelectorTerms"):
        if field in spec:
            yield "change-selector", with_spec(**{field: {"matchLabels": {"nobody": "is-this"}}})
    if kind == "NetworkPolicy" and (spec.get("ingress") or spec.get("egress")):
        yield "deny-all", with_spec(ingress=[], egress=[])
    if kind == "AuthorizationPolicy" and spec.get("rules"):
        yield "deny-all", with_spec(rules=[])
        yield "deny-all", with_spec(action="DENY", rules=[{}])
    if kind == "Namespace":
        labels = {key: value for key, value in one["metadata"]["labels"].items() if "pod-security" not in key}
        yield "change-pod-security", {**one, "metadata": {**one["metadata"], "labels": labels}}
    options = one["metadata"].get("annotations", {}).get("argocd.argoproj.io/sync-options", "")
    if "Prune=" in options:
        yield "drop-protection", {**one, "metadata": {**one["metadata"], "annotations": {}}}
    if kind == "Application":
        for field in ("prune", "allowEmpty"):
            policy = {**spec["syncPolicy"], "automated": {**spec["syncPolicy"]["automated"], field: True}}
            yield "drop-protection", with_spec(syncPolicy=policy)
    if kind == "ValidatingAdmissionPolicy":
        yield "change-guard", with_spec(failurePolicy="Ignore")
        yield "change-guard", with_spec(validations=[{"expression": "true"}])
    if kind == "ValidatingAdmissionPolicyBinding":
        yield "change-guard", with_spec(validationActions=["Audit"])
    if kind == "ClusterRole":
        yield (
            "grant-deletion",
            {**one, "rules": [{**rule, "verbs": [*rule["verbs"], "delete"]} for rule in one["rules"]]},
        )


def test_nothing_real_can_be_wiped_by_edit(bundles: dict[str, Files], refused) -> None:
    done: dict[str, set[str]] = {}
    passed = []
    for channel, files in bundles.items():
        for layer, objects in files.items():
            for number, one in enumerate(objects):
                for action, crippled in _crippled(one):
                    new = {**files, layer: [*objects[:number], crippled, *objects[number + 1 :]]}
                    done.setdefault(action, set()).add(one["kind"])
                    if action not in refused(channel, new):
                        passed.append((channel, identity(one), action))
    assert passed == []
    assert set(done) == {
        "scale-to-zero", "quota-to-zero", "limits-to-zero", "change-selector", "deny-all", "change-pod-security",
        "drop-protection", "change-guard", "grant-deletion",
    }  # fmt: skip


def test_a_days_work_needs_no_exception(tmp_path: Path) -> None:
    """A release of every service, new node images, and half the weight for every cell."""
    shutil.copytree("blueprints/hypergrowth", tmp_path / "new")
    for image in (tmp_path / "new" / "images").glob("*.yaml"):
        image.write_text(re.sub("sha256:[0-9a-f]{64}", "sha256:" + "9" * 64, image.read_text()))
    file = tmp_path / "new" / "fleet.yaml"
    file.write_text(file.read_text().replace("v20261105", "v20261119").replace("weight: 100", "weight: 50"))
    old, new = (
        json.loads(json.dumps(inside.services(cell) | inside.layers(cell)))
        for cell in (load(folder).cell("use1-a") for folder in ("blueprints/hypergrowth", tmp_path / "new"))
    )
    assert {name for name in old if old[name] != new[name]} > {"compute", "sessions"}
    fleet = load(tmp_path / "new")
    found = {name: wiped(Change("use1-a", name, {name: old[name]}, {name: new[name]}), fleet, TODAY) for name in old}
    assert found == dict.fromkeys(old, ())


def test_a_service_that_moves_into_a_cell_needs_no_exception(fleet: Fleet) -> None:
    cell = fleet.cell("use1-a")
    for one in [one for one in fleet.services.values() if one.runs_in(cell.region)]:
        known, hosted = (
            {one.name: json.loads(json.dumps(make(one, cell)))} for make in (service.known, service.hosted)
        )
        channel = f"service-{one.name}"
        assert wiped(Change(cell.name, channel, known, hosted), fleet, TODAY) == (), one.name
        left = {said.action for said in wiped(Change(cell.name, channel, hosted, known), fleet, TODAY)}
        assert left == {"remove"}, one.name


def test_a_platform_that_grows_needs_no_exception_but_for_what_its_cell_loses(fleet: Fleet) -> None:
    """From `growth` to `hypergrowth`: more cells, markets, services, and one service that leaves the cell."""
    younger = load("blueprints/growth")
    old, new = (json.loads(json.dumps(inside.layers(one.cell("use1-a")))) for one in (younger, fleet))
    found = wiped(Change("use1-a", "platform", old, new), fleet, TODAY)
    assert [one.resources for one in found] == [("ClusterSecretStore.external-secrets.io service-flights-pricing",)]
