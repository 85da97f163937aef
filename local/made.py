"""A resource that the local CloudFormation made: what its `Ref` and `Fn::GetAtt` answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Place:
    """Where a resource is made, and under which name."""

    account: str
    region: str
    stack: str
    logical_id: str
    tags: tuple[tuple[str, str], ...] = ()
    """The stack's tags; CloudFormation hands them to every resource that can carry them."""


class Missing(LookupError):
    """An answer has nothing at a path."""


def at(answer: Any, path: str) -> Any:
    """The value at a dotted path, whatever the letter case: `cluster.arn`, `Subnets.0.SubnetId`, `Origins.*.DomainName`.

    Raises:
        Missing: nothing there.
    """
    found = answer
    before, star, rest = path.partition("*")
    if star:
        each = at(answer, before.rstrip("."))
        if not isinstance(each, list):
            raise Missing(path)
        return [at(one, rest.lstrip(".")) for one in each]
    for part in path.split(".") if path else ():
        if isinstance(found, list):
            if not part.isdigit() or int(part) >= len(found):
                raise Missing(path)
            found = found[int(part)]
        elif isinstance(found, dict):
            by_case = {key.lower(): key for key in found}
            if part.lower() not in by_case:
                raise Missing(path)
            found = found[by_case[part.lower()]]
        else:
            raise Missing(path)
    return found


def fill(pattern: str, answer: Any) -> str:
    """`"{cluster.name}|{nodegroup.name}"` with the values at its paths; without braces the pattern is one path."""
    if "{" not in pattern:
        return str(at(answer, pattern))
    text, rest = "", pattern
    while "{" in rest:
        before, _, rest = rest.partition("{")
        path, _, rest = rest.partition("}")
        text += before + str(at(answer, path))
    return text + rest
