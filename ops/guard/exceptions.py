"""What `exceptions/<id>.yaml` lets pass: the very resource, the very action, on top of the very template, until its day."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from fleet.exemption import Exemption
from ops.guard.comparison import Comparison, Objection
from ops.guard.report import Reason


@dataclass
class Signatures:
    """The exceptions of the head's files, and which of them were used.

    Args:
        now: decides whether one still holds; synthesis never asks.
    """

    compared: Comparison
    now: date
    used: list[tuple[str, str]] = field(default_factory=list)
    """Id of an exception, and the path that it let pass."""

    @property
    def all(self) -> Mapping[str, Exemption]:
        fleet = self.compared.head.fleet
        return {} if fleet is None else fleet.exceptions

    def lets_pass(self, action: str | None, path: str) -> bool:
        """Whether one of them holds, and remember it."""
        for key, one in self.all.items():
            if one.of_templates and one.action == action and path in one.resources and not self._not_holding(one, path):
                if (key, path) not in self.used:
                    self.used.append((key, path))
                return True
        return False

    def reasons(self, objections: Iterable[Objection]) -> tuple[Reason, ...]:
        """What is left of objections, each with what an exception would have to say."""
        return tuple(
            Reason(one.rule, one.where, one.what, self._remedy(one), one.refuses)
            for one in objections
            if not self.lets_pass(one.action, one.where)
        )

    def unused(self) -> tuple[tuple[str, str], ...]:
        """Exceptions that let nothing pass, and why."""
        done = {key for key, _ in self.used}
        return tuple((key, self._idle(one)) for key, one in self.all.items() if key not in done)

    def _idle(self, one: Exemption) -> str:
        stale = [said for path in one.resources if (said := self._not_holding(one, path))] if one.of_templates else []
        if not stale and self._over(one):
            stale = [f"{one.until} is over"]
        return stale[0] if stale else "nothing that it names would happen"

    def _remedy(self, one: Objection) -> str:
        if one.action is None:
            return one.remedy
        stack = one.where.partition("/")[0]
        base = self.compared.base.stacks.get(stack)
        digest = base.digest if base is not None else "sha256:..."
        for key, exemption in self.all.items():
            if exemption.action == one.action and one.where in exemption.resources:
                return f"exceptions/{key}.yaml does not hold: {self._not_holding(exemption, one.where)}"
        return (
            f"{one.remedy}; if it is meant, say so in exceptions/<id>.yaml: action: {one.action}, "
            f"resources: [{one.where}], base: {{{stack}: {digest}}}"
        )

    def _over(self, one: Exemption) -> bool:
        try:
            return date.fromisoformat(one.until) < self.now
        except ValueError:
            return True

    def _not_holding(self, one: Exemption, path: str) -> str:
        """Why it lets nothing pass; empty: it does."""
        stack = path.partition("/")[0]
        base = self.compared.base.stacks.get(stack)
        if self._over(one):
            return f"{one.until} is over; sign again with a later until, or remove the file"
        if base is None:
            return f"{stack} does not stand yet"
        written = one.base.get(stack)
        if written != base.digest:
            return f"it was written on top of {written}, and {stack} now is {base.digest}; look again, and sign that"
        return ""
