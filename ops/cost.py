"""`hypercell cost`: the estimate of `fleet.cost`, as a table a person can argue with."""

from __future__ import annotations

from pathlib import Path

from fleet import egress_cost
from fleet.cost import LEFT_OUT, Line, estimate, total, unverified
from fleet.load import load
from fleet.prices import price
from ops.console import print_json, print_table

COLUMNS = ("what", "count", "USD each", "USD a month")
SCOPES = ("scope", "USD a month")


def show(blueprint: Path, *, as_json: bool) -> int:
    """Print the estimate of a folder's fleet."""
    fleet = load(blueprint)
    lines, ways_out = estimate(fleet), egress_cost.ways_out(fleet)
    saved, possible = egress_cost.saved(ways_out), egress_cost.possible(ways_out)
    unpriced = sorted({line.what for line in lines if line.monthly is None})
    if as_json:
        print_json(
            {
                "lines": [line.__dict__ for line in lines],
                "monthly": round(total(lines), 2),
                "saved_by_instances": round(saved, 2),
                "possible_by_instances": round(possible, 2),
                "without_price": unpriced,
                "left_out": LEFT_OUT,
            }
        )
        return 0
    print_table("Monthly cost", COLUMNS, _by_thing(lines), right=COLUMNS[1:])
    print_table("Where", SCOPES, _by_scope(lines), right=SCOPES[1:])
    print(
        f"total {total(lines):,.0f} USD a month, of which {unverified(lines):,.0f} at prices nobody verified (docs/cost.md)"
    )
    if unpriced:
        print(f"not in the total, because they have no price: {', '.join(unpriced)}")
    if saved:
        print(f"NAT gateways alone would cost {saved:,.0f} USD a month more (hypercell nat cost)")
    if possible:
        print(f"NAT instances would cost {possible:,.0f} USD a month less (hypercell nat cost)")
    print(f"left out: {LEFT_OUT}")
    return 0


def _by_thing(lines: tuple[Line, ...]) -> list[tuple[str, ...]]:
    """One row a thing, over all scopes; the lines one by one are in the JSON."""
    things: dict[tuple[str, str], list[Line]] = {}
    for line in lines:
        things.setdefault((line.what, line.price), []).append(line)
    return [(what, _count(same), *_money(name, same)) for (what, name), same in things.items()]


def _count(same: list[Line]) -> str:
    count = sum(line.count for line in same)
    return f"{count:,.0f}" if count >= 10 or count == round(count) else f"{count:.2g}"


def _money(name: str, same: list[Line]) -> tuple[str, str]:
    known = price(name)
    return ("no price", "-") if known is None else (f"{known.usd:g}", f"{total(tuple(same)):,.0f}")


def _by_scope(lines: tuple[Line, ...]) -> list[tuple[str, ...]]:
    scopes = dict.fromkeys(line.scope for line in lines)
    return [(scope, f"{total(tuple(x for x in lines if x.scope == scope)):,.0f}") for scope in scopes]
