"""No exports: an exported value locks its producer for as long as anyone imports it."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template, pairs


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for output, body in template.outputs.items():
        if "Export" in body:
            yield Broken("", f"output {output} is exported", f"Outputs.{output}.Export")
    for resource in template.resources:
        if any(key == "Fn::ImportValue" for key, _ in pairs(resource.body)):
            yield Broken(resource.id, "imports another stack's export")


RULE = Rule("no-exports", "publish with FleetStack.publish and read by name with FleetStack.read", check)
