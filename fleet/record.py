"""What a fleet was, written beside its templates: all that a later change of it must know, and no more.

The files of an earlier revision may no longer be readable by the code of now; this can be. A field is added here, never
renamed: what an old record lacks has a default, and what a newer one has on top is left alone.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from fleet.cell import Cell
from fleet.model import Fleet
from fleet.phases import StackPlan, every_stack
from fleet.region import Region

FILE = "fleet-record.json"
"""Its name in the folder of the templates."""
FORMAT: Literal[1] = 1


class Part(BaseModel):
    """A part of a record: never changed, and open to fields of later versions."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class CellRecord(Part):
    """One cell, planned ones too. Weights as Route 53 gets them."""

    region: str
    """`us-east-1`."""
    slot: int
    state: str
    weight: int
    release: str
    capacity: str
    zones: tuple[str, ...] = ()
    """Zone ids."""
    services: tuple[str, ...] = ()
    """Names of the services placed there."""
    tiers: tuple[int, ...] = ()
    """Tiers of those services, each once, sorted."""


class RegionRecord(Part):
    """One region of the fleet."""

    code: str
    account: str
    """Account id."""
    market: str
    weight: int
    zones: tuple[str, ...]
    slot: int


class GenerationRecord(Part):
    """One generation of a database."""

    regions: tuple[str, ...]
    witness: str | None = None
    peering: str = "pending"
    state: str = "active"


class StackRecord(Part):
    """One stack: what it is about."""

    kind: str
    """`network`, `cell`, as in `fleet.phases`."""
    account: str
    """Account id."""
    region: str
    """AWS region it lives in."""
    phase: int
    home: str | None = None
    """The fleet's region that it serves, wherever it lives; None: the whole fleet, or a pair of regions."""
    cell: str | None = None
    """The cell it belongs to, `use1-a`."""
    after: tuple[str, ...] = ()


class Record(Part):
    """A fleet at one moment."""

    format: Literal[1] = FORMAT
    fleet: str
    domain: str
    stage: str
    accounts: dict[str, str]
    """Alias to account id."""
    change_scope: str
    regions: dict[str, RegionRecord]
    cells: dict[str, CellRecord]
    """`use1-a` to cell."""
    databases: dict[str, dict[int, GenerationRecord]] = Field(default_factory=dict)
    """Name to number to generation."""
    streams: tuple[str, ...] = ()
    services: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Name to the fleet's regions it runs in."""
    stacks: dict[str, StackRecord] = Field(default_factory=dict)
    removed: tuple[str, ...] = ()
    """Tombstones, as in `fleet.tombstone`: `us-east-1/z`, `streams/debug`."""

    @property
    def weights(self) -> dict[str, float]:
        """Cell to its part of the fleet's traffic: its part of its region, times the region's of its market, and
        markets alike (viewers choose them by distance, which no file knows). Sums to 1 while anything serves.
        """
        markets: dict[str, list[str]] = {}
        for name, region in self.regions.items():
            if region.weight and any(cell.weight for cell in self.cells.values() if cell.region == name):
                markets.setdefault(region.market, []).append(name)
        found = dict.fromkeys(self.cells, 0.0)
        for names in markets.values():
            whole = sum(self.regions[name].weight for name in names)
            for name in names:
                inside = {key: cell.weight for key, cell in self.cells.items() if cell.region == name}
                part = self.regions[name].weight / whole / len(markets) / sum(inside.values())
                found |= {key: weight * part for key, weight in inside.items()}
        return found


def record(fleet: Fleet) -> Record:
    """What is to be remembered of a fleet."""
    return Record(
        fleet=fleet.name,
        domain=fleet.domain,
        stage=fleet.stage,
        accounts=dict(fleet.accounts),
        change_scope=fleet.policies.change_scope,
        regions={name: _region(region) for name, region in fleet.regions.items()},
        cells={
            f"{region.code}-{key}": _cell(cell)
            for region in fleet.regions.values()
            for key, cell in region.cells.items()
        },
        databases={
            name: {
                number: GenerationRecord(regions=one.regions, witness=one.witness, peering=one.peering, state=one.state)
                for number, one in database.generations.items()
            }
            for name, database in fleet.databases.items()
        },
        streams=tuple(fleet.streams),
        services={
            name: tuple(region.name for region in service.in_regions) for name, service in fleet.services.items()
        },
        stacks={plan.name: _stack(plan) for plan in every_stack(fleet)},
        removed=tuple(fleet.removed),
    )


def _region(region: Region) -> RegionRecord:
    return RegionRecord(
        code=region.code,
        account=region.account_id,
        market=region.market,
        weight=region.weight,
        zones=region.zones,
        slot=region.slot,
    )


def _cell(cell: Cell) -> CellRecord:
    return CellRecord(
        region=cell.region.name,
        slot=cell.slot,
        state=cell.state,
        weight=cell.effective_weight,
        release=cell.release_name or cell.fleet.release,
        capacity=cell.capacity,
        zones=cell.region.zones,
        services=tuple(service.name for service in cell.services),
        tiers=tuple(sorted({service.tier for service in cell.services})),
    )


def _stack(plan: StackPlan) -> StackRecord:
    subject = plan.subject
    home = plan.scope or (subject if isinstance(subject, Region) else None)
    return StackRecord(
        kind=plan.kind,
        account=plan.account,
        region=plan.region,
        phase=int(plan.phase),
        home=None if home is None else home.name,
        cell=subject.name if isinstance(subject, Cell) else None,
        after=plan.after,
    )
