"""A cell: one bounded EKS cluster that carries a share of every service placed in it."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, PrivateAttr

from fleet.document import Document, Positive

if TYPE_CHECKING:
    from fleet.model import Fleet
    from fleet.region import Region
    from fleet.release import Release
    from fleet.service import Service

State = Literal["planned", "proving", "active", "draining", "retired"]
Capacity = Literal["karpenter", "auto-mode"]
Tier = Literal["standard", "tier-xl", "tier-2xl", "tier-4xl", "tier-8xl"]


class CellDefaults(Document):
    """What a cell is unless it says otherwise."""

    capacity: Capacity = "karpenter"
    """`karpenter`: Spot by our own node pools; `auto-mode`: EKS runs the nodes (day one)."""
    max_nodes: Positive = 150
    """Upper bound of nodes: a cell is bounded, growth is another cell."""
    max_pods_per_node: Positive = 80
    """Upper bound of pods on a node; decides how many addresses a node takes."""
    weight: Annotated[int, Field(strict=True, ge=0, le=255)] = 100
    """Route 53 weight of the cell in its region."""
    control_plane: Tier = "standard"
    """EKS control-plane scaling tier."""


class Cell(Document):
    """One cell. Overrides of the defaults are what a roll-out changes: release, weight, state, sizes."""

    slot: Annotated[int, Field(strict=True, ge=0, le=7)]
    """Address slot in the region (0-7): stable for ever, reused only after a tombstone."""
    state: State = "active"
    """planned -> proving -> active -> draining -> retired; then a tombstone in `removed`."""
    release_name: str | None = Field(default=None, alias="release")
    """The platform release of this cell, when it is not the fleet's."""
    weight: Annotated[int, Field(strict=True, ge=0, le=255)] | None = None
    """Route 53 weight of this cell, when it is not the default."""
    capacity_kind: Capacity | None = Field(default=None, alias="capacity")
    """Fixed at birth: an Auto Mode cell is retired, not converted."""
    max_nodes: Positive | None = None
    """Upper bound of nodes, when it is not the default."""
    max_pods_per_node: Positive | None = None
    """Upper bound of pods on a node, when it is not the default."""
    control_plane: Tier | None = None
    """EKS control-plane scaling tier, when it is not the default."""

    _key: str = PrivateAttr(default="")
    _region: Region = PrivateAttr()

    @cached_property
    def key(self) -> str:
        """`a`."""
        return self._key

    @cached_property
    def region(self) -> Region:
        return self._region

    @property
    def fleet(self) -> Fleet:
        return self._region.fleet

    @cached_property
    def name(self) -> str:
        """`use1-a`: unique in the fleet."""
        return f"{self._region.code}-{self._key}"

    @property
    def stands(self) -> bool:
        return self.state != "planned"

    @property
    def release(self) -> Release:
        return self.fleet.releases[self.release_name or self.fleet.release]

    @property
    def capacity(self) -> Capacity:
        return self.capacity_kind or self.fleet.cell_defaults.capacity

    @property
    def nodes(self) -> int:
        """Upper bound of nodes, with the default applied."""
        return self.max_nodes or self.fleet.cell_defaults.max_nodes

    @property
    def pods_per_node(self) -> int:
        return self.max_pods_per_node or self.fleet.cell_defaults.max_pods_per_node

    @property
    def tier(self) -> Tier:
        return self.control_plane or self.fleet.cell_defaults.control_plane

    @property
    def effective_weight(self) -> int:
        """What Route 53 gets: 0 unless the cell is proving or active."""
        if self.state not in ("proving", "active"):
            return 0
        return self.fleet.cell_defaults.weight if self.weight is None else self.weight

    @property
    def services(self) -> tuple[Service, ...]:
        """The services placed in this cell, in the order of the files."""
        return self.fleet.placed.get((self._region.name, self._key), ())
