"""The parts of docs/ that follow from the code: written between markers, and a test keeps them fresh."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from fleet import egress, egress_cost, road
from fleet.cost import estimate, total, unverified
from fleet.load import load
from fleet.model import Fleet
from fleet.prices import PRICES
from fleet.quantity import spell_size
from fleet.region import EgressSize
from ops.phases import steps
from ops.spot import count

_BLOCK = "<!-- generated: {name} -->\n{text}<!-- end of {name} -->\n"

# In the order a reader meets them: the document first, then its parts from the outside in.
_PARTS = (
    "Team", "Policies", "Survive", "Spot", "Release", "CellDefaults", "Region", "Egress", "Access", "Cell", "Removed",
    "Database", "Generation", "Edge", "Host", "Stream", "Partners", "Rollout", "Quotas", "Service", "Demand",
    "RegionalDemand", "Scale", "Call", "Cache", "Table", "Queue", "Topic", "Image", "Exemption", "Mirror", "PinnedChart",
)  # fmt: skip
_FROM_OTHER_FILES = {"services", "images", "placements", "owners", "exceptions", "mirror"}


def fleet_file_reference() -> str:
    """Every field of the fleet's files as tables: name, type, default, meaning."""
    schema = Fleet.model_json_schema()
    parts = schema["$defs"]
    missing = set(parts) - set(_PARTS)
    if missing:
        raise LookupError(f"parts of the fleet file without a place in the reference: {sorted(missing)}")
    text = "## fleet.yaml\n\n" + _table(schema, parts, skip=_FROM_OTHER_FILES)
    for name in _PARTS:
        if name in parts:
            text += f"\n### {name}\n\n{parts[name].get('description', '').strip()}\n\n" + _table(parts[name], parts)
    return text


def price_table() -> str:
    """The dated prices behind the cost figures."""
    rows = ["| what | USD | per | source | day | verified |", "|---|---|---|---|---|---|"]
    for name, known in PRICES.items():
        yes = "yes" if known.verified else "no"
        rows.append(f"| {name} | {known.usd} | {known.unit} | {known.source} | {known.day} | {yes} |")
    return "\n".join(rows) + "\n"


def deployment() -> str:
    """The commands of hypergrowth's first deployment."""
    blueprint = Path("blueprints/hypergrowth")
    commands = [f"# {n}. {step.title}\n{step.command(blueprint)}" for n, step in enumerate(steps(_fleet(blueprint)), 1)]
    return "```console\n" + "\n".join(commands) + "\n```\n"


