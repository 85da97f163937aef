"""An AWS inside the process, and small templates in it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from fleet import phases
from fleet.model import Fleet
from local import assembly, aws
from local.clients import client
from local.compare import ReadBack, read_back
from local.deploy import deploy
from local.look import picture
from local.picture import Picture

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


@dataclass(frozen=True)
class Standing:
    """A fleet that stands in the AWS inside this process."""

    fleet: Fleet
    read: ReadBack
    picture: Picture


def _standing(of: str, whole: Any, fleet_of: Any) -> Iterator[Standing]:
    fleet = fleet_of(of)
    with aws.standing():
        deployment = deploy(assembly.read(whole(of).templates, fleet))
        read = read_back(deployment)
        yield Standing(fleet, read, picture(fleet, read))


# One AWS to a process, so one fleet to a module.
@pytest.fixture(scope="module")
def day_one(whole: Any, fleet_of: Any) -> Iterator[Standing]:
    yield from _standing("day-one", whole, fleet_of)


@pytest.fixture(scope="module")
def growth(whole: Any, fleet_of: Any) -> Iterator[Standing]:
    yield from _standing("growth", whole, fleet_of)


@pytest.fixture(scope="module")
def hypergrowth(whole: Any, fleet_of: Any) -> Iterator[Standing]:
    yield from _standing("hypergrowth", whole, fleet_of)


@pytest.fixture(scope="session")
def stands_as_written() -> Callable[[Standing], None]:
    """Every stack, every cell with its weight; no property differs, none was lost on its way to an API."""

    def check(standing: Standing) -> None:
        read, drawn = standing.read, standing.picture
        assert read.differences == []
        assert list(read.deployment.stacks) == [plan.name for plan in phases.every_stack(standing.fleet)]
        assert _lost() == []
        cells = [cell for market in drawn.markets for region in market.regions for cell in region.cells]
        assert [cell.name for cell in cells] == [cell.name for cell in standing.fleet.cells]
        assert [cell.weight for cell in cells] == [cell.effective_weight for cell in standing.fleet.cells]
        assert {cell.status for cell in cells} == {"ACTIVE"}

    return check


def _lost() -> list[tuple[str, str]]:
    """Properties that no parameter of an API carried."""
    from moto.cloudformation.models import cloudformation_backends

    return sorted(
        {
            (resource.cf_resource_type, ignored)
            for account in cloudformation_backends.values()
            for region in account.values()
            for stack in region.stacks.values()
            for resource in stack.resource_map.values()
            for ignored in getattr(getattr(resource, "thing", None), "ignored", ())
        }
    )
