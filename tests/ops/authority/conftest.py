"""Secrets Manager in moto, faults for it, and the command line in front of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from click.testing import Result
from moto import mock_aws
from typer.testing import CliRunner

import ops.cell
from fleet import names
from fleet.model import Fleet
from ops import clients
from ops.cli import app

WORDS = "correct horse battery staple"


class Aws:
    """The secrets of the fleet's accounts.

    Attributes:
        denied: (operation, secret's name) -> error code that AWS answers with.
        calls: operations that were asked for, with the secret's name.
        passed: how long ago everything was written, as the command sees it.
    """

    def __init__(self, fleet: Fleet) -> None:
        self.fleet = fleet
        self.denied: dict[tuple[str, str], str] = {}
        self.calls: list[tuple[str, str]] = []
        self.passed = timedelta()
        self._clients: dict[str, Any] = {}

    def client_for(self, service: str, account: str, region: str) -> Any:
        if region not in self._clients:
            made = boto3.client(service, region_name=region, aws_access_key_id="x", aws_secret_access_key="x")  # type: ignore[call-overload]
            made.meta.events.register("provide-client-params", self._watch)
            self._clients[region] = made
        return self._clients[region]

    def _watch(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        operation, name = str(model.name), str(params.get("SecretId") or params.get("Name"))
        self.calls.append((operation, name))
        if code := self.denied.get((operation, name)):
            status = 500 if code == "InternalServiceError" else 400
            raise ClientError(
                {"Error": {"Code": code, "Message": "no"}, "ResponseMetadata": {"HTTPStatusCode": status}},  # type: ignore[typeddict-item]
                operation,
            )

    def deny(self, operation: str, cell: str, code: str = "AccessDeniedException") -> None:
        self.denied[operation, self.secret(cell)] = code

    def secret(self, cell: str) -> str:
        return names.mesh_authority(self.fleet.cell(cell))

    def stored(self, cell: str) -> dict[str, str] | None:
        """A cell's value, past all faults."""
        region = self.fleet.cell(cell).region.name
        client = boto3.client("secretsmanager", region_name=region, aws_access_key_id="x", aws_secret_access_key="x")
        try:
            value: dict[str, str] = json.loads(client.get_secret_value(SecretId=self.secret(cell))["SecretString"])
        except client.exceptions.ResourceNotFoundException:
            return None
        return value

    def writes(self) -> list[str]:
        """Cells that were written, in order."""
        cells = {self.secret(cell.name): cell.name for cell in self.fleet.cells}
        return [cells[name] for operation, name in self.calls if operation in ("CreateSecret", "PutSecretValue")]


@pytest.fixture
def aws(fleet_of: Callable[[str], Fleet]) -> Iterator[Aws]:
    """The accounts of `growth`, two regions with a mesh of four and of three cells."""
    with mock_aws():
        yield Aws(fleet_of("growth"))


@pytest.fixture
def ca(aws: Aws, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Result]:
    """`ca("--cell", "use1-a")`: the verb, with a passphrase at hand and the time of `aws`."""
    monkeypatch.setattr(clients, "with_own_credentials", lambda role=None: aws.client_for)
    monkeypatch.setattr(ops.cell, "_now", lambda: datetime.now(UTC).replace(microsecond=0) + aws.passed)
    words = tmp_path / "words"
    words.write_text(f"{WORDS}\n")

    def run(*arguments: str, blueprint: str = "growth") -> Result:
        given = ["cell", "ca", "--blueprint", f"blueprints/{blueprint}", "--passphrase-file", str(words), *arguments]
        return CliRunner().invoke(app, given)

    return run
