"""`hypercell cost`: the estimate of `fleet.cost`, as a table a person can argue with."""

from __future__ import annotations

from pathlib import Path

from fleet.cost import LEFT_OUT, Line, estimate, total
from fleet.load import load
from fleet.prices import PRICES
from ops.console import print_json, print_table

COLUMNS = ("what", "count", "USD each", "USD a month")
SCOPES = ("scope", "USD a month")


def show(blueprint: Path, *, as_json: bool) -> int:
    """Print the estimate of a folder's fleet."""
    lines = estimate(load(blueprint))
    if as_json:
        print_json(
            {"lines": [line.__dict__ for line in lines], "monthly": round(total(lines), 2), "left_out": LEFT_OUT}
        )
        return 0
    print_table("Monthly cost", COLUMNS, _by_thing(lines), right=COLUMNS[1:])
    print_table("Where", SCOPES, _by_scope(lines), right=SCOPES[1:])
    guesses = sum(line.monthly for line in lines if not PRICES[line.price].verified)
    print(f"total {total(lines):,.0f} USD a month, of which {guesses:,.0f} at prices nobody verified (docs/cost.md)")
    print(f"left out: {LEFT_OUT}")
    return 0


def _by_thing(lines: tuple[Line, ...]) -> list[tuple[str, ...]]:
    """One row a thing, over all scopes; the lines one by one are in the JSON."""
    things: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        things.setdefault((line.what, line.price), []).append(line)
    return [
        (what, f"{sum(x.count for x in same):,.0f}", f"{PRICES[price].usd:g}", f"{total(tuple(same)):,.0f}")
        for (what, price), same in things.items()
    ]


def _by_scope(lines: tuple[Line, ...]) -> list[tuple[str, ...]]:
    scopes = dict.fromkeys(line.scope for line in lines)
    return [(scope, f"{total(tuple(x for x in lines if x.scope == scope)):,.0f}") for scope in scopes]
