"""JSON Schemas of the fleet's files, for editors: names, units, bounds and reasons while typing."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import TypeAdapter

from fleet.document import Key, RegionName
from fleet.exemption import Exemption
from fleet.model import Fleet
from fleet.pins import Mirror
from fleet.service import Image, ServicesFile
from fleet.wording import ELSEWHERE

_DRAFT = "https://json-schema.org/draft/2020-12/schema"

Placements = Annotated[dict[RegionName, dict[Key, tuple[str, ...]]], "placements.yaml"]


def schemas() -> dict[str, dict[str, Any]]:
    """File name to schema."""
    fleet = Fleet.model_json_schema(by_alias=True)
    for field in ELSEWHERE:
        del fleet["properties"][field]
    fleet["$defs"] = _reached(fleet)
    return {
        "fleet.schema.json": titled(fleet, "fleet.yaml: what the platform decides"),
        "services.schema.json": titled(ServicesFile.model_json_schema(by_alias=True), "services/<team>.yaml"),
        "image.schema.json": titled(Image.model_json_schema(by_alias=True), "images/<service>.yaml"),
        "mirror.schema.json": titled(Mirror.model_json_schema(by_alias=True), "mirror.yaml"),
        "exception.schema.json": titled(Exemption.model_json_schema(by_alias=True), "exceptions/<id>.yaml"),
        "placements.schema.json": titled(
            TypeAdapter(Placements).json_schema(by_alias=True),
            "placements.yaml: region, service, cells; proposed by hypercell place, reviewed, then read",
        ),
    }


def titled(schema: dict[str, Any], title: str) -> dict[str, Any]:
    """With a title on top and none below: pydantic repeats each field's name as its title."""
    bare = _without_titles(schema)
    return {"$schema": _DRAFT, "title": title, **bare}


def _without_titles(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_without_titles(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    # A field may itself be called `title`; only a text is pydantic's.
    return {key: _without_titles(part) for key, part in schema.items() if key != "title" or not isinstance(part, str)}


def _reached(schema: dict[str, Any]) -> dict[str, Any]:
    """The definitions that are still referred to."""
    definitions: dict[str, Any] = schema["$defs"]
    found: dict[str, Any] = {}

    def walk(part: Any) -> None:
        if isinstance(part, list):
            for one in part:
                walk(one)
        elif isinstance(part, dict):
            name = str(part.get("$ref", "")).rpartition("/")[2]
            if name and name not in found:
                found[name] = definitions[name]
                walk(definitions[name])
            for one in part.values():
                walk(one)

    walk(schema["properties"])
    return dict(sorted(found.items()))
