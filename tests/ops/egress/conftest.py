"""A region in moto, and the command line in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from click.testing import Result
from moto import mock_aws
from typer.testing import CliRunner

from ops import clients
from ops.cli import app
from tests.ops.egress.region import Aws


@pytest.fixture
def aws() -> Iterator[Aws]:
    """us-east-1 with two cells, everything on the instances and well."""
    with mock_aws():
        yield Aws()


@pytest.fixture
def nat(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """`nat("status", "--zone", "use1-az1")`: a verb, with credentials for us-east-1 only."""
    monkeypatch.setattr(clients, "with_own_credentials", lambda role=None: aws.client_for)

    def run(*arguments: str, typed: str | None = None) -> Result:
        return CliRunner().invoke(app, ["nat", *arguments], input=typed)

    return run
