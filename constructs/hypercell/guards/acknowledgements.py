"""Findings that stay, each with its reason. The one place: nothing is acknowledged anywhere else.

A row is matched in the canonical words of a stack (`hypercell.guards.canonical`): `{region}`, `{zone1}`, `{cell}`
instead of use1-az1 and so on, so that one row speaks for every cell and no row speaks for more than it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from fleet.phases import StackPlan
from hypercell.guards.canonical import canonical


@dataclass(frozen=True)
class Acknowledgement:
    """One finding that was looked at and stays."""

    rule: str
    """Id as the report shows it: `AwsSolutions-IAM4`, `retained-state`, `W3010`."""
    kind: str
    """Kind of stack (`fleet.phases`)."""
    path: str
    """Construct path below the stack, `*` for any part of it: `Node/Role/Resource`. Empty: the stack itself."""
    reason: str
    """Why it is right here."""
    findings: tuple[str, ...] = ("",)
    """What the rule names in brackets, word for word: `Resource::*`, `Policy::arn:aws:iam::aws:policy/…`."""


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


def acknowledged(finding: Finding, plan: StackPlan) -> Iterator[Acknowledgement]:
    """The rows of the table that speak of the finding."""
    below = canonical(finding.path.partition("/")[2], plan)
    detail = canonical(finding.detail, plan)
    for row in TABLE:
        same = (row.rule, row.kind) == (finding.rule_id, plan.kind) and detail in row.findings
        if same and fnmatchcase(below, row.path):
            yield row


TABLE: tuple[Acknowledgement, ...] = ()
