"""Every role carries its account's permission boundary: what a policy grants too much stays without effect."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for role in template.of("AWS::IAM::Role"):
        if "PermissionsBoundary" not in role.properties:
            yield Broken(role.id, "carries no permission boundary", "Properties.PermissionsBoundary")


RULE = Rule("bounded-roles", "derive the stack from FleetStack, which sets `names.permission_boundary`", check)
