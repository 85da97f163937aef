"""What a verb sees of zones before it says or does anything: the controller's reading, and a look at both ways out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from hypercell.egress.runtime.sight import Round, Sight
from hypercell.egress.runtime.zone import Shard, Zone
from ops.clients import ClientFor, NoCredentials
from ops.egress.hands import Hands
from ops.egress.places import Place, Unusable


@dataclass(frozen=True)
class Instance:
    """A NAT instance as EC2 describes it."""

    id: str
    type: str
    image: str
    launched: float
    """Epoch."""


@dataclass(frozen=True)
class Seen:
    """One zone, looked at."""

    place: Place
    zone: Zone | None
    """None: not even its route tables could be read."""
    rounds: tuple[Round, ...] = ()
    """Looks at both ways, the newest last; empty: nobody looked."""
    instance: Instance | None = None
    faults: tuple[str, ...] = ()
    """What could not be read, in AWS's words."""

    @property
    def shards(self) -> tuple[Shard, ...]:
        """Those that the verb is about."""
        return () if self.zone is None else tuple(one for one in self.zone.shards if one.name in self.place.shards)

    @property
    def undeployed(self) -> tuple[str, ...]:
        """Shards of standing cells that no readable route table carries."""
        if self.zone is None:
            return ()
        there = {shard.name for shard in self.zone.shards}
        return tuple(name for name in self.place.shards if name not in there)

    @property
    def blind(self) -> bool:
        """Whether the group could not be read: then no instance means nothing."""
        return self.zone is None or (self.zone.machine is None and bool(self.faults))

    def all_rounds(self, way: str, sight: Sight) -> bool:
        """Whether every look at `instance` or `gateway` said the same; without a look none did."""
        return bool(self.rounds) and all(getattr(one, way) is sight for one in self.rounds)


@dataclass(frozen=True)
class Sights:
    """Zones that were looked at, and what moves their shards."""

    seen: tuple[Seen, ...]
    hands: dict[str, Hands]
    """By region; one that could not be reached is missing."""


def look(places: Sequence[Place], client_for: ClientFor, now: float, *, rounds: int) -> Sights:
    """Read every zone and ask its probers. Regions at once; what cannot be reached is said in `faults`.

    Args:
        rounds: looks at both ways of each zone; 0: none.
    """
    regions = {place.region.name: place.region for place in places}
    hands: dict[str, Hands] = {}
    out_of_reach: dict[str, str] = {}
    # Clients are made here and not in the threads below: a boto3 session is not made for several.
    for name, region in regions.items():
        try:
            hands[name] = Hands(region, client_for)
        except (Unusable, NoCredentials, ClientError, BotoCoreError) as error:
            out_of_reach[name] = str(error)
    with ThreadPoolExecutor(max(1, len(regions))) as pool:
        looked = pool.map(lambda name: _region(hands[name], _of(places, name), now, rounds), hands)
        found = {one.place.zone: one for zones in looked for one in zones}
    for place in places:
        if place.zone not in found:
            found[place.zone] = Seen(place, None, faults=(out_of_reach[place.region.name],))
    return Sights(tuple(found[place.zone] for place in places), hands)


def look_again(hands: Hands, place: Place, now: float, *, rounds: int) -> Seen:
    """One zone, read anew."""
    hands.faults.taken()
    zone = hands.reading.zone(place.zone, now)
    instance = None
    if zone is not None and zone.machine is not None:
        instance = _instance(hands, zone.machine.id)
    seen, _ = hands.faults.taken()
    looks = hands.look(place.zone, rounds) if rounds else ()
    return Seen(place, zone, looks, instance, tuple(dict.fromkeys(f"{place.zone}: {one}" for one in seen)))


def notes(seen: Seen) -> list[str]:
    """What no row of a table says."""
    zone, where = seen.zone, seen.place.zone
    if zone is None:
        return []
    said = [
        f"{where}: {table} lacks its nat tags, and is left alone: deploy its cell again" for table in zone.unreadable
    ]
    if not zone.shards and not zone.unreadable:
        return [*said, f"{where}: no route table carries its tags: no cell is deployed there yet"]
    if seen.undeployed:
        said.append(f"{where}: no route table of {', '.join(seen.undeployed)}: not deployed yet")
    return said


def _region(hands: Hands, places: Iterable[Place], now: float, rounds: int) -> list[Seen]:
    return [look_again(hands, place, now, rounds=rounds) for place in places]


def _of(places: Sequence[Place], region: str) -> list[Place]:
    return [place for place in places if place.region.name == region]


def _instance(hands: Hands, id: str) -> Instance | None:
    # By filter: an id that is gone already would fail the call instead of answering it.
    filters = [{"Name": "instance-id", "Values": [id]}]
    answer = hands.faults.attempt(f"describe {id}", lambda: hands.ec2.describe_instances(Filters=filters))
    found = [one for group in (answer or {}).get("Reservations", []) for one in group["Instances"]]
    if not found:
        return None
    one = found[0]
    return Instance(id, one["InstanceType"], one["ImageId"], one["LaunchTime"].timestamp())
