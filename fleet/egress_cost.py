"""What the two ways out of a zone cost a month, and from how many bytes on an own instance is the cheaper one.

Managed: the gateway's hours, its addresses, every byte. Instances: the same gateway kept hot, beside it an instance with
addresses, the controller that watches both, and the bytes that leave by the gateway all the same.
Left out because nobody declares them, all on the side of instances: `LEFT_OUT`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from fleet import egress
from fleet.model import Fleet
from fleet.prices import HOURS, PRICES, Price, price
from fleet.region import EgressSize, Region

LEFT_OUT = "disks, metrics, alarms, logs and events of instances and controller, Lambda's free tier, discounts"

GATEWAY_SHARE = 0.01
"""Share of a zone's bytes that leaves by the gateway though instances carry them: failed over, or shed at saturation.
An assumption: seven hours of a month."""

TICK_SECONDS = 65
"""A call of the controller watches a zone this long, and one starts every minute."""
TICK_MEMORY = 256
PROBER_MEMORY = 128
"""MB that the functions are given."""
PROBER_SECONDS = 0.02
"""How long a prober runs: one handshake with the nearest of its targets. An assumption; ten times as much costs USD 2."""

_MINUTES = HOURS * 60
_ROUNDS = _MINUTES * TICK_SECONDS
"""A round a second, in which both ways out are tried."""
_GB_SECONDS = _MINUTES * TICK_SECONDS * TICK_MEMORY / 1024 + 2 * _ROUNDS * PROBER_SECONDS * PROBER_MEMORY / 1024

CONTROLLER: dict[str, float] = {
    "lambda-gb-seconds": _GB_SECONDS / 1e6,
    "lambda-requests": (_MINUTES + 2 * _ROUNDS) / 1e6,
    "schedules": _MINUTES / 1e6,
}
"""What watching a zone takes a month, by the name of its price, in millions."""


def controller() -> float:
    """USD a month of watching one zone."""
    return sum(count * PRICES[name].usd for name, count in CONTROLLER.items())


def instance(zone: str, size: EgressSize, *, billed: int) -> float | None:
    """USD a month that an instance adds to a zone's gateway. None: nobody knows its price, or the zone has no such size.

    `billed` is how many addresses each of the two is charged for; those of an own range are free.
    """
    known = price(egress.instance_type(zone, size)) if egress.offered(zone, size) else None
    return None if known is None else HOURS * known.usd + _addresses(billed) + controller()


def managed(gigabytes: float, *, billed: int) -> float:
    """USD a month of a zone whose bytes all leave by its gateway."""
    return _gateway(billed) + gigabytes * _gigabyte()


def taken_off(gigabytes: float, gateway_share: float = GATEWAY_SHARE) -> float:
    """USD a month of a zone's bytes that the gateway no longer sees once an instance carries them."""
    return (1 - gateway_share) * gigabytes * _gigabyte()


def instances(
    zone: str, size: EgressSize, gigabytes: float, *, billed: int, gateway_share: float = GATEWAY_SHARE
) -> float | None:
    """USD a month of a zone whose bytes leave by an instance, save a share. None: the instance has no price."""
    added = instance(zone, size, billed=billed)
    return None if added is None else _gateway(billed) + added + gateway_share * gigabytes * _gigabyte()


def break_even(zone: str, size: EgressSize, *, billed: int, gateway_share: float = GATEWAY_SHARE) -> float | None:
    """GB a month of a zone from which on its instance costs less than the bytes it takes off the gateway.

    Raises:
        ValueError: every byte stays on the gateway, so that no traffic pays for an instance.
    """
    if not 0 <= gateway_share < 1:
        raise ValueError(f"a share of {gateway_share:g} on the gateway leaves nothing to save; it is from 0 to below 1")
    added = instance(zone, size, billed=billed)
    return None if added is None else added / ((1 - gateway_share) * _gigabyte())


def minute(bandwidth: float) -> float:
    """USD that the gateway takes for a minute at a bandwidth in bits per second: what being failed over costs."""
    return bandwidth / 8 * 60 / 1e9 * _gigabyte()


def mean(gigabytes: float) -> float:
    """Bits per second, were a month's bytes spread evenly and all in one direction."""
    return gigabytes * 1e9 * 8 / (HOURS * 3600)


def cheapest(zone: str, bandwidth: float) -> EgressSize | None:
    """The size that carries a bandwidth in bits per second for the least money; None where no size does."""
    able = [(known.usd, size) for size, known in _priced(zone) if egress.sustained(zone, size) >= bandwidth]
    return min(able, key=lambda one: one[0])[1] if able else None


