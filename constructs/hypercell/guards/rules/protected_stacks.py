"""Stacks: protected against deletion, and tagged with who they belong to."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template

TAGS = ("fleet:name", "fleet:stage", "fleet:team")


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    if not template.protected:
        yield Broken("", "has no termination protection")
    for tag in TAGS:
        if tag not in template.tags:
            yield Broken("", f"has no tag {tag}")
    wanted = {"cell": "fleet:cell", "services": "fleet:cell", "service": "fleet:service"}.get(template.plan.kind)
    if wanted and wanted not in template.tags:
        yield Broken("", f"has no tag {wanted}")


RULE = Rule("protected-stacks", "derive the stack from FleetStack and leave its protection and tags alone", check)
