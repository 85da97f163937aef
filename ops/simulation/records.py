"""Route 53 as the templates tell it to answer: records, weights, health checks, and what becomes of them when cells die.

The rules are those of the developer guide ("How Amazon Route 53 chooses records when health checking is configured"):
weight 0 is left out while another record of the group is healthy, equal shares when all weights are 0, and a group
without a healthy record answers as if all were. A record without a check is healthy; with `EvaluateTargetHealth` its
target has to be, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from fleet import names
from fleet.model import Fleet
from fleet.region import Region
from ops.guard.snapshot import Stack
from ops.promotion.image import Unusable
from ops.simulation.timing import AGGREGATION, ALIAS_TTL, TARGET_HEALTH

Lost = frozenset[str]
"""Names of cells of which nothing answers."""
Shares = Mapping[str, float]
"""Cell to its part of the viewers; sums to 1."""


@dataclass(frozen=True)
class Check:
    """A health check."""

    cell: str | None = None
    """The cell it asks; None: it counts others."""
    interval: float = 30
    failures: int = 3
    children: tuple[str, ...] = ()
    threshold: int = 0
    """Healthy children below which it fails."""
    inverted: bool = False
    disabled: bool = False

    @property
    def seconds(self) -> float:
        """From the first failure until its verdict is out."""
        return self.interval * self.failures + AGGREGATION.value


@dataclass(frozen=True)
class Record:
    """One record of a group of the same name."""

    target: str
    """Name it is an alias of; a cell's own name for a load balancer."""
    weight: int | None = None
    near: str | None = None
    """AWS region of a latency record."""
    check: str | None = None
    evaluates: bool = False


@dataclass
class Records:
    """The tree from the origin down to the cells, with its checks."""

    fleet: Fleet
    groups: dict[str, list[Record]] = field(default_factory=dict)
    checks: dict[str, Check] = field(default_factory=dict)
    ttl: float = ALIAS_TTL.value
    """Seconds that an answer is kept."""

    def __post_init__(self) -> None:
        self._cells = {names.cell_origin(cell): cell.name for cell in self.fleet.cells}
        self._regions = {names.region_origin(region): region for region in self.fleet.regions.values()}

    def moments(self, lost: Lost) -> list[float]:
        """Seconds after a loss at which answers may change."""
        own = {check.seconds for check in self.checks.values() if check.cell in lost}
        counted = (
            {moment + AGGREGATION.value for moment in own} if any(c.children for c in self.checks.values()) else set()
        )
        return sorted({0.0, *own, *counted, *({TARGET_HEALTH.value} if lost else ())})

    def answers(self, lost: Lost, at: float) -> dict[str, Shares]:
        """Region to where its viewers are sent, so many seconds after a loss.

        A region's viewers are those who come to it with nothing lost: its declared peak, whatever the weights of its
        market. They stay while it is in its market's answer, and go by the weights of the others when it is not.
        """
        moment = _Moment(self, lost, at)
        found: dict[str, Shares] = {}
        for name, region in self.fleet.regions.items():
            shares: dict[str, float] = {}
            for market, part in self._markets(region, moment).items():
                for target, inside in self._within(market, region, moment).items():
                    for cell, share in self._of_cells(target, moment).items():
                        shares[cell] = shares.get(cell, 0.0) + part * inside * share
            found[name] = shares
        return found

    def _markets(self, region: Region, moment: _Moment) -> dict[str, float]:
        """Names of markets: the near one, or those that are healthy, alike (distances are in no file)."""
        group = self.group(names.origin(self.fleet))
        near = [record for record in group if record.near == region.name]
        if not near:
            raise Unusable(f"{names.origin(self.fleet)} has no record for {region.name}; synthesize the whole fleet")
        healthy = {record.target for record in group if moment.healthy(record)}
        if near[0].target in healthy or not healthy:
            return {near[0].target: 1.0}
        return dict.fromkeys(sorted(healthy), 1 / len(healthy))

    def _within(self, market: str, region: Region, moment: _Moment) -> dict[str, float]:
        shares = moment.shares(market)
        own = names.region_origin(region)
        return {own: 1.0} if shares.get(own) else shares

    def _of_cells(self, target: str, moment: _Moment) -> dict[str, float]:
        if target not in self._regions:
            raise Unusable(f"{target} is no region's name: this is not known to hypercell, and so is not played")
        found: dict[str, float] = {}
        for name, share in moment.shares(target).items():
            if name not in self._cells:
                raise Unusable(f"{target} leads to {name}, which is no cell's name; synthesize the whole fleet")
            found[self._cells[name]] = found.get(self._cells[name], 0.0) + share
        return found

    def group(self, name: str) -> list[Record]:
        """Records of a name.

        Raises:
            Unusable: there are none.
        """
        if name not in self.groups:
            raise Unusable(f"no template has a record for {name}; synthesize the whole fleet")
        return self.groups[name]

    def cell_of(self, name: str) -> str | None:
        """The cell whose load balancer answers to a name."""
        return self._cells.get(name)