def cost_table() -> str:
    """What each blueprint costs a month, in one row."""
    rows = [
        "| blueprint | regions | cells | USD a month | at prices nobody verified | NAT gateways alone would cost more |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name in ("day-one", "growth", "hypergrowth"):
        fleet = _fleet(Path("blueprints") / name)
        found = estimate(fleet)
        figures = (total(found), unverified(found), egress_cost.saved(egress_cost.ways_out(fleet)))
        money = " | ".join(f"{figure:,.0f}" for figure in figures)
        rows.append(f"| `{name}` | {len(fleet.regions)} | {len(fleet.cells)} | {money} |")
    return "\n".join(rows) + "\n"


_ZONE = "use1-az1"
"""Stands for all zones with the newest family; in the tables, addresses are of an own range."""


def nat_sizes() -> str:
    """What each size of a NAT instance carries, costs and wants in traffic."""
    rows = [
        "| instance | carries to the internet | USD a month beside its gateway | pays from |",
        "|---|---:|---:|---:|",
    ]
    for one in egress_cost.sizes(_ZONE, billed=0):
        kind = egress.instance_type(_ZONE, one.size)
        pays = "never: a smaller one carries as much"
        if one.break_even is not None and not egress.wasteful([_ZONE], one.size):
            pays = f"{spell_size(one.break_even * 1e9)} a month"
        rows.append(f"| {kind} | {one.carries / 1e9:g} Gbps | {one.monthly or 0:,.0f} | {pays} |")
    return "\n".join(rows) + "\n"


def nat_example() -> str:
    """Three petabytes a month over three zones, part by part."""
    size: EgressSize = "8xlarge"
    gigabytes, zones = 1e6, 3
    alone, gateway = (egress_cost.managed(traffic, billed=0) for traffic in (gigabytes, 0))
    own = egress_cost.instances(_ZONE, size, gigabytes, billed=0)
    added = egress_cost.instance(_ZONE, size, billed=0)
    if own is None or added is None:
        raise LookupError(f"{egress.instance_type(_ZONE, size)} has no price")
    watching = egress_cost.controller()
    standing = gateway + added - watching
    parts = (
        ("managed: the gateway", gateway),
        ("managed: its bytes", alone - gateway),
        ("**managed, all**", alone),
        ("instances: the gateway, kept hot", gateway),
        (f"instances: one {egress.instance_type(_ZONE, size)}", standing - gateway),
        ("instances: gateway and instance, without a byte on the gateway", standing),
        ("instances: the controller and its probers", watching),
        (f"instances: {100 * egress_cost.GATEWAY_SHARE:g} % of the bytes on the gateway", own - standing - watching),
        ("**instances, all**", own),
        ("**saved**", alone - own),
    )
    rows = ["| USD a month | a zone | three zones |", "|---|---:|---:|"]
    rows += [f"| {what} | {usd:,.0f} | {zones * usd:,.0f} |" for what, usd in parts]
    rows += [
        "",
        f"Managed costs {alone / own:.0f} times as much. A minute over the gateway, failed over at 10 Gbps, costs",
    ]
    rows += [f"{egress_cost.minute(10e9):.2f} USD, and at 50 Gbps {egress_cost.minute(50e9):.2f} USD."]
    return "\n".join(rows) + "\n"


def spot_table() -> str:
    """What the Spot pool of services reaches in each region of hypergrowth."""
    found = count(_fleet(Path("blueprints/hypergrowth")))
    rows = ["| region | types | in its poorest zone | Spot pools | on demand at peak |", "|---|---:|---:|---:|---:|"]
    for share in found.on_demand:
        any_zone, *zones = [one for one in found.types if one.region == share.region]
        poorest, pools = min(one.types for one in zones), sum(one.types for one in zones)
        rows.append(f"| {share.region} | {any_zone.types} | {poorest} | {pools:,} | {share.share:.1%} |")
    rows.append(f"| all | | | | {found.total.share:.1%} |")
    return "\n".join(rows) + "\n"


def road_steps() -> str:
    """The road, step by step: why, what is written, what is signed for."""
    text = ""
    for step in road.steps(Path(__file__).parents[1] / "blueprints" / "road"):
        text += f"### {step.number}. {step.title}\n\n{step.why}\n\n```text\n"
        text += "\n---\n".join(_written(change) for change in step.changes) + "\n```\n\n"
        for sign in step.signs:
            named = ", ".join(f"`{pattern}`" for pattern in sign.of)
            text += f"Signed, `{sign.action}`: {sign.reason} ({named}).\n\n"
        if step.arrives:
            text += f"**This is `{step.arrives}`.**\n\n"
    return text.rstrip("\n") + "\n"


def _written(change: road.Files) -> str:
    """What a change writes, field by field; parts of more than a few fields by their names alone."""
    lines = []
    for file, said in change.items():
        fields = list(road.edits(said))
        lines.append(f"# {file}")
        lines += [f"{field}: {_shown(value)}" for field, value in fields[:_FIELDS]]
        if len(fields) > _FIELDS:
            lines.append(f"# and {len(fields) - _FIELDS} more fields")
    return "\n".join(lines)


_FIELDS = 9
"""Fields of one file that a change is shown by; its own file has all of them."""


def _shown(value: Any) -> str:
    return "# goes" if value is None else json.dumps(value, ensure_ascii=False)


def _fleet(blueprint: Path) -> Fleet:
    return load(Path(__file__).parents[1] / blueprint)


GENERATED: dict[str, tuple[str, Callable[[], str]]] = {
    "fleet-file": ("docs/fleet-file.md", fleet_file_reference),
    "prices": ("docs/cost.md", price_table),
    "phases": ("README.md", deployment),
    "costs": ("README.md", cost_table),
    "nat-sizes": ("docs/cost.md", nat_sizes),
    "spot": ("docs/components/manifests.md", spot_table),
    "nat-example": ("docs/components/egress.md", nat_example),
    "road": ("docs/road.md", road_steps),
}
"""Marker -> (page, what stands between its markers)."""


def refreshed(page: str, name: str, text: str) -> str:
    """The page with the block of a name replaced.

    Raises:
        LookupError: the page has no such markers.
    """
    pattern = re.compile(rf"<!-- generated: {name} -->\n.*?<!-- end of {name} -->\n", re.DOTALL)
    if not pattern.search(page):
        raise LookupError(f"no markers for {name!r}; write {_BLOCK.format(name=name, text='')!r} where it belongs")
    return pattern.sub(lambda _: _BLOCK.format(name=name, text=text), page)


def write(root: Path) -> Iterator[Path]:
    """Refresh all generated blocks below `root`; yields the pages that changed."""
    for name, (page, make) in GENERATED.items():
        file = root / page
        before = file.read_text(encoding="utf-8")
        after = refreshed(before, name, make())
        if after != before:
            file.write_text(after, encoding="utf-8")
            yield file


def _table(schema: dict[str, Any], parts: dict[str, Any], skip: set[str] | frozenset[str] = frozenset()) -> str:
    """Fields as rows. A field without words of its own means what its part means."""
    rows = ["| field | type | default | meaning |", "|---|---|---|---|"]
    required = set(schema.get("required", ()))
    for name, field in schema.get("properties", {}).items():
        if name in skip:
            continue
        default = "required" if name in required else _default(field.get("default"))
        named = re.search(r"#/\$defs/(\w+)", str(field))
        words = field.get("description") or (parts[named[1]].get("description", "") if named else "")
        meaning = " ".join(words.split()).replace("|", "\\|")
        rows.append(f"| `{name}` | {_type(field)} | {default} | {meaning} |")
    return "\n".join(rows) + "\n"


def _default(value: Any) -> str:
    if value is None or value in ({}, [], ()):
        return "-"
    return f"`{value}`" if not isinstance(value, dict) else "see below"


def _type(field: dict[str, Any]) -> str:
    if "anyOf" in field:
        return " or ".join(_type(one) for one in field["anyOf"] if one.get("type") != "null")
    if "$ref" in field:
        return f"[{field['$ref'].rpartition('/')[2]}](#{field['$ref'].rpartition('/')[2].lower()})"
    if "enum" in field:
        return ", ".join(f"`{value}`" for value in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    if field.get("type") == "array":
        return f"list of {_type(field.get('items', {}))}"
    if field.get("type") == "object":
        inner = field.get("additionalProperties") or next(iter(field.get("patternProperties", {"": {}}).values()))
        return f"mapping to {_type(inner)}" if isinstance(inner, dict) else "mapping"
    bounds = _bounds(field)
    example = f", like `{field['examples'][0]}`" if field.get("examples") else ""
    return f"{_WORDS.get(field.get('type', ''), 'any')}{bounds}{example}"


_WORDS = {"string": "text", "integer": "whole number", "number": "number", "boolean": "true or false"}


def _bounds(field: dict[str, Any]) -> str:
    low, high = field.get("minimum"), field.get("maximum")
    if low is not None and high is not None:
        return f" {low} to {high}"
    return f" from {low}" if low is not None else ""
