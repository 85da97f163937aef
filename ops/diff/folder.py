"""One side of a comparison from a folder: a stored assembly, or `cdk.out` with `dist` beside it, as synthesis writes them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fleet.load import files as input_files
from fleet.load import load
from fleet.model import Fleet
from fleet.problem import FleetError
from fleet.record import FILE as RECORD
from fleet.record import Record, record
from ops import stored
from ops.delta.objects import Files
from ops.diff.parsed import Parsed
from ops.guard.snapshot import Snapshot, Stack, digest
from ops.promotion.image import Unusable

_MARK = ".hypercell"
"""File that synthesis leaves in a cell's folder; its text is the fleet and the cell."""
_AGAIN = "synthesize it again, as a whole: `hypercell synth --out FOLDER`"


@dataclass(frozen=True)
class _Places:
    """Where things lie."""

    templates: Path
    bundles: Path
    blueprint: Path | None
    """The files it was made from, when it says so itself."""
    code: Mapping[str, str]


def read(
    folder: Path, *, parsed: Parsed | None = None, origin: str | None = None, blueprint: Path | None = None
) -> Snapshot:
    """The whole fleet that lies in a folder.

    Args:
        parsed: what the other side was read with: equal texts are parsed once.
        origin: where it is from, for people; the folder when None.
        blueprint: of a folder that says nothing of the files it came from: taken for those, if its record is the same.

    Raises:
        Unusable: there is no assembly, a part of it is lacking, or something is not what it should be.
    """
    parsed = parsed or Parsed()
    places = _places(folder)
    said = _record(places.templates)
    fleet, inputs = _inputs(places.blueprint, parsed) if places.blueprint else _confirmed(blueprint, said)
    return Snapshot(
        origin=origin or str(folder),
        record=said,
        stacks=_stacks(places.templates, said, parsed),
        bundles=_bundles(places.bundles, said, parsed),
        fleet=fleet,
        files=inputs,
        code=places.code,
    )


def holds(folder: Path) -> bool:
    """Whether somebody who names this folder means an assembly."""
    return any((folder / mark).exists() for mark in (stored.FILE, "manifest.json", f"{stored.TEMPLATES}/manifest.json"))


def _places(folder: Path) -> _Places:
    if (folder / stored.FILE).exists():
        code = stored.opened(folder).code
        return _Places(folder / stored.TEMPLATES, folder / stored.BUNDLES, folder / stored.BLUEPRINT, code)
    if (folder / "manifest.json").is_file():
        return _Places(folder, folder.absolute().parent / stored.BUNDLES, None, {})
    if (folder / stored.TEMPLATES / "manifest.json").is_file():
        return _Places(folder / stored.TEMPLATES, folder / stored.BUNDLES, None, {})
    raise Unusable(f"{folder} holds no assembly: no {stored.FILE}, and no manifest.json of templates; {_AGAIN}")


def _record(templates: Path) -> Record:
    file = templates / RECORD
    try:
        return Record.model_validate_json(file.read_bytes())
    except FileNotFoundError:
        raise Unusable(f"{templates} has no {RECORD}: it is from before there was one; {_AGAIN}") from None
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "all of it"
        raise Unusable(f"{file} cannot be read ({where}: {first['msg']}); {_AGAIN}") from None


def _inputs(blueprint: Path, parsed: Parsed) -> tuple[Fleet | None, Mapping[str, str]]:
    """The fleet, as the code of now reads it, and its files."""
    texts = {
        file.relative_to(blueprint).as_posix(): file.read_text("utf-8", "replace") for file in input_files(blueprint)
    }
    return parsed.fleet(texts, blueprint), texts


def _confirmed(blueprint: Path | None, said: Record) -> tuple[Fleet | None, Mapping[str, str]]:
    """The same of a blueprint that somebody named, if it is what the record tells of."""
    if blueprint is None:
        return None, {}
    try:
        fleet = load(blueprint)
    except FleetError:
        return None, {}
    if record(fleet) != said:
        return None, {}
    return fleet, {file.relative_to(blueprint).as_posix(): file.read_text("utf-8") for file in input_files(blueprint)}


