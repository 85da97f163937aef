"""Which stacks are a fleet's, wherever they stand, and when what stands is no base to compare with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from local import aws
from local.clients import client
from ops.clients import NoCredentials
from ops.guard.snapshot import Snapshot
from ops.promotion.image import Unusable
from tests.ops.diff.cloud import EDGE, Cloud


@pytest.fixture(scope="module")
def head(snapshot_of) -> Snapshot:
    snapshot: Snapshot = snapshot_of("day-one")
    return snapshot


@pytest.fixture
def cloud(tmp_path) -> Iterator[Cloud]:
    with aws.standing():
        yield Cloud(tmp_path / "blobs")


def test_of_a_fleet_that_was_never_deployed_nothing_stands(cloud, head):
    found = cloud.read(head)
    assert (found.stacks, found.bundles) == ({}, {})
    assert found.record.fleet == head.record.fleet
    assert (found.record.cells, found.record.stacks, found.record.weights) == ({}, {}, {})


def test_stacks_without_word_of_what_they_were_to_be_are_no_base(cloud, head):
    cloud.stack("skyline-edge-dns")
    with pytest.raises(Unusable) as refused:
        cloud.read(head)
    assert str(refused.value) == (
        "1 stacks of fleet skyline stand, and no roll-out left word in /skyline/rollout/record of what they were to be: "
        "finish one, or compare with the commit or the stored assembly that was deployed"
    )


def test_a_region_that_only_the_last_roll_out_knew_is_looked_at(cloud, head):
    far = ("999999999999", "ap-southeast-2")
    (one, *_) = head.record.stacks.values()
    left = {**head.record.stacks, "skyline-apse2-keys": one.model_copy(update={"account": far[0], "region": far[1]})}
    cloud.remember(head.record.model_copy(update={"stacks": left}))
    cloud.stack("skyline-apse2-keys", far)
    found = cloud.read(head).stacks["skyline-apse2-keys"]
    assert (found.account, found.region) == far
    assert found.template["Description"] == "By hand"


def test_stacks_of_others_are_left_out_be_their_names_alike(cloud, head):
    cloud.remember(head.record)
    cloud.stack("skyline-labs-keys", tags=[("fleet:name", "skyline-labs")])
    cloud.stack("skylines")
    cloud.stack("skyline-left", tags=[("fleet:name", "skyline")])
    assert set(cloud.read(head).stacks) == {"skyline-left"}


def test_more_stacks_than_one_answer_holds_are_all_seen(cloud, head):
    cloud.remember(head.record)
    for number in range(60):
        cloud.stack(f"skyline-{number}")
    assert len(cloud.read(head).stacks) == 60


def test_what_is_no_ascii_comes_back_as_it_was_written(cloud, head):
    """CloudFormation hands out question marks."""
    cloud.remember(head.record)
    text = {"Description": "Zürich", "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
    of = replace(head.stacks["skyline-edge-dns"], template=text)
    cloud.stack("skyline-edge-dns", description="Z?rich")
    known = replace(head, stacks={"skyline-edge-dns": of})
    assert cloud.read(known).stacks["skyline-edge-dns"].template["Description"] == "Zürich"
    cloud.stack("skyline-edge-site", description="B?rn")
    assert cloud.read(known).stacks["skyline-edge-site"].template["Description"] == "B?rn"


class Answering:
    """A client of CloudFormation, some of whose answers are changed on the way."""

    def __init__(self, real: Any, change: Any) -> None:
        self._real, self._change = real, change

    def get_paginator(self, name: str) -> Any:
        pages = [self._change(page) for page in self._real.get_paginator(name).paginate()]
        return type("Pages", (), {"paginate": lambda _self: pages})()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)


def with_status(status: str) -> Any:
    def change(page: Any) -> Any:
        return {"Stacks": [{**one, "StackStatus": status} for one in page["Stacks"]]}

    def client_for(service: str, account: str, region: str) -> Any:
        real = client(service, account, region)
        return Answering(real, change) if service == "cloudformation" else real

    return client_for


@pytest.mark.parametrize("status", ["UPDATE_IN_PROGRESS", "UPDATE_ROLLBACK_FAILED", "DELETE_IN_PROGRESS"])
def test_what_is_under_way_or_broken_is_no_base(cloud, head, status):
    cloud.remember(head.record)
    cloud.stack("skyline-edge-dns")
    with pytest.raises(Unusable) as refused:
        cloud.read(head, with_status(status))
    assert str(refused.value) == (
        f"skyline-edge-dns in 111111111111/us-east-2 is {status}: "
        "wait for what is under way, mend what failed, and compare then"
    )


@pytest.mark.parametrize("status", ["REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"])
def test_a_stack_of_which_nothing_was_made_does_not_stand(cloud, head, status):
    cloud.remember(head.record)
    cloud.stack("skyline-edge-dns")
    assert cloud.read(head, with_status(status)).stacks == {}


def test_a_name_that_stands_twice_is_no_base(cloud, head):
    cloud.remember(head.record)
    for region in ("us-east-1", "us-east-2"):
        cloud.stack("skyline-edge-dns", ("111111111111", region))
    with pytest.raises(Unusable) as refused:
        cloud.read(head)
    assert str(refused.value).startswith(
        "skyline-edge-dns stands in 111111111111/us-east-1 and 111111111111/us-east-2: a fleet has one; delete"
    )


def test_a_place_that_cannot_be_looked_at_is_named(cloud, head):
    def change(_page: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeStacks")

    def client_for(service: str, account: str, region: str) -> Any:
        real = client(service, account, region)
        return Answering(real, change) if (service, region) == ("cloudformation", "us-east-2") else real

    with pytest.raises(Unusable, match=r"the stacks in 111111111111/us-east-2 cannot be looked at: .*AccessDenied"):
        cloud.read(head, client_for)


def test_an_account_without_credentials_is_said_as_such(cloud, head):
    def client_for(service: str, account: str, region: str) -> Any:
        if account != EDGE[0]:
            raise NoCredentials(f"credentials are for {EDGE[0]}; give --role, a role to take in {account}")
        return client(service, account, region)

    with pytest.raises(NoCredentials, match="give --role, a role to take in"):
        cloud.read(head, client_for)
