"""Structural schemas of custom resources as closed JSON schemas, and the defaults that are filled in before.

A structural schema says which fields there are; what it does not name is pruned by an API server, and refused under
strict field validation, as here. Inside `allOf`, `anyOf`, `oneOf` and `not` it only adds conditions: nothing is closed
there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Schema = dict[str, Any]

OBJECT_META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"

_KEPT = frozenset({
    "type", "enum", "format", "pattern", "minimum", "maximum", "multipleOf", "minLength", "maxLength", "minItems",
    "maxItems", "minProperties", "maxProperties", "uniqueItems", "required", "allOf", "anyOf", "oneOf", "not",
    "default", "x-kubernetes-validations", "x-kubernetes-list-type", "x-kubernetes-list-map-keys"
})  # fmt: skip

INTEGERS = {"int32": (-(2**31), 2**31 - 1), "int64": (-(2**63), 2**63 - 1)}
"""Formats of integers, and what they hold."""


def closed(schema: Mapping[str, Any], meta: Schema, *, whole: bool = False) -> Schema:
    """A structural schema as a JSON schema that refuses every field it does not name.

    Args:
        meta: the schema of `metadata`, in objects and embedded objects.
        whole: the schema is that of an object, with apiVersion, kind and metadata.
    """
    kept = {key: value for key, value in schema.items() if key in _KEPT}
    _numbers(schema, kept)
    if schema.get("x-kubernetes-int-or-string"):
        kept["type"] = ["integer", "string"]
    if schema.get("nullable"):
        kept["type"] = [*_types(kept.get("type")), "null"]
        if "enum" in kept:
            kept["enum"] = [*kept["enum"], None]
    if schema.get("x-kubernetes-list-type") == "set":
        kept["uniqueItems"] = True
    if isinstance(schema.get("items"), dict):
        kept["items"] = closed(schema["items"], meta)
    _fields(schema, kept, meta, whole=whole or bool(schema.get("x-kubernetes-embedded-resource")))
    return kept


def _fields(schema: Mapping[str, Any], kept: Schema, meta: Schema, *, whole: bool) -> None:
    properties = {name: closed(part, meta) for name, part in schema.get("properties", {}).items()}
    if whole:
        text = {"type": "string", "minLength": 1}
        properties |= {"apiVersion": text, "kind": text, "metadata": meta}
        kept["required"] = sorted({*kept.get("required", ()), "apiVersion", "kind", "metadata"})
    if properties or "object" in _types(kept.get("type")):
        kept["properties"] = properties
    more = schema.get("additionalProperties")
    if isinstance(more, dict):
        kept["additionalProperties"] = closed(more, meta)
    elif more is None and "object" in _types(kept.get("type")):
        kept["additionalProperties"] = bool(schema.get("x-kubernetes-preserve-unknown-fields"))


def _types(given: Any) -> list[str]:
    return [] if given is None else [given] if isinstance(given, str) else list(given)


def _numbers(schema: Mapping[str, Any], kept: Schema) -> None:
    """Bounds as the newer JSON schema writes them, and those that a format implies."""
    for side in ("minimum", "maximum"):
        exclusive = f"exclusive{side.capitalize()}"
        if schema.get(exclusive) is True and side in kept:
            kept[exclusive] = kept.pop(side)
    least, most = INTEGERS.get(schema.get("format", ""), (None, None))
    if least is not None and schema.get("type") == "integer":
        kept.setdefault("minimum", least)
        kept.setdefault("maximum", most)


Fill = Callable[[Any], Any]
"""Takes a value and gives it back with defaults; what needs none is the same object."""


def filler(schema: Mapping[str, Any]) -> Fill | None:
    """How defaults are filled into values of a schema; None where there are none at any depth."""
    defaults = {name: part["default"] for name, part in schema.get("properties", {}).items() if "default" in part}
    inner = {name: own for name, part in schema.get("properties", {}).items() if (own := filler(part)) is not None}
    more, items = schema.get("additionalProperties"), schema.get("items")
    each = filler(more) if isinstance(more, dict) else None
    every = filler(items) if isinstance(items, dict) else None
    if not (defaults or inner or each or every):
        return None
    named = frozenset(schema.get("properties", ()))

    def fill(value: Any) -> Any:
        if isinstance(value, dict):
            # A null where there is a default is as good as absent.
            filled = {name: part for name, part in value.items() if part is not None or name not in defaults}
            filled |= {name: default for name, default in defaults.items() if name not in filled}
            return {
                name: inner[name](part) if name in inner else each(part) if each and name not in named else part
                for name, part in filled.items()
            }
        if isinstance(value, list) and every is not None:
            return [every(part) for part in value]
        return value

    return fill
