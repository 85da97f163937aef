"""Every document against what its API server would say."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from fleet.cell import Cell
from tests.k8s import schemas

Documents = Callable[[Cell], list[dict[str, Any]]]

needs_definitions = pytest.mark.skipif(
    not schemas.CRDS.is_dir(),
    reason=f"no definitions of custom resources: set HYPERCELL_CRDS, or put them at {schemas.CRDS}",
)


def _named(document: dict[str, Any]) -> str:
    return f"{document['kind']}/{document['metadata']['name']}"


def _without_schema(document: dict[str, Any]) -> bool:
    return (document["apiVersion"], document["kind"]) in schemas.WITHOUT_SCHEMA


@pytest.mark.parametrize("ahead", [0, 1], ids=["this-version", "the-next"])
def test_every_built_in_object_passes_the_strict_schema(cells: list[Cell], documents: Documents, ahead: int) -> None:
    refused = []
    for cell in cells:
        version = cell.release.kubernetes
        version = schemas.following(version) if ahead else version
        for document in documents(cell):
            if schemas.knows(version, document):
                refused += [(cell.name, _named(document), e) for e in schemas.core_errors(version, document)]
    assert refused == []


@needs_definitions
def test_every_custom_object_passes_its_definition(cells: list[Cell], documents: Documents) -> None:
    refused = []
    for cell in cells:
        for document in documents(cell):
            if not schemas.knows(cell.release.kubernetes, document) and not _without_schema(document):
                errors = schemas.custom_errors(document, rules=False)
                refused += [(cell.name, _named(document), error) for error in errors]
    assert refused == []


@needs_definitions
def test_every_custom_object_keeps_the_rules_of_its_definition(samples: list[Cell], documents: Documents) -> None:
    refused = []
    for cell in samples:
        for document in documents(cell):
            if not schemas.knows(cell.release.kubernetes, document) and not _without_schema(document):
                refused += [(cell.name, _named(document), error) for error in schemas.custom_errors(document)]
    assert refused == []


@needs_definitions
def test_no_kind_goes_unchecked_but_the_listed_ones(cells: list[Cell], documents: Documents) -> None:
    unchecked = {
        (document["apiVersion"], document["kind"])
        for cell in cells
        for document in documents(cell)
        if not schemas.knows(cell.release.kubernetes, document) and not schemas.defined(document)
    }
    assert unchecked == set(schemas.WITHOUT_SCHEMA)


@needs_definitions
def test_a_field_that_no_schema_knows_is_found_in_every_kind(samples: list[Cell], documents: Documents) -> None:
    slipped, seen = [], set()
    for cell in samples:
        version = cell.release.kubernetes
        for document in documents(cell):
            key = document["apiVersion"], document["kind"]
            if key in seen or key in schemas.WITHOUT_SCHEMA:
                continue
            seen.add(key)
            broken = copy.deepcopy(document)
            place = broken["spec"] if isinstance(broken.get("spec"), dict) else broken
            place["bogus"] = True
            core = schemas.knows(version, document)
            if not (schemas.core_errors(version, broken) if core else schemas.custom_errors(broken)):
                slipped.append(key)
    assert len(seen) > 35
    assert slipped == []


@needs_definitions
@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("NodePool", lambda spec: spec["disruption"]["budgets"][-1].pop("duration")),
        ("NodePool", lambda spec: spec["template"]["spec"]["requirements"].append({"key": "a.karpenter.sh/b", "operator": "Exists"})),
        ("EC2NodeClass", lambda spec: spec.update(role="another")),
        ("EC2NodeClass", lambda spec: spec["amiSelectorTerms"].append({"id": "ami-0123456789abcdef0"})),
        ("VirtualService", lambda spec: spec["http"][0].update(timeout="soon")),
    ],
)  # fmt: skip
def test_the_rules_of_definitions_are_really_asked(
    samples: list[Cell], documents: Documents, kind: str, change: Callable[[dict[str, Any]], object]
) -> None:
    document = next(d for d in documents(samples[-1]) if d["kind"] == kind)
    broken = copy.deepcopy(document)
    change(broken["spec"])
    assert schemas.custom_errors(document) == []
    assert schemas.custom_errors(broken) != []
