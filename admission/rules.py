"""Rules in CEL: compiled once, asked with values typed as their schemas say, and never passed over.

A rule that cannot be parsed, that uses a function unknown here or that fails while it is evaluated is a finding with
its name: an API server would refuse the definition or the object, and what nobody evaluated is no verdict.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

import cel

from admission.finding import Place
from admission.functions import CORE, FUNCTIONS

_RESERVED = frozenset({
    "true", "false", "null", "in", "as", "break", "const", "continue", "else", "for", "function", "if", "import",
    "let", "loop", "package", "namespace", "return", "var", "void", "while"
})  # fmt: skip
"""Words of CEL that a property may have as its name; rules then write `__namespace__`."""
_SPELLED = (("__", "__underscores__"), (".", "__dot__"), ("-", "__dash__"), ("/", "__slash__"))


class Broken(ValueError):
    """A rule does not hold, or cannot be asked."""

    def __init__(self, message: str, place: Place = ()) -> None:
        super().__init__(message)
        self.place = place
        """Where in the value the rule points, beyond where it stands (`fieldPath`)."""


class Validations:
    """The keyword `x-kubernetes-validations` of a schema, as jsonschema-rs calls it."""

    def __init__(self, parent_schema: dict[str, Any], value: list[dict[str, Any]], _schema_path: list[Any]) -> None:
        self._schema, self._rules = parent_schema, value

    def validate(self, instance: Any) -> None:
        for broken in self.iter_errors(instance):
            raise broken

    def iter_errors(self, instance: Any) -> Iterator[Broken]:
        if instance is None:
            return
        given = context(self=typed(self._schema, instance))
        for rule in self._rules:
            broken = _asked(rule, given)
            if broken is not None:
                yield broken


_BOUND = re.compile(r"\.(?:all|exists|exists_one|map|filter)\(\s*(\w+)\s*,")


class Expression:
    """The keyword `x-cel-variables`: a text that is an expression, and reads no other names than these."""

    def __init__(self, _parent_schema: dict[str, Any], value: list[str], _schema_path: list[Any]) -> None:
        self._known = frozenset(value)

    def validate(self, instance: Any) -> None:
        if not isinstance(instance, str):
            return
        try:
            read = variables(instance) - set(_BOUND.findall(instance))
        except Unanswerable as error:
            raise Broken(f"the expression {error}; mend it") from None
        for name in sorted(read - self._known):
            raise Broken(f"reads {name}, which nobody gives it; it is given {', '.join(sorted(self._known))}")


def _asked(rule: Mapping[str, Any], given: Any) -> Broken | None:
    expression = rule["rule"]
    try:
        if "oldSelf" in variables(expression):
            # A rule about a change: nothing stood here before.
            if not rule.get("optionalOldSelf"):
                return None
            given.add_variable("oldSelf", cel.OptionalValue.none())
        if evaluate(expression, given) is True:
            return None
    except Unanswerable as error:
        said = f"{_line(rule['message'])}: " if rule.get("message") else ""
        return Broken(f"{said}the rule `{_line(expression)}` {error}")
    return Broken(_message(rule, given), _pointed(rule.get("fieldPath", "")))


def _message(rule: Mapping[str, Any], given: Any) -> str:
    """Of `messageExpression` where it yields one; an API server falls back the same way."""
    expression = rule.get("messageExpression")
    if expression:
        try:
            said = evaluate(expression, given)
        except Unanswerable:
            said = ""
        if isinstance(said, str) and said.strip() and "\n" not in said:
            return said
    return _line(rule.get("message") or f"the rule `{rule['rule']}` does not hold")


def _line(text: str) -> str:
    return " ".join(text.split())


def _pointed(path: str) -> Place:
    """`.spec.ports` -> `("spec", "ports")`."""
    return tuple(part for part in path.replace("['", ".").replace("']", "").split(".") if part)


class Unanswerable(Exception):
    """An expression cannot be parsed or evaluated. The text completes "the rule `…`"."""


@cache
def _compiled(expression: str) -> Any:
    try:
        program = cel.compile(expression)
    except ValueError as error:
        raise Unanswerable(f"cannot be parsed: {_line(str(error).partition('ERROR: ')[2] or str(error))}") from None
    unknown = sorted(name for name in program.functions() if name not in CORE and name not in FUNCTIONS)
    if unknown:
        raise Unanswerable(f"uses {unknown[0]}(), which is not known here: nothing was judged by it")
    return program


@cache
def variables(expression: str) -> frozenset[str]:
    """The names an expression reads, those that its macros bind included.

    Raises:
        Unanswerable: it cannot be parsed, or uses a function unknown here.
    """
    return frozenset(_compiled(expression).variables())


def context(**given: Any) -> Any:
    """Values by the names that expressions read them by, with the functions that Kubernetes adds to CEL."""
    return cel.Context(variables=given, functions=FUNCTIONS)


def evaluate(expression: str, given: Any) -> Any:
    """The value of an expression in a context.

    Raises:
        Unanswerable: it cannot be parsed or evaluated, or uses a function unknown here.
    """
    program = _compiled(expression)
    try:
        return program.execute(given)
    except KeyError as error:
        raise Unanswerable(f"cannot be evaluated: no such key: {error.args[0]}") from None
    except (RuntimeError, TypeError, ValueError, ArithmeticError, IndexError) as error:
        raise Unanswerable(f"cannot be evaluated: {_line(str(error))}") from None


# --- values -----------------------------------------------------------------------------------------------------


_OF_PARTS = frozenset({"properties", "additionalProperties", "items"})


def typed(schema: Mapping[str, Any], value: Any) -> Any:
    """A value as CEL sees it through its schema: doubles, bytes, times, and properties by their escaped names."""
    if isinstance(value, (dict, list)) and not schema.keys() & _OF_PARTS:
        return value  # nothing is said here of its parts
    if isinstance(value, dict):
        properties, more = schema.get("properties", {}), schema.get("additionalProperties")
        more = more if isinstance(more, dict) else {}
        return {
            escaped(key) if key in properties else key: typed(properties.get(key, more), part)
            for key, part in value.items()
        }
    if isinstance(value, list):
        items = schema.get("items", {})
        return [typed(items, part) for part in value] if items else value
    if isinstance(value, int) and not isinstance(value, bool) and schema.get("type") == "number":
        return float(value)
    if isinstance(value, str) and "format" in schema:
        return _formatted(schema["format"], value)
    return value


def _formatted(form: str, value: str) -> Any:
    try:
        if form == "byte":
            return base64.b64decode(value, validate=True)
        if form in ("date", "date-time"):
            return datetime.fromisoformat(value)
        if form == "duration":
            return cel.evaluate("duration(self)", {"self": value})
    except (binascii.Error, ValueError, RuntimeError):
        return value
    return value


def escaped(name: str) -> str:
    """A property's name as rules write it."""
    if name in _RESERVED:
        return f"__{name}__"
    for sign, spelled in _SPELLED:
        name = name.replace(sign, spelled)
    return name
