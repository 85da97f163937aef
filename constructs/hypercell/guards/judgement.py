"""What scanners and rules found in one synthesis, less what the table acknowledges."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from fleet.model import Fleet
from fleet.phases import StackPlan, every_stack
from hypercell.guards.acknowledgements import Acknowledgement
from hypercell.guards.canonical import canonical
from hypercell.guards.findings import Finding, acknowledged


class Judgement:
    """What was found in one synthesis.

    Attributes:
        open: findings that no row acknowledges; any of them fails the synthesis.
        used: row to the number of findings it acknowledged.
        failures: what scanners raised; a judgement with one is none.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.plans: Mapping[str, StackPlan] = {plan.name: plan for plan in every_stack(fleet)}
        self.open: list[Finding] = []
        self.used: Counter[Acknowledgement] = Counter()
        self.failures: list[BaseException] = []

    def keep(self, findings: Iterable[Finding]) -> list[Finding]:
        """Those that nobody acknowledged."""
        kept = []
        for finding in findings:
            plan = self.plans.get(finding.path.partition("/")[0])
            rows = [] if plan is None else list(acknowledged(finding, plan, self.fleet.name))
            self.used.update(rows)
            if not rows:
                kept.append(finding)
        self.open += kept
        return kept

    def text(self, shown: int) -> str:
        """The open findings for a person: what equal stacks share once, at most `shown` constructs."""
        groups: dict[tuple[str, str, str], list[Finding]] = {}
        for finding in self.open:
            stack, _, below = finding.path.partition("/")
            plan = self.plans[stack]
            groups.setdefault((finding.rule_id, plan.kind, canonical(below, plan)), []).append(finding)
        lines = [f"{len(self.open)} findings are open; nothing was put in place."]
        for findings in list(groups.values())[:shown]:
            one = findings[0]
            here = [finding for finding in findings if finding.path == one.path]
            others = len({finding.path for finding in findings}) - 1
            lines.append(f"{one.path}: {one.rule_id}: {one.what}{f' (and {others} like it)' if others else ''}")
            lines += [f"    {finding.detail or finding.what}" for finding in here if finding.detail or len(here) > 1]
            lines += [f"    {one.fix}"] if one.fix else []
        if len(groups) > shown:
            lines.append(f"... and {len(groups) - shown} constructs more")
        lines.append("Fix them, or acknowledge with a reason in constructs/hypercell/guards/acknowledgements.py.")
        return "\n".join(lines)
