"""Every way in which a property of the fleet's templates can be another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ops.guard.paths import is_intrinsic

Properties = Mapping[str, Any]
Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Mutant:
    """One resource's properties before and after."""

    type: str
    property: str
    how: str
    """`changed`, `removed`, `added`, or the place below the property."""
    before: Properties
    after: Properties

    @property
    def key(self) -> str:
        return f"{self.type} {self.property} {self.how}"

    def templates(self) -> tuple[dict[str, Any], dict[str, Any]]:
        old, new = ({"Type": self.type, "Properties": one} for one in (self.before, self.after))
        return {"Resources": {"It": old}}, {"Resources": {"It": new}}


def mutants(resources: Iterable[Mapping[str, Any]]) -> Iterator[Mutant]:
    """Of every type and property, the first that comes: as a whole, and every place below it."""
    seen: set[tuple[str, ...]] = set()
    for one in resources:
        kind, properties = one["Type"], one.get("Properties") or {}
        for name, value in properties.items():
            without = {key: part for key, part in properties.items() if key != name}
            if (kind, name) not in seen:
                seen.add((kind, name))
                yield Mutant(kind, name, "changed", properties, {**properties, name: other(value)})
                yield Mutant(kind, name, "removed", properties, without)
                yield Mutant(kind, name, "added", without, properties)
            for path in _places(value):
                place = ".".join("*" if isinstance(part, int) else part for part in path)
                if path and (kind, name, place) not in seen:
                    seen.add((kind, name, place))
                    yield Mutant(kind, name, place, properties, {**properties, name: _with_other(value, path)})


def other(value: Any) -> Any:
    """Another value of the same shape, at every leaf."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    if isinstance(value, list):
        return [other(part) for part in value] or ["other"]
    if isinstance(value, Mapping) and not is_intrinsic(value):
        return {key: other(part) for key, part in value.items()} or {"Other": "other"}
    return f"{value}-other" if isinstance(value, str) else "other"


def _places(value: Any, above: Path = ()) -> Iterator[Path]:
    if isinstance(value, Mapping) and not is_intrinsic(value):
        for key, part in value.items():
            yield from _places(part, (*above, key))
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _places(part, (*above, number))
    else:
        yield above


def _with_other(value: Any, path: Path) -> Any:
    if not path:
        return other(value)
    copy: Any = dict(value) if isinstance(value, Mapping) else list(value)
    copy[path[0]] = _with_other(copy[path[0]], path[1:])
    return copy