class _Moment:
    """What is healthy at one moment; asked once each."""

    def __init__(self, records: Records, lost: Lost, at: float) -> None:
        self._records, self._lost, self._at = records, lost, at
        self._known: dict[str, bool] = {}

    def healthy(self, record: Record) -> bool:
        if record.check is not None and not self._passes(record.check, self._at):
            return False
        return not record.evaluates or self._stands(record.target)

    def shares(self, name: str) -> dict[str, float]:
        """Target to its part of the answers of a group."""
        group = self._records.group(name)
        chosen = [record for record in group if self.healthy(record)] or group
        weights = [record.weight or 0 for record in chosen]
        if not any(weights):
            # With no other healthy, records of weight 0 answer; where all are 0, they answer alike.
            weights = [1] * len(chosen)
        shares: dict[str, float] = {}
        for record, weight in zip(chosen, weights, strict=True):
            if weight:
                shares[record.target] = shares.get(record.target, 0.0) + weight / sum(weights)
        return shares

    def _stands(self, target: str) -> bool:
        if target not in self._known:
            cell = self._records.cell_of(target)
            if cell is not None:
                # The cell's own name is an alias of its load balancer, and may or may not ask for its targets.
                asks = any(record.evaluates for record in self._records.groups.get(target, ()))
                self._known[target] = not asks or cell not in self._lost or self._at < TARGET_HEALTH.value
            else:
                self._known[target] = any(self.healthy(record) for record in self._records.group(target))
        return self._known[target]

    def _passes(self, check_id: str, at: float) -> bool:
        check = self._records.checks.get(check_id)
        if check is None:
            raise Unusable(f"no template has the health check {check_id}; synthesize the whole fleet")
        if check.disabled:
            passes = True
        elif not check.children:
            passes = check.cell not in self._lost or at < check.seconds
        else:
            before = at - AGGREGATION.value
            passes = sum(self._passes(child, before) for child in check.children) >= check.threshold
        return passes != check.inverted


def read(fleet: Fleet, stacks: Iterable[Stack]) -> Records:
    """The records and checks of all templates.

    Raises:
        Unusable: a record or check says something that nobody has learnt to play.
    """
    records = Records(fleet)
    cells = {names.cell_origin(cell): cell.name for cell in fleet.cells}
    origin = names.origin(fleet)
    ttls = []
    for stack in stacks:
        for logical, resource in stack.resources.items():
            said = resource.get("Properties", {})
            where = f"{stack.name}/{logical}"
            if resource["Type"] == "AWS::Route53::HealthCheck":
                records.checks[where] = _check(said["HealthCheckConfig"], stack, where, cells)
            elif resource["Type"] == "AWS::Route53::RecordSet" and _below(said.get("Name"), origin):
                name = str(said["Name"]).rstrip(".")
                if "AliasTarget" not in said:
                    raise Unusable(f"{where}: is no alias: this is not known to hypercell, and so is not played")
                records.groups.setdefault(name, []).append(_record(said, stack, name))
                ttls.append(float(said.get("TTL", ALIAS_TTL.value)))
    records.ttl = max(ttls, default=ALIAS_TTL.value)
    return records


def _below(name: Any, origin: str) -> bool:
    return isinstance(name, str) and (name.rstrip(".") == origin or name.rstrip(".").endswith(f".{origin}"))


def _record(said: Mapping[str, Any], stack: Stack, name: str) -> Record:
    alias, check = said["AliasTarget"], said.get("HealthCheckId")
    target = alias["DNSName"]
    return Record(
        # What AWS minted is a load balancer: it is known by the name that leads to it.
        target=target.rstrip(".") if isinstance(target, str) else name,
        weight=None if said.get("Weight") is None else int(said["Weight"]),
        near=said.get("Region"),
        check=None if check is None else _named(check, stack),
        evaluates=bool(alias.get("EvaluateTargetHealth")),
    )


def _named(reference: Any, stack: Stack) -> str:
    """A check that a template refers to: in its own stack, by `Ref` or by `Fn::GetAtt`."""
    if isinstance(reference, Mapping):
        found = reference.get("Ref") or (reference.get("Fn::GetAtt") or [None])[0]
        if found:
            return f"{stack.name}/{found}"
    return str(reference)


def _check(said: Mapping[str, Any], stack: Stack, where: str, cells: Mapping[str, str]) -> Check:
    inverted, disabled = bool(said.get("Inverted")), bool(said.get("Disabled"))
    if said["Type"] == "CALCULATED":
        children = tuple(_named(child, stack) for child in said.get("ChildHealthChecks", ()))
        return Check(
            children=children, threshold=int(said.get("HealthThreshold", 0)), inverted=inverted, disabled=disabled
        )
    if said["Type"] not in ("HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"):
        raise Unusable(f"{where}: a check of type {said['Type']} is not known to hypercell, and so is not played")
    cell = cells.get(str(said.get("FullyQualifiedDomainName", "")).rstrip("."))
    return Check(
        cell=cell,
        interval=float(said.get("RequestInterval", 30)),
        failures=int(said.get("FailureThreshold", 3)),
        inverted=inverted,
        disabled=disabled,
    )
