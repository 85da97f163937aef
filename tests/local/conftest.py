"""An AWS inside the process, and small templates in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from local import aws
from local.clients import client

ACCOUNT, REGION = "333333333331", "us-east-1"
Create = Callable[..., dict[str, Any]]


@pytest.fixture
def cloud() -> Iterator[None]:
    """An empty AWS."""
    with aws.standing():
        yield


@pytest.fixture
def create(cloud: None) -> Create:
    """`create("name", Resources=…, Outputs=…)`: create a stack; its outputs by key."""

    def made(name: str, *, account: str = ACCOUNT, region: str = REGION, **template: Any) -> dict[str, Any]:
        cloudformation = client("cloudformation", account, region)
        cloudformation.create_stack(StackName=name, TemplateBody=json.dumps(template))
        described = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        assert described["StackStatus"] == "CREATE_COMPLETE"
        return {output["OutputKey"]: output["OutputValue"] for output in described.get("Outputs", [])}

    return made