def _stacks(templates: Path, said: Record, parsed: Parsed) -> dict[str, Stack]:
    manifest = _json(templates / "manifest.json")
    try:
        artifacts: dict[str, Any] = {
            name: one for name, one in manifest["artifacts"].items() if one["type"] == "aws:cloudformation:stack"
        }
        if absent := sorted(said.stacks.keys() - artifacts.keys()):
            raise Unusable(f"{templates} lacks {_some(absent)}: a part of the fleet was synthesized; {_AGAIN}")
        if surplus := sorted(artifacts.keys() - said.stacks.keys()):
            raise Unusable(f"{templates} has {_some(surplus)}, which its {RECORD} does not know; {_AGAIN}")
        return {name: _stack(templates, name, artifacts[name], said, parsed) for name in said.stacks}
    except (KeyError, TypeError, AttributeError) as error:
        raise Unusable(f"{templates}/manifest.json is no manifest of the CDK ({error}); {_AGAIN}") from None


def _stack(templates: Path, name: str, artifact: Any, said: Record, parsed: Parsed) -> Stack:
    properties = artifact["properties"]
    file = templates / properties["templateFile"]
    try:
        text = file.read_bytes()
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}; {_AGAIN}") from None
    try:
        template = parsed.template(text)
    except ValueError as error:
        raise Unusable(f"{file} is cut off or damaged: it is no template ({error}); {_AGAIN}") from None
    # The CDK names the template's place in a bucket by its digest.
    known = str(properties.get("stackTemplateAssetObjectUrl", "")).rpartition("/")[2].removesuffix(".json")
    if known and f"sha256:{known}" != stored.digest(text):
        raise Unusable(f"{file} is not what was synthesized: its digest is not the one in manifest.json; {_AGAIN}")
    account, _, region = artifact["environment"].removeprefix("aws://").partition("/")
    if (account, region) != (said.stacks[name].account, said.stacks[name].region):
        raise Unusable(f"{name} is for {account}/{region} in manifest.json, and not in {RECORD}; {_AGAIN}")
    return Stack(name, account, region, template, digest(text.decode("utf-8")), properties.get("tags", {}))


def _bundles(bundles: Path, said: Record, parsed: Parsed) -> dict[tuple[str, str], Files]:
    standing = {one.cell for one in said.stacks.values() if one.cell is not None}
    found: dict[tuple[str, str], Files] = {}
    cells = set()
    for mark in sorted(bundles.glob(f"*/*/{_MARK}")):
        fleet, _, cell = mark.read_text("utf-8").strip().partition(" ")
        if fleet != said.fleet or cell not in standing:
            raise Unusable(f"{mark.parent} is of {fleet} {cell}, which {RECORD} does not know; {_AGAIN}")
        cells.add(cell)
        platform = _texts(mark.parent / "platform")
        if not platform:
            raise Unusable(f"{mark.parent}/platform holds no manifests; {_AGAIN}")
        found[cell, "platform"] = parsed.files(platform, f"{mark.parent}/platform")
        for name, text in _texts(mark.parent / "services").items():
            found[cell, f"service-{name}"] = parsed.files({name: text}, f"{mark.parent}/services")
    if absent := sorted(standing - cells):
        raise Unusable(f"{bundles} lacks the manifests of {_some(absent)}; {_AGAIN}")
    return found


def _texts(folder: Path) -> dict[str, bytes]:
    return {file.stem: file.read_bytes() for file in sorted(folder.glob("*.yaml"))}


def _json(file: Path) -> Any:
    try:
        return json.loads(file.read_bytes())
    except OSError as error:
        raise Unusable(f"{file}: {error.strerror}; {_AGAIN}") from None
    except ValueError as error:
        raise Unusable(f"{file} is cut off or damaged: it is no JSON ({error}); {_AGAIN}") from None


def _some(names: list[str]) -> str:
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more:,} more" if more > 0 else "")
