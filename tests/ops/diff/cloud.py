"""The accounts of a fleet in the local AWS, with the downloads of layers that moto lacks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from fleet.record import Record
from local.clients import client
from ops import ledger
from ops.diff.deployed import read
from ops.diff.parsed import Parsed
from ops.guard.snapshot import Snapshot
from ops.promotion.registry import Registry
from tests.ops.promotion.world import Wire

EDGE = ("111111111111", "us-east-2")
"""Account and region of the zone."""


class Cloud:
    """While the local AWS stands."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()

    def registry(self, ecr: Any, repository: str) -> Registry:
        return Registry(Wire(ecr, self.folder, repository), repository)

    def read(self, head: Snapshot, client_for: Any = client) -> Snapshot:
        return read(head, Parsed(), client_for, self.registry)

    def stack(self, name: str, place: tuple[str, str] = EDGE, *, tags: Any = (), description: str = "By hand") -> None:
        topic = {"Type": "AWS::SNS::Topic"}
        client("cloudformation", *place).create_stack(
            StackName=name,
            TemplateBody=json.dumps({"Description": description, "Resources": {"Topic": topic}}),
            Tags=[{"Key": key, "Value": value} for key, value in tags],
        )

    def remember(self, record: Record, revision: str | None = None) -> None:
        entry = ledger.Entry(assembly="sha256:1", revision=revision, record=record)
        ledger.write(entry, client("ssm", *ledger.home(record)))
