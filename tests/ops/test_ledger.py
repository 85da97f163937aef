"""What the last roll-out left is remembered whole, however large the fleet, and never half."""

from __future__ import annotations

import random
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError
from moto import mock_aws

from fleet.record import Record, record
from ops import ledger
from ops.ledger import Entry
from ops.promotion.image import Unusable

NAME = "/skyline/rollout/record"


@pytest.fixture
def ssm(monkeypatch) -> Iterator:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with mock_aws():
        yield boto3.client("ssm", region_name="us-east-2")


@pytest.fixture
def said(fleet) -> Record:
    return record(fleet)


def crowded(said: Record, stacks: int) -> Record:
    """A record with so many stacks more, of names that pack badly."""
    some = random.Random(1)
    (one, *_) = said.stacks.values()
    more = {f"skyline-{some.getrandbits(200):x}": one for _ in range(stacks)}
    return said.model_copy(update={"stacks": {**said.stacks, **more}})


def parameters(ssm) -> set[str]:
    pages = ssm.get_paginator("describe_parameters").paginate()
    return {one["Name"] for page in pages for one in page["Parameters"]}


def test_it_lies_where_the_zones_stack_is(fleet, said):
    assert ledger.home(said) == (fleet.accounts["edge"], fleet.edge.control_region)


def test_before_the_first_roll_out_there_is_none(ssm):
    assert ledger.read("skyline", ssm) is None


@pytest.mark.parametrize("stacks", [0, 2000])
def test_what_is_written_is_read(ssm, said, stacks):
    entry = Entry(assembly="sha256:1", revision="1f3c9ab", record=crowded(said, stacks))
    ledger.write(entry, ssm)
    assert ledger.read("skyline", ssm) == entry
    assert (len(parameters(ssm)) > 20) == (stacks == 2000)


def test_of_the_entry_before_nothing_is_left(ssm, said):
    ledger.write(Entry(assembly="sha256:1", record=crowded(said, 500)), ssm)
    ledger.write(Entry(assembly="sha256:2", record=said), ssm)
    found = ledger.read("skyline", ssm)
    assert found is not None
    assert found.assembly == "sha256:2"
    assert len(parameters(ssm)) == 2


def test_writing_the_same_again_keeps_it(ssm, said):
    for _ in range(2):
        ledger.write(Entry(assembly="sha256:1", record=said), ssm)
    assert ledger.read("skyline", ssm) is not None


def test_while_it_is_written_the_one_before_holds(ssm, said, monkeypatch):
    ledger.write(Entry(assembly="sha256:1", record=said), ssm)
    put = ssm.put_parameter

    def breaks(**arguments):
        if arguments["Name"] == NAME:
            raise ClientError({"Error": {"Code": "InternalServerError", "Message": "says SSM"}}, "PutParameter")
        return put(**arguments)

    monkeypatch.setattr(ssm, "put_parameter", breaks)
    with pytest.raises(Unusable, match=r"/skyline/rollout/record cannot be written: .*InternalServerError"):
        ledger.write(Entry(assembly="sha256:2", record=crowded(said, 500)), ssm)
    found = ledger.read("skyline", ssm)
    assert found is not None
    assert found.assembly == "sha256:1"


def test_parts_that_a_roll_out_removes_meanwhile_are_looked_for_again(ssm, said, monkeypatch):
    ledger.write(Entry(assembly="sha256:1", record=said), ssm)
    get = ssm.get_parameter
    overtakes = [Entry(assembly="sha256:2", record=said)]

    def overtaken(**arguments):
        answer = get(**arguments)
        if overtakes:
            ledger.write(overtakes.pop(), ssm)
        return answer

    monkeypatch.setattr(ssm, "get_parameter", overtaken)
    found = ledger.read("skyline", ssm)
    assert found is not None
    assert found.assembly == "sha256:2"


def test_a_part_that_is_lost_makes_it_unusable(ssm, said):
    ledger.write(Entry(assembly="sha256:1", record=said), ssm)
    ssm.delete_parameter(Name=next(name for name in parameters(ssm) if name != NAME))
    with pytest.raises(Unusable, match="lacks parts of what it names; finish a roll-out, which writes it anew"):
        ledger.read("skyline", ssm)


@pytest.mark.parametrize("value", ["hello", "[]", '{"digest": "x"}'])
def test_what_somebody_else_put_there_is_not_taken_for_it(ssm, value):
    ssm.put_parameter(Name=NAME, Value=value, Type="String")
    with pytest.raises(Unusable, match="is not what a roll-out writes"):
        ledger.read("skyline", ssm)
