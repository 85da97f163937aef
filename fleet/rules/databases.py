"""Databases: one region or a pair with its witness, generations in order, and services where the data is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from fleet import dsql, geography
from fleet.database import Database, Generation
from fleet.known import instead, listed
from fleet.model import Fleet
from fleet.problem import Finding, Path

_ORDER = ("retiring", "active", "restoring")


def check(fleet: Fleet) -> Iterator[Finding]:
    for name, database in fleet.databases.items():
        yield from _market(fleet, name, database)
        yield from _generations(name, database)
        for number, generation in database.generations.items():
            yield from _generation(("databases", name, "generations", number), generation)
    yield from _services(fleet)


def _market(fleet: Fleet, name: str, database: Database) -> Iterator[Finding]:
    market = next((m for m in fleet.markets if name.endswith(f"-{m}")), None)
    if market is None:
        text = f"{name} ends with no market of this fleet ({listed(fleet.markets)}); name it <name>-<market>"
        yield Finding(("databases", name), text)
        return
    for number, generation in database.generations.items():
        for place, region in enumerate(generation.regions):
            if region not in {r.name for r in fleet.markets[market]}:
                text = (
                    f"{region} is not in market {market} ({listed(r.name for r in fleet.markets[market])}); "
                    f"a database lives where its market is"
                )
                yield Finding(("databases", name, "generations", number, "regions", place), text)


def _generations(name: str, database: Database) -> Iterator[Finding]:
    path: Path = ("databases", name, "generations")
    if not database.generations:
        yield Finding(path, "is empty; a database has at least generation 1")
        return
    states = [(number, generation.state) for number, generation in sorted(database.generations.items())]
    for (one, earlier), (other, later) in pairwise(states):
        if _ORDER.index(later) < _ORDER.index(earlier):
            text = (
                f"{later}, while generation {one} is {earlier}; generations only grow: the older retires, "
                f"the newer is restored and takes over"
            )
            yield Finding((*path, other, "state"), text)
    if not any(state == "active" for _, state in states):
        text = f"none is active ({listed(f'{n} is {s}' for n, s in states)}); one generation serves at any time"
        yield Finding(path, text)


def _generation(path: Path, generation: Generation) -> Iterator[Finding]:
    regions, witness = generation.regions, generation.witness
    for place, region in enumerate(regions):
        if region not in dsql.everywhere():
            text = f"{region} has no Aurora DSQL; {instead(region, dsql.everywhere())}"
            yield Finding((*path, "regions", place), text)
    if len(regions) not in (1, 2):
        yield Finding((*path, "regions"), f"{len(regions)} regions are listed; list one, or exactly two peers")
        return
    if len(regions) == 1:
        if witness is not None:
            text = f"{witness} witnesses nothing: a single region has no peer; remove it, or start a generation of two peers"
            yield Finding((*path, "witness"), text)
        if generation.peering == "linked":
            text = "linked needs two peers, and this generation has one region; remove it"
            yield Finding((*path, "peering"), text)
        return
    yield from _pair(path, regions, witness)


def _pair(path: Path, regions: tuple[str, ...], witness: str | None) -> Iterator[Finding]:
    one, other = regions
    own = dsql.set_of(one)
    if one == other:
        yield Finding((*path, "regions", 1), f"{other} is its own peer; use another region of {listed(own)}")
    elif all(region in dsql.everywhere() for region in regions) and other not in own:
        remedy = f"use another of {listed(own)}" if own else f"{one} can be in no pair, use a region set of DSQL"
        yield Finding((*path, "regions", 1), f"{other} is not in the region set of {one}; {remedy}")
    free = [region for region in own if region not in regions]
    if witness is None:
        text = f"the witness of two peers is missing; use a third region of the same set ({listed(free)})"
        yield Finding((*path, "witness"), text)
    elif witness in regions:
        text = f"{witness} is a peer of this database; the witness is a third region of the same set ({listed(free)})"
        yield Finding((*path, "witness"), text)
    elif own and witness not in own:
        text = f"{witness} is not in the region set of the peers; use one of {listed(free)}"
        yield Finding((*path, "witness"), text)


def _services(fleet: Fleet) -> Iterator[Finding]:
    """A service's database exists in every market it runs in, and has a cluster in each of its regions."""
    bases = {name.removesuffix(f"-{market}") for name in fleet.databases for market in fleet.markets}
    for service in fleet.services.values():
        path = ("services", service.name, "database")
        if service.database is None:
            continue
        if not any(f"{service.database}-{market}" in fleet.databases for market in fleet.markets):
            near = sorted(bases - fleet.databases.keys())
            text = f"{service.database} is the database of no market; {instead(service.database, near)}"
            yield Finding(path, text)
            continue
        for market, regions in fleet.markets.items():
            here = [region.name for region in regions if service.runs_in(region) and geography.known(region.name)]
            yield from _in_market(fleet, path, f"{service.database}-{market}", here)


def _in_market(fleet: Fleet, path: Path, name: str, here: list[str]) -> Iterator[Finding]:
    database, service = fleet.databases.get(name), path[1]
    if database is None and here:
        text = f"{name} does not exist, and {service} runs in {listed(here)}; add it to `databases`, or name other `regions`"
        yield Finding(path, text)
    elif database is not None and database.generations:
        serving = list(dict.fromkeys(database.serving.regions))
        missing = [region for region in here if region not in serving]
        if missing:
            text = (
                f"{name} has no cluster in {listed(missing)}, where {service} runs; give the service `regions` of "
                f"{listed(serving)}"
            )
            yield Finding(path, text)
