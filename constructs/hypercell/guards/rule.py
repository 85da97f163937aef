"""What a rule is: a name, a remedy, and a look at one finished template."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hypercell.guards.template import Assembly, Template


@dataclass(frozen=True)
class Broken:
    """One place where a rule is broken."""

    resource: str
    """Logical id; empty when the stack itself breaks the rule."""
    what: str
    """What stands there and why that is wrong, without the remedy."""
    where: str = ""
    """Property, from the resource on: `Properties.Policies`."""


Check = Callable[[Template, Assembly], Iterator[Broken]]


@dataclass(frozen=True)
class Rule:
    """A rule over finished templates. One a file, registered in `hypercell.guards.rules`."""

    id: str
    """Noun phrase in kebab case: what acknowledgements and messages call it."""
    fix: str
    """What to do about it, for whoever reads the message."""
    check: Check
