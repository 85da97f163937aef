"""Log groups: kept for a stated time, encrypted with the region's key."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for group in template.of("AWS::Logs::LogGroup"):
        if "RetentionInDays" not in group.properties:
            yield Broken(group.id, "keeps its events for ever", "Properties.RetentionInDays")
        if "KmsKeyId" not in group.properties:
            yield Broken(group.id, "is not encrypted with a key of ours", "Properties.KmsKeyId")


RULE = Rule("kept-logs", "state retention, and the key of `logs` (RegionStack.key_arn)", check)
