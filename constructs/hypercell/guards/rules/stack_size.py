"""Head-room: CloudFormation refuses a stack above 500 resources or 1 MB, on the day nobody has time to split it."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template

RESOURCES = 400
"""Of 500 (AWS CloudFormation quotas)."""
BYTES = 800_000
"""80 % of 1 MB, the limit of a template in S3."""


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    if not template.resources:
        yield Broken("", "has no resources")
    if len(template.resources) >= RESOURCES:
        yield Broken("", f"has {len(template.resources)} resources; {RESOURCES} leave room to 500")
    if template.size >= BYTES:
        yield Broken("", f"has {template.size} bytes; {BYTES} leave room to 1 MB")


RULE = Rule("stack-size", "move a part into a stack of its own", check)
