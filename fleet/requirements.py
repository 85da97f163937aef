"""What a node pool asks of an instance, and which types answer: Karpenter's requirements over EC2's catalogue."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Literal

from fleet import instances

Operator = Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Gte", "Lt", "Lte"]

AUTO_MODE = "eks.amazonaws.com/instance-"
"""Prefix under which Auto Mode gives Karpenter's own labels."""


@dataclass(frozen=True)
class Requirement:
    """One requirement of a node pool, as the API spells it. Gt, Gte, Lt and Lte take one number."""

    key: str
    operator: Operator
    values: tuple[str, ...] = ()

    def met_by(self, label: frozenset[str]) -> bool:
        """Whether a type whose label has these values can be bought; an empty set: the type has no such label.

        Karpenter intersects the two (pkg/scheduling/requirement.go): a label that is missing, or is no number where
        one is compared, meets only what asks for its absence.
        """
        match self.operator:
            case "In":
                return not label.isdisjoint(self.values)
            case "NotIn":
                return not label or not label.issubset(self.values)
            case "Exists":
                return bool(label)
            case "DoesNotExist":
                return not label
        bound, compare = int(self.values[0]), _COMPARED[self.operator]
        return any(compare(int(value), bound) for value in label if value.isdecimal())


_COMPARED: dict[str, Callable[[int, int], bool]] = {
    "Gt": int.__gt__,
    "Gte": int.__ge__,
    "Lt": int.__lt__,
    "Lte": int.__le__,
}


def types(requirements: Iterable[Requirement], zone: str) -> frozenset[str]:
    """The types that meet all requirements and that the zone offers.

    Raises:
        LookupError: a requirement is about a label that the catalogue does not hold; it would count for nothing.
    """
    found, elsewhere = [], False
    for requirement in requirements:
        if requirement.key == instances.ZONE_ID:
            elsewhere |= not requirement.met_by(frozenset([zone]))
        else:
            found.append(requirement)
    admitted = _admitted(frozenset(found))
    return frozenset() if elsewhere else admitted & instances.offered(zone)


@cache
def _admitted(requirements: frozenset[Requirement]) -> frozenset[str]:
    asked = [(_own(requirement.key), requirement) for requirement in requirements]
    unknown = {key for key, _ in asked} - instances.known_labels()
    if unknown:
        raise LookupError(f"the catalogue does not hold {', '.join(sorted(unknown))}: nothing can be counted by it")
    return frozenset(
        name
        for name, labels in instances.labels().items()
        if all(requirement.met_by(labels.get(key, frozenset())) for key, requirement in asked)
    )


def _own(key: str) -> str:
    return f"{instances.OWN}{key.removeprefix(AUTO_MODE)}" if key.startswith(AUTO_MODE) else key
