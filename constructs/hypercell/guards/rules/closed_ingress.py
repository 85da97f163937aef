"""Nobody listens to the whole world: what viewers and health checkers reach is opened to their prefix lists."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Json, Template

_WORLD = ("0.0.0.0/0", "::/0")


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for group in template.of("AWS::EC2::SecurityGroup"):
        for number, rule in enumerate(group.properties.get("SecurityGroupIngress", [])):
            if open_to_the_world(rule):
                yield Broken(group.id, _said(rule), f"Properties.SecurityGroupIngress[{number}]")
    for ingress in template.of("AWS::EC2::SecurityGroupIngress"):
        if open_to_the_world(ingress.properties):
            yield Broken(ingress.id, _said(ingress.properties), "Properties")


def open_to_the_world(rule: Json) -> bool:
    return rule.get("CidrIp") in _WORLD or rule.get("CidrIpv6") in _WORLD


def _said(rule: Json) -> str:
    return f"lets the whole internet in on port {rule.get('FromPort', 'any')}"


RULE = Rule("closed-ingress", "allow a prefix list, a security group or the region's own block", check)
