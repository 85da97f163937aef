"""Every VPC has flow logs: without them nobody can say who talked to whom."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template, referenced


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    watched = referenced([flow.at("ResourceId") for flow in template.of("AWS::EC2::FlowLog")])
    for vpc in template.of("AWS::EC2::VPC"):
        if vpc.id not in watched:
            yield Broken(vpc.id, "has no flow logs")


RULE = Rule("watched-networks", "add a flow log of the VPC to the same stack", check)
