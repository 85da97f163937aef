"""The picture of a standing fleet, printed for a person."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from local.picture import (
    CellPicture,
    DatabasePicture,
    HostPicture,
    MarketPicture,
    Picture,
    RegionPicture,
    Totals,
    WayOut,
    ZonePicture,
)

PIPED_WIDTH = 120
"""Columns when nobody's terminal tells."""


def console() -> Console:
    """The terminal, or plain text of a fixed width when the output goes elsewhere."""
    terminal = Console(highlight=False)
    return terminal if terminal.is_terminal else Console(highlight=False, width=PIPED_WIDTH, no_color=True)


def show(picture: Picture, out: Console) -> None:
    """Print the picture: hosts, markets with their regions, zones and cells, databases, and what was counted."""
    if out.is_terminal:
        _draw(picture, out)
        return
    # A file gets no blanks at the ends of its lines.
    with out.capture() as drawn:
        _draw(picture, out)
    for line in drawn.get().splitlines():
        out.file.write(f"{line.rstrip()}\n")


def _draw(picture: Picture, out: Console) -> None:
    out.print()
    out.print(Text.assemble((picture.fleet, "bold"), f"  {picture.domain}, zone {picture.zone}"))
    accounts: dict[str, list[str]] = {}
    for alias, account in picture.accounts.items():
        accounts.setdefault(account, []).append(alias)
    out.print(
        Text("accounts  " + ", ".join(f"{account} ({' '.join(aliases)})" for account, aliases in accounts.items()))
    )
    out.print()
    out.print(_section("hosts", _hosts(picture.hosts)))
    for market in picture.markets:
        for part in _market(market):
            out.print(part)
    out.print(_section("databases", _databases(picture.databases)))
    for line in totals(picture.totals):
        out.print(line)


def totals(counted: Totals) -> Iterator[Text]:
    """What was counted: stacks, resources, comparisons, and what is only recorded."""
    recorded = sum(counted.recorded.values())
    yield Text.assemble(
        (f"{counted.stacks:,} stacks", "bold"),
        ", ",
        (f"{counted.resources:,} resources", "bold"),
        f" of {counted.types} types: every stack is complete, and holds exactly the resources of its template.",
    )
    yield Text(f"{counted.compared:,} properties were read back through the APIs, and stand as the templates say.")
    if recorded:
        types = ", ".join(f"{name.removeprefix('AWS::')} {count}" for name, count in counted.recorded.items())
        yield Text(
            f"{recorded:,} of the {counted.resources:,} resources are recorded only (no API behind them): {types}."
        )


def _table(*columns: str, right: Sequence[str] = ()) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        table.add_column(column, justify="right" if column in right else "left", overflow="fold")
    return table


def _section(title: str, body: RenderableType) -> RenderableType:
    return Group(Text(title, "bold"), Padding(body, (0, 0, 1, 2)))


def _hosts(hosts: Sequence[HostPicture]) -> Table:
    table = _table("viewers ask", "CloudFront", "firewall", "origin")
    for host in hosts:
        table.add_row(
            ", ".join(host.names), f"{host.distribution}  {host.domain}", host.firewall or "none", host.origin
        )
    return table


def _market(market: MarketPicture) -> Iterator[RenderableType]:
    yield Rule(Text(f"market {market.name}", "bold"), align="left", style="dim")
    for region in market.regions:
        yield _region(region, sum(one.weight or 0 for one in market.regions))


def _region(region: RegionPicture, market_weight: int) -> RenderableType:
    head = Text.assemble(
        (region.name, "bold cyan"),
        f"  weight {_weight(region.weight, market_weight)}",
        (f"  account {region.account}  {' '.join(region.networks)}", "dim"),
    )
    parts: list[RenderableType] = [
        head,
        Padding(_zones(region.zones), (0, 0, 0, 2)),
        Padding(_cells(region.cells), (0, 0, 0, 2)),
    ]
    if region.streams:
        streams = ", ".join(
            f"{one.name} ({one.shards} shards, {one.hours // 24} d)"
            if one.mode == "PROVISIONED"
            else f"{one.name} (on demand, {one.hours // 24} d)"
            for one in region.streams
        )
        parts.append(Padding(Text.assemble(("streams  ", "dim"), streams), (0, 0, 0, 2)))
    if region.caches:
        caches = ", ".join(f"{one.name} ({one.shards} shards, {one.nodes} nodes)" for one in region.caches)
        parts.append(Padding(Text.assemble(("caches   ", "dim"), caches), (0, 0, 0, 2)))
    return Group(*parts, Text())


def _zones(zones: Sequence[ZonePicture]) -> Table:
    table = _table(
        "zone",
        "subnets",
        "its cells go out by",
        "address",
        "route tables",
        "stands by",
        right=["subnets", "route tables"],
    )
    for zone in zones:
        for way in zone.ways or (WayOut("none", "none", "", 0, ""),):
            kind = {"gateway": "NAT gateway", "instance": "NAT instance"}.get(way.kind, way.kind)
            standby = (
                f"NAT {'instance' if way.kind == 'gateway' else 'gateway'} {way.standby}" if way.standby else "none"
            )
            table.add_row(zone.id, str(zone.subnets), f"{kind} {way.route}", way.address, str(way.shards), standby)
    return table


def _cells(cells: Sequence[CellPicture]) -> Table:
    table = _table(
        "cell",
        "weight",
        "EKS",
        "state",
        "own nodes",
        "node image",
        "services",
        "nodes and pods",
        right=["weight", "services"],
    )
    whole = sum(cell.weight or 0 for cell in cells)
    for cell in cells:
        state = Text(cell.status.lower(), "green" if cell.status == "ACTIVE" else "red")
        table.add_row(
            Text(cell.name, "cyan"),
            _weight(cell.weight, whole),
            cell.kubernetes,
            state,
            cell.nodes,
            cell.image or "Auto Mode",
            str(len(cell.services)),
            " ".join(cell.subnets),
        )
    return table


def _weight(weight: int | None, whole: int) -> str:
    """`100 (17 %)`: the weight, and the share of traffic that it is."""
    if weight is None:
        return "none"
    return f"{weight} ({weight / whole:.0%})" if whole else str(weight)


def _databases(databases: Sequence[DatabasePicture]) -> Table:
    table = _table(
        "database", "generation", "region", "cluster", "state", "linked with", "witness", right=["generation"]
    )
    for database in databases:
        for cluster in database.clusters:
            table.add_row(
                database.name,
                str(database.generation),
                cluster.region,
                cluster.identifier,
                Text(cluster.status.lower(), "green" if cluster.status == "ACTIVE" else "yellow"),
                ", ".join(cluster.peers) or "nobody",
                cluster.witness or "none",
            )
    return table
