"""Pydantic's errors in the fleet's words: field, value, why, what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, get_args, get_origin

from pydantic import BaseModel

from fleet import descriptions
from fleet.document import AccountId, HostName, Key, RegionName
from fleet.model import Fleet
from fleet.problem import Finding, Path

ELSEWHERE = ("services", "images", "placements", "owners", "exceptions", "mirror")
"""Fields of the fleet that are read from files of their own, and stand in no fleet.yaml."""

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


def _pattern(annotation: Any) -> str:
    """The pattern of one of the document's own types."""
    return next(str(part.pattern) for part in get_args(annotation)[1:] if getattr(part, "pattern", None))


_LONGEST = 60
"""Characters of a value that a message repeats."""

# Kind of error -> what the value should be. What is not here is said in Pydantic's words.
_EXPECTED = {
    "dict_type": "a mapping",
    "model_type": "a mapping of fields",
    "model_attributes_type": "a mapping of fields",
    "tuple_type": "a list",
    "list_type": "a list",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
}
# Pattern -> what it stands for; others are shown as they are.
_PATTERNS = {
    _pattern(Key): "a name of lower case letters, digits and single dashes",
    _pattern(RegionName): "a region like us-east-1",
    _pattern(AccountId): "an account id of 12 digits",
    _pattern(HostName): "a host name like api.example.com",
}
_BOUNDS = {
    "greater_than_equal": ("is less than", "ge"),
    "greater_than": ("is not more than", "gt"),
    "less_than_equal": ("is more than", "le"),
    "less_than": ("is not less than", "lt"),
}


def finding(details: ErrorDetails) -> Finding:
    """One of pydantic's errors as a finding."""
    path: Path = tuple(part for part in details["loc"] if part != "[key]")
    if "[key]" in details["loc"]:
        return Finding(path, _key(str(path[-1]), details))
    return Finding(path, _message(path, details))


def _key(key: str, details: ErrorDetails) -> str:
    """What is wrong with a key of a mapping."""
    kind, context = details["type"], details.get("ctx", {})
    if kind == "string_pattern_mismatch":
        return f"{_shown(key)} is no name to use here; use {_wanted(context['pattern'])}"
    if kind == "string_too_long":
        return f"{_shown(key)} is too long for a name; use at most {context['max_length']} characters"
    if kind == "string_type":
        return f"{key} is no text; quote it"
    if kind == "int_parsing":
        return f"{_shown(key)} is no whole number; number the keys here"
    if kind in _BOUNDS:
        why, bound = _BOUNDS[kind]
        return f"{key} {why} {context[bound]}; use another number"
    return f"{_shown(key)} is no key to use here; {_lower(details['msg'])}"


def _message(path: Path, details: ErrorDetails) -> str:
    value, kind, context = details["input"], details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown field{nearest(str(path[-1]), _fields_at(path[:-1]))}"
    if kind == "missing":
        return f"is missing; add it{_meaning(path)}"
    if kind == "literal_error":
        allowed = context["expected"].replace(" or ", ", ").replace("'", "")
        close = nearest(value, allowed.split(", "), known=False) if isinstance(value, str) else ""
        return f"{_shown(value)} is not one of [{allowed}]{close}"
    if kind == "value_error":
        return f"{_shown(value)} {context['error']}"
    if kind == "string_pattern_mismatch":
        return f"{_shown(value)} is not {_wanted(context['pattern'])}{_meaning(path)}"
    if kind == "string_too_long":
        return f"{_shown(value)} is too long; use at most {context['max_length']} characters"
    if value is None:
        return f"is empty; write its value or remove the field{_meaning(path)}"
    if kind == "string_type" and isinstance(value, (int, float)):
        return f"{_shown(value)} is no text; quote it{_meaning(path)}"
    if kind in _BOUNDS:
        why, bound = _BOUNDS[kind]
        return f"{_shown(value)} {why} {context[bound]}{_meaning(path)}"
    expected = _EXPECTED.get(kind) or _lower(details["msg"]).removeprefix("input should be ")
    return f"{_shown(value)} should be {expected}{_meaning(path)}"


def _wanted(pattern: str) -> str:
    return _PATTERNS.get(pattern, f"of the form {pattern}")


def _shown(value: Any) -> str:
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, (list, tuple)):
        return "a list"
    text = ("true" if value else "false") if isinstance(value, bool) else repr(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]


def nearest(name: str, allowed: list[str], *, known: bool = True) -> str:
    """`; did you mean zones?`, or what is known here when nothing is near."""
    import difflib

    close = difflib.get_close_matches(name, allowed, n=1, cutoff=0.6)
    if close:
        return f"; did you mean {close[0]}?"
    return f"; known here: {', '.join(allowed)}" if allowed and known else ""


def _meaning(path: Path) -> str:
    """The field's own description, its first sentence."""
    model = _model_at(path[:-1])
    for name, info in model.model_fields.items() if model else ():
        text = descriptions.of(model).get(name) if model and path[-1] in (name, info.alias) else None
        if text:
            return f" ({text.partition('. ')[0].replace(chr(10), ' ').rstrip('.')})"
    return ""


def _fields_at(path: Path) -> list[str]:
    model = _model_at(path)
    elsewhere = ELSEWHERE if model is Fleet else ()
    fields = model.model_fields.items() if model else ()
    return [info.alias or name for name, info in fields if name not in elsewhere]


def _model_at(path: Path) -> type[BaseModel] | None:
    """The model that a path leads to, through mappings, lists and optional fields."""
    here: Any = Fleet
    for part in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = {info.alias or name: info for name, info in here.model_fields.items()}
            here = fields[str(part)].annotation if str(part) in fields else None
        else:
            here = _inside(here)
        here = _strip(here)
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def _strip(annotation: Any) -> Any:
    """Without `Annotated` and `| None`."""
    if get_origin(annotation) is Annotated:
        return _strip(get_args(annotation)[0])
    options = [option for option in get_args(annotation) if option is not type(None)]
    return _strip(options[0]) if len(options) == 1 and get_origin(annotation) not in (dict, tuple) else annotation


def _inside(annotation: Any) -> Any:
    """What a mapping or a list holds."""
    arguments = get_args(annotation)
    return (arguments[1] if get_origin(annotation) is dict else arguments[0]) if arguments else None
