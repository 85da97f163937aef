"""No automatic references: the CDK adds the producer's output only while a consumer is in the app, so a synthesis of
one cell would delete outputs that the other cells read."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template

# What CDK 2.275 calls the outputs and roles it adds on its own.
_TRACES = ("PublishOutput", "ExportsOutput")


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for output in template.outputs:
        if _automatic(output):
            yield Broken("", f"output {output} was added by a reference from another stack", f"Outputs.{output}")
    for resource in template.resources:
        if _automatic(resource.id):
            yield Broken(resource.id, "was added by a reference from another account's stack")


def _automatic(id: str) -> bool:
    return id.startswith(_TRACES) or (id.startswith("Publish") and "GetStackOutput" in id)


RULE = Rule(
    "no-automatic-references",
    "hand nothing from stack to stack: publish it (FleetStack.publish) and read it by name (FleetStack.read)",
    check,
)
