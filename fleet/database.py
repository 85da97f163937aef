"""Databases: Aurora DSQL clusters in generations that live side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, PrivateAttr

from fleet.document import Document, RegionName

if TYPE_CHECKING:
    from fleet.model import Fleet


class Generation(Document):
    """One cluster, or one pair of peers. It never changes its regions: the next generation does."""

    regions: tuple[RegionName, ...]
    """One region, or exactly two peers."""
    witness: RegionName | None = None
    """A third region of the same DSQL region set; holds the log, serves nobody."""
    peering: Literal["pending", "linked"] = "pending"
    """A first deployment is `pending` (witness only); `linked` once both peers stand."""
    state: Literal["restoring", "active", "retiring"] = "active"
    """A generation is restored, serves, and retires when the next one took over."""

    _number: int = PrivateAttr(default=0)
    _database: Database = PrivateAttr()

    @property
    def number(self) -> int:
        return self._number

    @property
    def database(self) -> Database:
        return self._database

    @property
    def paired(self) -> bool:
        return len(self.regions) == 2

    def peer_of(self, region: str) -> str:
        """The other region of the pair."""
        return next(peer for peer in self.regions if peer != region)


class Database(Document):
    """A database of one market, named `<name>-<market>`."""

    engine: Literal["dsql"] = "dsql"
    """Aurora DSQL, the only engine."""
    network: Literal["privatelink", "public"] = "privatelink"
    """`privatelink`: an endpoint in each region's VPC. `public`: the public endpoint, closed by the cluster's policy."""
    generations: dict[Annotated[int, Field(ge=1, le=9)], Generation]

    _name: str = PrivateAttr(default="")
    _fleet: Fleet = PrivateAttr()

    @property
    def name(self) -> str:
        return self._name

    @property
    def fleet(self) -> Fleet:
        return self._fleet

    @property
    def serving(self) -> Generation:
        """The generation services connect to: the oldest active one, until it retires."""
        active = [g for g in self.generations.values() if g.state == "active"]
        return min(active, key=lambda g: g.number) if active else max(self.generations.values(), key=lambda g: g.number)
