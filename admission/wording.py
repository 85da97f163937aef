"""A validator's error as a finding: which field, what stands there, why it is refused, what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from jsonschema_rs import ValidationError
from jsonschema_rs import ValidationErrorKind as Kind

from admission.finding import NOTHING, Finding, Place, at
from admission.forms import WORDS
from admission.rules import Broken

_LISTED = 12
"""Names that are listed before the rest is only counted."""


def findings(errors: Sequence[ValidationError], schema: Mapping[str, Any]) -> list[Finding]:
    """Of the errors of one object, by place.

    Args:
        schema: what the errors' paths lead through.
    """
    said = [one for error in errors for one in _said(error, schema)]
    unique = {(one.place, one.message): one for one in said}
    return sorted(unique.values(), key=lambda one: (tuple(map(str, one.place)), one.message))


def _said(error: ValidationError, schema: Mapping[str, Any]) -> Iterator[Finding]:
    place, value = tuple(error.instance_path), error.instance
    match error.kind:
        case Kind.AdditionalProperties(names):
            known = _known(error, schema)
            for name in names:
                yield Finding((*place, name), at(value, (name,)), f"unknown field; {_instead(name, known)}")
        case Kind.Required(name):
            yield Finding((*place, str(name)), NOTHING, "is missing; add it")
        case Kind.PropertyNames(inner):
            yield Finding((*place, str(inner.instance)), NOTHING, f"its name {_bounds(inner)}")
        case Kind.UniqueItems():
            listed: list[Any] = value if isinstance(value, list) else []
            twice = next((one for number, one in enumerate(listed) if one in listed[:number]), NOTHING)
            yield Finding(place, twice, "stands twice in a list that holds each once; remove one")
        case Kind.Custom():
            yield _ours(error, place, value)
        case _:
            yield Finding(place, _short(value), _bounds(error))


def _ours(error: ValidationError, place: Place, value: Any) -> Finding:
    """Of a keyword of `keywords`. What is not raised as broken is a mistake in it, and no finding."""
    broken = error.__cause__
    if not isinstance(broken, Broken):
        raise broken or AssertionError(error.message)
    text = str(broken) if "; " in str(broken) else f"{broken}; change it"
    return Finding((*place, *broken.place), _short(at(value, broken.place)), text)


def _bounds(error: ValidationError) -> str:
    """Why a value is refused, and what to do."""
    match error.kind:
        case Kind.Type(types):
            return f"is {_named(error.instance)}, and takes {_either(_types(types))}; write it as that"
        case Kind.Enum(options):
            return f"is none of its values; write {_either([str(one) for one in options if one not in (None, '')])}"
        case Kind.Minimum(limit):
            return f"is less than {limit}; use at least that"
        case Kind.Maximum(limit):
            return f"is more than {limit}; use at most that"
        case Kind.ExclusiveMinimum(limit):
            return f"is not more than {limit}; use more"
        case Kind.ExclusiveMaximum(limit):
            return f"is not less than {limit}; use less"
        case Kind.MinLength(limit):
            return f"has fewer than {limit} characters; use at least so many"
        case Kind.MaxLength(limit):
            return f"has more than {limit} characters; shorten it"
        case Kind.MinItems(limit):
            return f"has fewer than {limit} entries; list at least so many"
        case Kind.MaxItems(limit):
            return f"has more than {limit} entries; remove some"
        case Kind.MinProperties(limit):
            return f"has fewer than {limit} fields; give at least so many"
        case Kind.MaxProperties(limit):
            return f"has more than {limit} fields; remove some"
        case Kind.Pattern(pattern):
            return WORDS.get(pattern) or f"is not of the form {pattern}; write it so"
        case Kind.Format(name):
            return f"is not of the format {name}; write it so"
        case Kind.OneOfMultipleValid():
            return "gives more than one of several alternatives; keep one"
        case Kind.OneOfNotValid(branches) | Kind.AnyOf(branches):
            return _alternatives(error, branches)
        case _:
            return f"{error.message}; change it"


def _alternatives(error: ValidationError, branches: Sequence[Sequence[ValidationError]]) -> str:
    """Alternatives are between fields that are required, or between types."""
    fields: dict[str, None] = {}
    types: list[str] = []
    for inner in (one for branch in branches for one in branch):
        match inner.kind:
            case Kind.Required(name):
                fields[str(name)] = None
            case Kind.Type(names):
                types += _types(names)
            case _:
                return _bounds(inner)
    if fields:
        return f"gives none of {_either(list(fields))}; give one"
    return f"is {_named(error.instance)}, and takes {_either(list(dict.fromkeys(types)))}; write it as that"


def _known(error: ValidationError, schema: Mapping[str, Any]) -> list[str]:
    """The fields that may stand where one is unknown."""
    here = at(schema, list(error.schema_path)[:-1])
    return sorted(here.get("properties", ())) if isinstance(here, dict) else []


def _instead(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    if not known:
        return "remove it"
    more = len(known) - _LISTED
    return f"known here: {', '.join(known[:_LISTED])}" + (f" and {more} more" if more > 0 else "")


def _either(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} or {names[-1]}"


_WORDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "object": "a mapping",
    "array": "a list",
    "null": "nothing",
}


def _types(names: Sequence[str]) -> list[str]:
    return [_WORDS[name] for name in names if name != "null" or len(names) == 1]


def _named(value: Any) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return "true or false"
    kinds: tuple[tuple[type, str], ...] = (
        (str, "string"), (int, "integer"), (float, "number"), (dict, "object"), (list, "array")
    )  # fmt: skip
    return next((_WORDS[name] for kind, name in kinds if isinstance(value, kind)), type(value).__name__)


def _short(value: Any) -> Any:
    """A mapping or a list is not shown as a value: its place says which it is."""
    return NOTHING if isinstance(value, (dict, list)) else value
