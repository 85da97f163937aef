"""The published JSON Schemas are the model's, and every blueprint file is what they describe."""

from __future__ import annotations

from pathlib import Path

import jsonschema_rs
import pytest

from fleet import yamlfile
from fleet.schema import schemas
from ops.diff import machine
from ops.schema import texts, write

ROOT = Path(__file__).parents[2]
HOMES = {
    "fleet.schema.json": ["*/fleet.yaml"],
    "services.schema.json": ["*/services/*.yaml"],
    "image.schema.json": ["*/images/*.yaml"],
    "mirror.schema.json": ["*/mirror.yaml"],
    "exception.schema.json": ["*/exceptions/*.yaml"],
    "placements.schema.json": ["*/placements.yaml"],
}
FILES = [
    pytest.param(name, file, id=file.relative_to(ROOT / "blueprints").as_posix())
    for name, patterns in HOMES.items()
    for pattern in patterns
    for file in sorted((ROOT / "blueprints").glob(pattern))
]


def plain(value):
    """As an editor sees it: a mapping's keys are text."""
    if isinstance(value, dict):
        return {str(key): plain(part) for key, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, list) else value


def test_the_committed_schemas_are_the_models():
    committed = {file.name: file.read_text(encoding="utf-8") for file in (ROOT / "schemas").iterdir()}
    assert committed == texts(), "run `hypercell schema`"


@pytest.mark.parametrize(("name", "file"), FILES)
def test_every_file_of_every_blueprint_fits_its_schema_and_names_it(name, file):
    jsonschema_rs.validator_for(schemas()[name]).validate(plain(yamlfile.read(file).content))
    first = file.read_text(encoding="utf-8").partition("\n")[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert (file.parent / first.partition("=")[2]).resolve() == ROOT / "schemas" / name


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("fleet.schema.json", {"fleet": "Skyline"}),
        ("services.schema.json", {"team": "a", "services": {"b": {"tier": 9}}}),
        ("image.schema.json", {"repository": "a", "digest": "latest"}),
        ("placements.schema.json", {"us-east-1": ["a"]}),
        ("mirror.schema.json", {"charts": {"keda": {"2.20.2": {"digest": "sha256:0"}}}}),
        ("exception.schema.json", {"action": "wipe", "resources": ["Namespace a"], "cells": ["use1-a"]}),
    ],
)
def test_the_schemas_refuse_what_the_loader_refuses(name, content):
    assert not jsonschema_rs.validator_for(schemas()[name]).is_valid(content)


def test_every_field_with_a_text_below_it_has_its_description():
    fleet = schemas()["fleet.schema.json"]
    assert (
        fleet["properties"]["removed"]["description"]
        == "Tombstones by what stood there: `<region>/<cell>`, `<region>`, `streams/<name>` and so on (docs/components/change.md)."
    )
    assert fleet["$defs"]["Cell"]["properties"]["release"]["description"].startswith(
        "The platform release of this cell"
    )


def test_what_other_files_say_is_no_part_of_the_platforms_schema():
    assert (
        not {"services", "images", "placements", "owners", "exceptions", "mirror"}
        & schemas()["fleet.schema.json"]["properties"].keys()
    )
    assert "Service" not in schemas()["fleet.schema.json"]["$defs"]


def test_writing_leaves_only_the_schemas(tmp_path):
    assert [file.name for file in write(tmp_path)] == [*HOMES, machine.FILE]
    assert sorted(file.name for file in tmp_path.iterdir()) == sorted([*HOMES, machine.FILE])
