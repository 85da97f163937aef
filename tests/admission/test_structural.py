"""Structural schemas: what they name is taken, what they do not name is refused, defaults come first."""

from __future__ import annotations

from typing import Any

import pytest

from admission.custom import Definition, Definitions
from admission.judge import Judge

Document = dict[str, Any]


def said(spec: Document, value: Any, **of_spec: Any) -> list[str]:
    """Findings in `spec.field` of a custom object whose schema has that field."""
    schema = {
        "type": "object",
        "properties": {"spec": {"type": "object", "properties": {"field": spec}, **of_spec}},
    }
    judge = Judge(
        "1.35", Definitions({("t.example/v1", "Thing"): Definition("t.example", "v1", "Thing", True, schema)})
    )
    document = {
        "apiVersion": "t.example/v1",
        "kind": "Thing",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"field": value} if value is not ... else {},
    }
    return [str(finding) for finding in judge.judge(document).findings]


NUMBER = {"type": "integer", "format": "int32"}
PAIRS = {
    "type": "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["port", "protocol"],
    "items": {
        "type": "object",
        "properties": {"port": {"type": "integer"}, "protocol": {"type": "string", "default": "TCP"}},
    },
}


@pytest.mark.parametrize(
    ("schema", "good", "bad", "why"),
    [
        (
            {"type": "object", "properties": {"size": {"type": "string"}}},
            {"size": "a"},
            {"sise": "a"},
            'spec.field.sise: "a": unknown field; did you mean size?',
        ),
        ({"type": "object"}, {}, {"any": 1}, "spec.field.any: 1: unknown field; remove it"),
        (
            {"type": "object", "x-kubernetes-preserve-unknown-fields": True},
            {"any": {"thing": [1]}},
            "text",
            'spec.field: "text": is text, and takes a mapping; write it as that',
        ),
        (
            {
                "type": "object",
                "x-kubernetes-preserve-unknown-fields": True,
                "properties": {"known": {"type": "object", "properties": {"a": {"type": "string"}}}},
            },
            {"any": 1, "known": {"a": "b"}},
            {"any": 1, "known": {"c": "d"}},
            'spec.field.known.c: "d": unknown field; known here: a',
        ),
        (
            {"type": "object", "additionalProperties": {"type": "integer"}},
            {"any": 1},
            {"any": "1"},
            'spec.field.any: "1": is text, and takes a whole number; write it as that',
        ),
        (
            {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}]},
            "25%",
            True,
            "spec.field: true: is true or false, and takes a whole number or text; write it as that",
        ),
        (
            {"x-kubernetes-int-or-string": True, "pattern": "^[0-9]+%$"},
            5,
            "5",
            'spec.field: "5": is not of the form ^[0-9]+%$; write it so',
        ),
        ({"type": "string", "nullable": True}, None, 1, "spec.field: 1: is a whole number, and takes text; write it as that"),
        ({"type": "string"}, "a", None, "spec.field: null: is nothing, and takes text; write it as that"),
        (
            {"type": "string", "enum": ["On", "Off"]},
            "On",
            "on",
            'spec.field: "on": is none of its values; write On or Off',
        ),
        (NUMBER, 2**31 - 1, 2**31, "spec.field: 2147483648: is more than 2147483647; use at most that"),
        (
            {"type": "number", "minimum": 0, "exclusiveMinimum": True},
            0.1,
            0,
            "spec.field: 0: is not more than 0; use more",
        ),
        (
            {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
            ["a", "b"],
            ["a", "b", "a"],
            'spec.field: "a": stands twice in a list that holds each once; remove one',
        ),
        (
            PAIRS,
            [{"port": 1}, {"port": 1, "protocol": "UDP"}],
            [{"port": 1}, {"port": 1, "protocol": "TCP"}],
            "spec.field[1]: port 1, protocol TCP stands twice in a list that holds each once; remove one",
        ),
        ({"type": "string", "format": "duration"}, "1h30m", "soon", 'spec.field: "soon": is not of the format duration; write it so'),
        ({"type": "string", "format": "byte"}, "YQ==", "a b", 'spec.field: "a b": is not of the format byte; write it so'),
        ({"type": "string", "format": "ipv4"}, "10.0.0.1", "10.0.0.256", 'spec.field: "10.0.0.256": is not of the format ipv4; write it so'),
        ({"type": "string", "format": "date-time"}, "2026-11-25T10:00:00Z", "today", 'spec.field: "today": is not of the format date-time; write it so'),
        ({"type": "string", "format": "of-the-house"}, "anything", 1, "spec.field: 1: is a whole number, and takes text; write it as that"),
        (
            {"type": "object", "x-kubernetes-embedded-resource": True, "x-kubernetes-preserve-unknown-fields": True},
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {}},
            {"apiVersion": "v1", "metadata": {"name": "a"}},
            "spec.field.kind: is missing; add it",
        ),
        (
            {
                "type": "object",
                "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
                "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
            },
            {"a": "x"},
            {},
            "spec.field: gives none of a or b; give one",
        ),
    ],
    ids=lambda value: "",
)  # fmt: skip
def test_a_field_takes_what_its_schema_says_and_nothing_else(schema: Document, good: Any, bad: Any, why: str) -> None:
    assert said(schema, good) == []
    assert said(schema, bad) == [why]


def test_a_required_field_with_a_default_may_be_left_out() -> None:
    required = {"required": ["field"]}
    assert said({"type": "string"}, ..., **required) == ["spec.field: is missing; add it"]
    assert said({"type": "string", "default": "x"}, ..., **required) == []
    assert said({"type": "string", "default": "x"}, None, **required) == []


def test_defaults_are_judged_like_everything_else() -> None:
    assert said({"type": "object", "default": {}, "properties": {"n": {**NUMBER, "default": "x"}}}, ...) == [
        'spec.field.n: "x": is text, and takes a whole number; write it as that'
    ]


def test_metadata_of_a_custom_object_is_kubernetes_own() -> None:
    judge = Judge(
        "1.35",
        Definitions({("t.example/v1", "Thing"): Definition("t.example", "v1", "Thing", False, {"type": "object"})}),
    )
    document = {"apiVersion": "t.example/v1", "kind": "Thing", "metadata": {"name": "a", "label": {"x": "y"}}}
    assert str(judge.judge(document).findings[0]) == 'metadata.label: {"x": "y"}: unknown field; did you mean labels?'
