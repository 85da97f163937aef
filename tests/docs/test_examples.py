"""Every YAML block of the pages is part of a fleet that loads."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
import yaml

from fleet import yamlfile
from fleet.load import load
from tests.docs.pages import ROOT, pages

SCHEMAS = {
    r"fleet\.yaml": "fleet",
    r"services/[a-z-]+\.yaml": "services",
    r"images/[a-z-]+\.yaml": "image",
    r"placements\.yaml": "placements",
    r"mirror\.yaml": "mirror",
    r"exceptions/[a-z-]+\.yaml": "exception",
}
"""A file of a blueprint to its JSON Schema."""

BLOCKS = [(one.name, heading, block) for one in pages() for heading, block in one.blocks("yaml")]


def file_of(block: str) -> str:
    """The file that a block names in its first line; empty when it names none."""
    named = re.match(r"# ([\w./-]+)\n", block)
    return named[1] if named else ""


@pytest.mark.parametrize(("where", "block"), [(f"{page}: {heading}", block) for page, heading, block in BLOCKS])
def test_a_block_says_which_file_it_is_a_part_of(where: str, block: str):
    assert any(re.fullmatch(pattern, file_of(block)) for pattern in SCHEMAS), where


def merged(into: Any, part: Any) -> Any:
    if not (isinstance(into, dict) and isinstance(part, dict)):
        return part
    return into | {key: merged(into.get(key), value) for key, value in part.items()}


EXAMPLES: dict[tuple[str, str], list[str]] = {}
for _page, _heading, _block in BLOCKS:
    EXAMPLES.setdefault((_page, _heading), []).append(_block)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example[1])
def test_an_example_makes_another_fleet_that_loads(tmp_path: Path, example: tuple[str, str]):
    folder = tmp_path / "fleet"
    shutil.copytree(ROOT / "blueprints" / "hypergrowth", folder)
    for block in EXAMPLES[example]:
        name = file_of(block)
        file = folder / name
        before = yamlfile.read(file).content if file.exists() else None
        after = merged(before, yamlfile.parse(block, name).content)
        assert after != before, "the example changes nothing"
        file.parent.mkdir(exist_ok=True)
        file.write_text(yaml.safe_dump(after, sort_keys=False), encoding="utf-8")
        (schema,) = [schema for pattern, schema in SCHEMAS.items() if re.fullmatch(pattern, name)]
        text = (ROOT / "schemas" / f"{schema}.schema.json").read_text(encoding="utf-8")
        # As JSON: a generation's number is a key.
        jsonschema_rs.validate(json.loads(text), json.loads(json.dumps(after)))
    load(folder)


def test_there_are_examples():
    assert len(EXAMPLES) >= 4
