"""Keywords and formats that Kubernetes' schemas add to JSON schema, for jsonschema-rs."""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import jsonschema_rs

from admission.rules import Broken, Expression, Validations

_USUAL = {"protocol": "TCP"}
"""What a key is where neither the object nor its schema says so."""


class MapKeys:
    """`x-kubernetes-list-map-keys`: a list that is a map, and so holds each key once."""

    def __init__(self, parent_schema: dict[str, Any], value: list[str], _schema_path: list[Any]) -> None:
        properties = parent_schema.get("items", {}).get("properties", {})
        self._keys = {name: properties.get(name, {}).get("default", _USUAL.get(name)) for name in value}

    def validate(self, instance: Any) -> None:
        for broken in self.iter_errors(instance):
            raise broken

    def iter_errors(self, instance: Any) -> Iterator[Broken]:
        seen = set()
        for place, one in enumerate(instance if isinstance(instance, list) else ()):
            if not isinstance(one, dict):
                continue  # its type is another finding
            key = tuple(str(one.get(name, default)) for name, default in self._keys.items())
            if key in seen:
                named = ", ".join(f"{name} {value}" for name, value in zip(self._keys, key, strict=True))
                yield Broken(f"{named} stands twice in a list that holds each once; remove one", (place,))
            seen.add(key)


_SPAN = re.compile(r"[+-]?((\d+(\.\d*)?|\.\d+)\s*(ns|us|µs|ms|s|m|h|d|w|(second|minute|hour|day|week)s?)\s*)+")


def _go_duration(text: str) -> bool:
    """`1h30m`, `500ms`; also `3 days`, which the format takes and CEL does not."""
    return text == "0" or bool(_SPAN.fullmatch(text))


def _base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except binascii.Error:
        return False
    return True


def _network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return "/" in text


FORMATS = {"duration": _go_duration, "byte": _base64, "cidr": _network}
"""Beside those of JSON schema that Kubernetes checks in the same way. Formats unknown here are ignored, as there."""

_STRUCTURE = {"x-kubernetes-list-map-keys": MapKeys, "x-cel-variables": Expression}


class Validator:
    """A schema compiled with these keywords and formats."""

    def __init__(self, schema: dict[str, Any], registry: Any) -> None:
        self._schema, self._registry = schema, registry
        self._structure = self._compiled({})

    def _compiled(self, more: dict[str, Any]) -> Any:
        return jsonschema_rs.Draft202012Validator(
            self._schema, registry=self._registry, keywords=_STRUCTURE | more, formats=FORMATS, validate_formats=True
        )

    @cached_property
    def _whole(self) -> Any:
        return self._compiled({"x-kubernetes-validations": Validations})

    def structure(self, document: Any) -> list[jsonschema_rs.ValidationError]:
        """What is refused without asking rules in CEL."""
        return list(self._structure.iter_errors(document))

    def rules(self, document: Any) -> list[jsonschema_rs.ValidationError]:
        """What rules refuse in a document whose structure is right: an API server asks them of no other."""
        return list(self._whole.iter_errors(document))
