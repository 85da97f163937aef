"""What scanners and rules report, and which rows of the table speak of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from fleet.phases import StackPlan
from hypercell.guards.acknowledgements import TABLE, Acknowledgement
from hypercell.guards.canonical import canonical


@dataclass(frozen=True)
class Finding:
    """What a scanner or a rule reported about one construct."""

    rule: str
    path: str
    """Construct path, the stack's id first."""
    what: str
    fix: str = ""

    @cached_property
    def _parts(self) -> tuple[str, str]:
        match = re.fullmatch(r"([^\[]+)\[(.*)\]", self.rule, re.DOTALL)
        return (match[1], match[2]) if match else (self.rule, "")

    @property
    def rule_id(self) -> str:
        """`AwsSolutions-IAM5` of `AwsSolutions-IAM5[Resource::*]`."""
        return self._parts[0]

    @property
    def detail(self) -> str:
        """`Resource::*` of `AwsSolutions-IAM5[Resource::*]`."""
        return self._parts[1]


def acknowledged(finding: Finding, plan: StackPlan, fleet: str) -> Iterator[Acknowledgement]:
    """The rows of the table that speak of the finding. `fleet` is the fleet's name."""
    below = _shared(finding.path.partition("/")[2], plan, fleet)
    detail = _shared(finding.detail, plan, fleet)
    for row in TABLE:
        same = (row.rule, row.kind) == (finding.rule_id, plan.kind) and detail in row.findings
        if same and fnmatchcase(below, row.path):
            yield row


def _shared(text: str, plan: StackPlan, fleet: str) -> str:
    text = re.sub(rf"(?<![A-Za-z0-9]){re.escape(fleet)}(?![A-Za-z0-9])", "{fleet}", canonical(text, plan))
    return re.sub(r"\{([zZ]one)\d\}", r"{\1}", text)
