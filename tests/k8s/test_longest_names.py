"""The longest names that a fleet file takes still make objects that an API server takes."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fleet.load import load
from fleet.model import Fleet
from k8s import cell as inside
from tests.conftest import BLUEPRINTS
from tests.k8s.definitions import judge

SERVICE, TEAM, SECRET = "s" * 40, "t" * 40, "k" * 40
QUEUE = "q" * 20
"""As long as SQS lets it be beside such a service."""


@pytest.fixture
def longest(tmp_path: Path) -> Fleet:
    """The hypergrowth fleet with names as long as they may be."""
    folder = tmp_path / "hypergrowth"
    shutil.copytree(BLUEPRINTS / "hypergrowth", folder)

    def replace(name: str, *changes: tuple[str, str]) -> None:
        text = (folder / name).read_text("utf-8")
        for old, new in changes:
            assert old in text, f"{old!r} does not stand in {name}"
            text = text.replace(old, new)
        (folder / name).write_text(text, "utf-8")

    replace("fleet.yaml", ("fleet: skyline\n", f"fleet: {'f' * 12}\n"))
    replace("placements.yaml", ("slipstream", SERVICE))
    replace(
        "services/flights.yaml",
        ("slipstream", SERVICE),
        ("partner-keys", SECRET),
        ("queue: events", f"queue: {QUEUE}"),
        ("      events:", f"      {QUEUE}:"),
        ("team: flights", f"team: {TEAM}"),
    )
    (folder / "services" / "flights.yaml").rename(folder / "services" / f"{TEAM}.yaml")
    (folder / "images" / "slipstream.yaml").rename(folder / "images" / f"{SERVICE}.yaml")
    replace("fleet.yaml", ("  flights: {", f"  {TEAM}: {{"))
    return load(folder)


def test_every_object_of_a_fleet_of_long_names_is_taken(longest: Fleet) -> None:
    cell = longest.cell("use1-a")
    documents = [*inside.layers(cell).values(), *inside.services(cell).values()]
    named = {document["metadata"]["name"] for listed in documents for document in listed}  # type: ignore[index]
    assert SERVICE in named
    refused = []
    for listed in documents:
        for document in listed:
            judged = judge(cell.release.kubernetes).judge(json.loads(json.dumps(document)))
            refused += [f"{judged.title}: {finding}" for finding in judged.findings]
    assert refused == []
