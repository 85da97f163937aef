"""A tombstone names what stood and stands no more."""

from __future__ import annotations

import pytest

from fleet import tombstone

FLEET = "fleet.yaml"
STONE = "us-east-1/z: {slot: 7, on: 2026-03-19, reason: the Auto Mode cell of day one}"

RIGHT = (
    "ap-south-1: {slot: 9, on: 2026-03-19, reason: r}",
    "databases/bookings-ap: {on: 2026-03-19, reason: r}",
    "databases/bookings-eu/7: {on: 2026-03-19, reason: r}",
    "streams/clicks: {on: 2026-03-19, reason: r}",
    "services/baggage: {on: 2026-03-19, reason: r}",
    "accounts/old: {on: 2026-03-19, reason: r}",
)

CASES = [
    ("us-east-1/a: {slot: 7, on: 2026-03-19, reason: r}", "us-east-1/a",
     "us-east-1/a still stands; a cell is either there or removed, and its key is not used again"),
    ("us-east-1-z: {on: 2026-03-19, reason: r}", "us-east-1-z",
     "'us-east-1-z' names nothing that can have stood; write a cell as <region>/<cell>, e.g. us-east-1/g, "
     "anything else as in the table of docs/components/change.md"),
    ("xx-east-1/z: {slot: 1, on: 2026-03-19, reason: r}", "xx-east-1/z",
     "'xx-east-1/z' names nothing that can have stood; write a cell as <region>/<cell>, e.g. us-east-1/g, "
     "anything else as in the table of docs/components/change.md"),
    ("us-east-1/z: {slot: 8, on: 2026-03-19, reason: r}", "us-east-1/z.slot",
     "8 is no slot a cell can have had; slots are 0 to 7"),
    ("ap-south-1: {slot: 0, on: 2026-03-19, reason: r}", "ap-south-1.slot",
     "0 is no slot a region can have had; slots are 1 to 31"),
    ("us-east-1/z: {on: 2026-03-19, reason: r}", "us-east-1/z",
     "the address slot that the cell had is missing; add it: it is what becomes free"),
    ("streams/clicks: {slot: 1, on: 2026-03-19, reason: r}", "streams/clicks.slot",
     "1 frees nothing: a stream has no address slot; remove it"),
    ("us-east-1/z: {slot: 7, on: 2026-02-30, reason: r}", "us-east-1/z.on",
     "2026-02-30 is no day of the calendar; write it as YYYY-MM-DD"),
    ("us-east-1: {slot: 1, on: 2026-03-19, reason: r}", "us-east-1",
     "us-east-1 still stands; a region is either there or removed, and its key is not used again"),
    ("streams/prices: {on: 2026-03-19, reason: r}", "streams/prices",
     "streams/prices still stands; a stream is either there or removed; remove the tombstone"),
    ("services/egressor: {on: 2026-03-19, reason: r}", "services/egressor",
     "services/egressor still stands; a service is either there or removed; remove the tombstone"),
    ("services/egressor/us-west-2: {on: 2026-03-19, reason: r}", "services/egressor/us-west-2",
     "services/egressor/us-west-2 still stands; a service in a region is either there or removed; remove the tombstone"),
    ("databases/bookings-us/2: {on: 2026-03-19, reason: r}", "databases/bookings-us/2",
     "databases/bookings-us/2 still stands; a generation is either there or removed, and its key is not used again"),
]  # fmt: skip


@pytest.mark.parametrize("stone", RIGHT)
def test_a_right_one_says_nothing(said, stone: str) -> None:
    assert said("hypergrowth", [(FLEET, STONE, stone)]) == []


@pytest.mark.parametrize(("stone", "field", "message"), CASES)
def test_a_wrong_one_is_told_in_its_line(said, expect, stone: str, field: str, message: str) -> None:
    edits = [(FLEET, STONE, stone)]
    assert said("hypergrowth", edits) == expect(
        "hypergrowth", [(FLEET, stone.partition(":")[0] + ": {", f"removed.{field}: {message}")]
    )


@pytest.mark.parametrize("key", ["", "streams", "streams/", "databases/bookings/0", "us-east-1/Z", "services/a/b"])
def test_what_is_no_key_names_nothing(key: str) -> None:
    assert tombstone.noun(key) is None
