"""Every object of every cell before what its API server would say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from admission.cell import Stands, together
from admission.podsecurity import EXCEPTION
from fleet.cell import Cell
from k8s.vocabulary import POD_SECURITY_EXCEPTION
from tests.k8s.definitions import UNCHECKED, judge, needs_definitions

Documents = Callable[[Cell], list[dict[str, Any]]]
Files = Callable[[Cell], dict[str, list[dict[str, Any]]]]


def test_every_object_passes_the_schemas_of_its_cells_version_and_of_the_next(
    cells: list[Cell], documents: Documents
) -> None:
    refused = []
    for cell in cells:
        one = judge(cell.release.kubernetes)
        for document in documents(cell):
            judged = one.judge(document)
            refused += [f"{cell.name}: {judged.title}: {finding}" for finding in judged.findings]
    assert refused == []


def test_two_versions_are_asked(cells: list[Cell]) -> None:
    from admission.builtin import judged_by

    assert {len(judged_by(cell.release.kubernetes)) for cell in cells} == {2}


@needs_definitions
def test_no_kind_goes_unchecked_but_the_listed_ones(cells: list[Cell], documents: Documents) -> None:
    unchecked = set()
    for cell in cells:
        one = judge(cell.release.kubernetes)
        for document in documents(cell):
            if one.judge(document).unchecked:
                unchecked.add((document["apiVersion"], document["kind"]))
    assert unchecked == set(UNCHECKED)


def test_the_objects_of_a_cell_fit_together_and_pods_are_restricted_where_nobody_says_otherwise(
    cells: list[Cell], files: Files, tmp_path: Any
) -> None:
    for cell in cells:
        one = judge(cell.release.kubernetes)
        standing = [
            Stands(tmp_path / f"{name}.yaml", place, one.judge(document))
            for name, documents in files(cell).items()
            for place, document in enumerate(documents)
        ]
        found, exempt = together(standing)
        assert [f"{cell.name}: {one.judged.title}: {finding}" for one, finding in found] == []
        looser = {"observability-agents", "istio-cni"} if cell.region.meshed else {"observability-agents"}
        assert {exception.namespace for exception in exempt} == looser
        assert all(len(exception.reason.split()) > 5 for exception in exempt)


def test_platform_and_judge_mean_the_same_annotation() -> None:
    assert POD_SECURITY_EXCEPTION == EXCEPTION


@pytest.mark.parametrize("kind", ["Deployment", "OpenTelemetryCollector"])
def test_pods_are_looked_for_where_fleets_have_them(samples: list[Cell], documents: Documents, kind: str) -> None:
    cell = samples[-1]
    judged = [judge(cell.release.kubernetes).judge(one) for one in documents(cell) if one["kind"] == kind]
    assert judged
    assert all(one.pods or one.unchecked for one in judged)
