"""Evacuation must not depend on reading a broken region: a traffic stack reads the zone beside it and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from fleet import names
from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    if template.plan.kind != "edge-traffic":
        return
    for read in template.reads:
        if not read.stack.endswith("-edge-dns") or read.output != names.PUBLIC_ZONE_ID:
            yield Broken(read.resource, f"reads {read.stack}.{read.output}")


RULE = Rule(
    "traffic-reads-one-thing",
    "compute the value from fleet.names; weights may read only the zone's id from edge-dns",
    check,
)
