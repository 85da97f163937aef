"""One platform roll-out at a time, whoever writes between a look and a write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ReadTimeoutError
from moto import mock_aws

from ops.rollout.claim import CLOCKS_DIFFER, LIFE, RENEWED_EVERY, NotOurs
from ops.rollout.lock import Held, Lock, Lost, Unanswered

NAME = "/acme/rollout/lock"


class Store:
    """Parameter Store in moto, where something may happen just before a write, and calls may fail."""

    def __init__(self) -> None:
        self.client = boto3.client("ssm", "us-east-2", aws_access_key_id="x", aws_secret_access_key="x")
        self.before: list[Callable[[], Any]] = []
        self.fails: list[Exception] = []

    def put_parameter(self, **arguments: Any) -> Any:
        if self.before:
            self.before.pop()()
        if self.fails:
            raise self.fails.pop()
        return self.client.put_parameter(**arguments)

    def get_paginator(self, name: str) -> Any:
        return self.client.get_paginator(name)


class Time:
    def __init__(self) -> None:
        self.now = datetime(2026, 11, 25, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, of: timedelta) -> None:
        self.now += of


@pytest.fixture
def store() -> Iterator[Store]:
    with mock_aws():
        yield Store()


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def lock(store: Store, time: Time) -> Callable[[], Lock]:
    return lambda: Lock(store, NAME, time)


def taken(lock: Lock, run: str = "one", **how: Any) -> Lock:
    lock.take(owner=f"arn:{run}", run=run, what="sha256:a", **how)
    return lock


STALE = LIFE + CLOCKS_DIFFER + timedelta(seconds=1)


def test_a_second_roll_out_is_refused_by_the_name_of_the_first_and_its_hour(lock):
    taken(lock())
    with pytest.raises(
        Held,
        match=r"^arn:one is rolling out sha256:a since 2026-11-25T12:00:00\+00:00 and holds "
        r"/acme/rollout/lock until 2026-11-25T12:15:00\+00:00 \(run one\)$",
    ):
        taken(lock(), "two")


def test_it_is_free_again_once_given_back(lock):
    taken(lock()).release()
    assert taken(lock(), "two").claim.run == "two"


def test_the_same_run_finds_its_own_lock_on_another_machine(lock):
    taken(lock())
    assert taken(lock()).claim is not None


def test_a_lock_that_is_renewed_outlives_its_hour(lock, time):
    first = taken(lock())
    for _ in range(6):
        time.passes(RENEWED_EVERY)
        first.keep()
    with pytest.raises(Held):
        taken(lock(), "two", take_over=True)


def test_a_lock_is_written_no_oftener_than_it_must_be(lock, time, store):
    first = taken(lock())
    time.passes(RENEWED_EVERY - timedelta(seconds=1))
    first.keep()
    assert first.version == 1


def test_a_lock_that_is_over_is_taken_only_by_who_says_so(lock, time):
    taken(lock())
    time.passes(STALE)
    with pytest.raises(Held, match=r"did not renew it since; make sure .* --take-over$"):
        taken(lock(), "two")
    assert taken(lock(), "two", take_over=True).claim.run == "two"


def test_a_lock_is_not_over_by_a_clock_that_is_a_little_ahead(lock, time):
    taken(lock())
    time.passes(LIFE + CLOCKS_DIFFER - timedelta(seconds=1))
    with pytest.raises(Held):
        taken(lock(), "two", take_over=True)


def test_who_slept_while_another_took_over_is_told_and_does_not_take_it_back(lock, time):
    first = taken(lock())
    time.passes(STALE)
    second = taken(lock(), "two", take_over=True)
    with pytest.raises(Lost, match=r"^arn:two took the lock over"):
        first.keep()
    time.passes(RENEWED_EVERY)
    second.keep()
    with pytest.raises(Held, match="arn:two"):
        taken(lock(), "three")


def test_of_two_who_take_over_at_once_one_wins(lock, time, store):
    taken(lock())
    time.passes(STALE)
    second = lock()
    store.before.append(lambda: taken(second, "two", take_over=True))
    with pytest.raises(Held, match=r"^arn:two was faster"):
        taken(lock(), "three", take_over=True)
    time.passes(RENEWED_EVERY)
    second.keep()


def test_of_two_who_begin_at_once_one_wins(lock, store):
    store.before.append(lambda: taken(lock(), "two"))
    with pytest.raises(Held, match=r"^arn:two was faster"):
        taken(lock(), "one")


def test_giving_back_what_another_took_over_leaves_it_theirs(lock, time):
    first = taken(lock())
    time.passes(STALE)
    taken(lock(), "two", take_over=True)
    first.release()
    with pytest.raises(Held, match="arn:two"):
        taken(lock(), "three")


@pytest.mark.parametrize(
    "error",
    [
        ClientError({"Error": {"Code": "ThrottlingException", "Message": "slow"}}, "PutParameter"),
        ReadTimeoutError(endpoint_url="https://ssm.invalid"),
    ],
)
def test_a_renewal_that_fails_is_tried_again_until_the_hour_is_over(lock, time, store, error):
    first = taken(lock())
    time.passes(RENEWED_EVERY)
    store.fails.append(error)
    first.keep()
    first.keep()
    assert first.version == 2
    time.passes(LIFE + timedelta(seconds=1))
    store.fails.append(error)
    with pytest.raises(Unanswered, match=NAME):
        first.keep()


def test_something_else_in_its_place_is_left_alone(lock, store):
    store.client.put_parameter(Name=NAME, Value="mine", Type="String")
    with pytest.raises(NotOurs, match="holds something else than a lock"):
        taken(lock())
    assert store.client.get_parameter(Name=NAME)["Parameter"]["Value"] == "mine"


def test_it_holds_after_more_renewals_than_parameter_store_remembers(lock, time):
    first = taken(lock())
    for _ in range(130):
        time.passes(RENEWED_EVERY)
        first.keep()
    with pytest.raises(Held, match="arn:one"):
        taken(lock(), "two")