@dataclass(frozen=True)
class Size:
    """One size of a zone's NAT instance."""

    size: EgressSize
    carries: float
    """Bits per second to the internet."""
    monthly: float | None
    """USD a month beside the gateway: instance, addresses, controller. None: it has no price."""
    break_even: float | None
    """GB a month of the zone from which on it is the cheaper way out."""


@dataclass(frozen=True)
class WaysOut:
    """A zone with both of its ways out, whichever its region declares. Money is USD a month, traffic GB a month."""

    region: str
    zone: str
    path: str
    """The declared one: `instances` or `managed`."""
    size: EgressSize | None
    """The declared size; with `path: managed` the smallest that carries the load in every zone of the region. None: no
    size does."""
    instance_type: str | None
    traffic: float | None
    """None: `egress.monthly` is not declared, and nothing below can be said of money."""
    peak: float | None
    """Bits per second, as declared."""
    cheapest: EgressSize | None
    """The cheapest size that carries the declared peak, or the mean where no peak is declared."""
    managed: float | None
    instances: float | None
    break_even: float | None
    minute: float | None
    """USD of a minute over the gateway at the declared peak."""
    sizes: tuple[Size, ...]

    @property
    def saved(self) -> float | None:
        """What instances cost less than the gateway alone; below zero where they cost more."""
        return None if self.managed is None or self.instances is None else self.managed - self.instances

    @property
    def ratio(self) -> float | None:
        """How many times the cost of instances the gateway alone costs."""
        return None if self.managed is None or self.instances is None else self.managed / self.instances


def ways_out(fleet: Fleet, *, gateway_share: float = GATEWAY_SHARE) -> tuple[WaysOut, ...]:
    """Every zone of the fleet, region by region.

    Raises:
        ValueError: as `break_even`.
    """
    return tuple(
        _zone(region, zone, gateway_share=gateway_share) for region in fleet.regions.values() for zone in region.zones
    )


def saved(zones: Iterable[WaysOut]) -> float:
    """USD a month that the zones with `path: instances` and a declared traffic save."""
    return sum(one.saved or 0 for one in zones if one.path == "instances")


def possible(zones: Iterable[WaysOut]) -> float:
    """USD a month that regions with `path: managed` would save with instances, where they would."""
    regions: dict[str, float] = {}
    for one in zones:
        if one.path == "managed":
            regions[one.region] = regions.get(one.region, 0) + (one.saved or 0)
    return sum(max(one, 0) for one in regions.values())


def _zone(region: Region, zone: str, *, gateway_share: float) -> WaysOut:
    declared, billed = region.egress, region.egress.billed_addresses
    traffic = None if declared.monthly is None else declared.monthly / 1e9
    load = max(declared.peak or 0, mean(traffic or 0))
    size = declared.size if declared.path == "instances" else egress.smallest_for(region.zones, load)
    paid, even = None, None
    if size is not None:
        even = break_even(zone, size, billed=billed, gateway_share=gateway_share)
        if traffic is not None:
            paid = instances(zone, size, traffic, billed=billed, gateway_share=gateway_share)
    return WaysOut(
        region=region.name,
        zone=zone,
        path=declared.path,
        size=size,
        instance_type=None if size is None else egress.instance_type(zone, size),
        traffic=traffic,
        peak=declared.peak,
        cheapest=cheapest(zone, load),
        managed=None if traffic is None else managed(traffic, billed=billed),
        instances=paid,
        break_even=even,
        minute=None if declared.peak is None else minute(declared.peak),
        sizes=sizes(zone, billed=billed, gateway_share=gateway_share),
    )


def sizes(zone: str, *, billed: int, gateway_share: float = GATEWAY_SHARE) -> tuple[Size, ...]:
    """Every size of the zone's family, smallest first.

    Raises:
        ValueError: as `break_even`.
    """
    return tuple(
        Size(
            size=size,
            carries=egress.sustained(zone, size),
            monthly=instance(zone, size, billed=billed),
            break_even=break_even(zone, size, billed=billed, gateway_share=gateway_share),
        )
        for size in egress.SIZES
        if egress.offered(zone, size)
    )


def _priced(zone: str) -> Iterator[tuple[EgressSize, Price]]:
    """Sizes of the zone's family that have a price, smallest first."""
    for size in egress.SIZES:
        known = price(egress.instance_type(zone, size)) if egress.offered(zone, size) else None
        if known is not None:
            yield size, known


def _gateway(billed: int) -> float:
    """A gateway that stands, without a byte."""
    return HOURS * PRICES["nat-gateway"].usd + _addresses(billed)


def _addresses(billed: int) -> float:
    return billed * HOURS * PRICES["public-address"].usd


def _gigabyte() -> float:
    return PRICES["nat-gateway-byte"].usd
