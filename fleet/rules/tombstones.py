"""A tombstone names what stood and stands no more: what is missing without one was lost, not removed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from fleet import addressing, geography, tombstone
from fleet.model import Fleet
from fleet.problem import Finding

_LAST = {"cell": addressing.MOST_CELLS - 1, "region": 31}
"""The highest slot that each can have had."""
_FIRST = {"cell": 0, "region": 1}


def check(fleet: Fleet) -> Iterator[Finding]:
    for key, removed in fleet.removed.items():
        path = ("removed", key)
        noun = tombstone.noun(key)
        region = key.partition("/")[0] if noun in tombstone.SLOTTED else key.rpartition("/")[2]
        placed = noun in tombstone.SLOTTED or noun == "service in a region"
        if noun is None or (placed and not geography.known(region)):
            text = (
                f"{key!r} names nothing that can have stood; write a cell as <region>/<cell>, e.g. us-east-1/g, "
                f"anything else as in the table of docs/components/change.md"
            )
            yield Finding(path, text)
            continue
        if _stands(fleet, noun, key):
            again = ", and its key is not used again" if noun in tombstone.FOR_EVER else "; remove the tombstone"
            yield Finding(path, f"{key} still stands; a {noun} is either there or removed{again}")
        yield from _slot(path, noun, removed.slot)
        try:
            date.fromisoformat(removed.on)
        except ValueError:
            yield Finding((*path, "on"), f"{removed.on} is no day of the calendar; write it as YYYY-MM-DD")


def _slot(path: tuple[str, str], noun: str, slot: int | None) -> Iterator[Finding]:
    if noun not in tombstone.SLOTTED:
        if slot is not None:
            yield Finding((*path, "slot"), f"{slot} frees nothing: a {noun} has no address slot; remove it")
    elif slot is None:
        yield Finding(path, f"the address slot that the {noun} had is missing; add it: it is what becomes free")
    elif not _FIRST[noun] <= slot <= _LAST[noun]:
        text = f"{slot} is no slot a {noun} can have had; slots are {_FIRST[noun]} to {_LAST[noun]}"
        yield Finding((*path, "slot"), text)


def _stands(fleet: Fleet, noun: str, key: str) -> bool:
    one, _, other = key.partition("/")
    name, _, part = other.partition("/")
    if noun == "cell":
        return one in fleet.regions and other in fleet.regions[one].cells
    if noun == "generation":
        return name in fleet.databases and int(part) in fleet.databases[name].generations
    if noun == "service in a region":
        return name in fleet.services and part in fleet.regions and fleet.services[name].runs_in(fleet.regions[part])
    return {
        "region": one in fleet.regions,
        "database": name in fleet.databases,
        "stream": name in fleet.streams,
        "service": name in fleet.services,
        "account": name in fleet.accounts,
    }[noun]
