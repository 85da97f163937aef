"""AWS's limits: an error above what is granted, a warning near it."""

from __future__ import annotations

from collections.abc import Iterator

from fleet.headroom import limits
from fleet.model import Fleet
from fleet.problem import Finding


def check(fleet: Fleet) -> Iterator[Finding]:
    for limit in limits(fleet):
        if limit.used > limit.quota:
            text = (
                f"{limit.used:,} {limit.name} are needed in {limit.where}, and {limit.quota:,} are granted; ask AWS for "
                f"more and raise quotas.{limit.field}, or use fewer"
            )
            yield Finding(limit.path, text)
        elif limit.tight:
            text = f"{limit.used:,} of {limit.quota:,} {limit.name} in {limit.where} are used; ask AWS for more in time"
            yield Finding(limit.path, text, warning=True)
