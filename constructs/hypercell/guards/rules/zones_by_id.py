"""Zones by ID (use1-az1): the letter of a zone differs from account to account."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template, strings

_NAME = re.compile(r"^[a-z]{2}(-[a-z]+){1,2}-\d[a-z]$")


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for resource in template.resources:
        for text in strings(resource.properties):
            if _NAME.match(text):
                yield Broken(resource.id, f"names the zone {text}")


RULE = Rule(
    "zones-by-id",
    "use AvailabilityZoneId, or where an API wants the name GetAtt Subnet.AvailabilityZone (names.zone_name_output)",
    check,
)
