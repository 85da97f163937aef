"""`hypercell nat status`: how every shard goes out, why, and what comes next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from fleet import names
from hypercell.egress.runtime.settings import Settings
from hypercell.egress.runtime.sight import Sight
from hypercell.egress.runtime.zone import Shard, Way
from ops.clients import ClientFor
from ops.egress.hands import Hands, limit
from ops.egress.outlook import outlook, watched
from ops.egress.places import Place
from ops.egress.seen import Seen, look, notes
from ops.egress.times import clock, span

UNKNOWN = "unknown"

ZONES = ("zone", "instance", "state", "type", "age", "gateway", "probe over instance", "over gateway")
SHARDS = ("shard", "way", "since", "why", "held until", "frozen until", "proof", "next")
ALARMS = ("what it says", "since", "alarm")


@dataclass(frozen=True)
class Alarm:
    """An alarm of a region's egress that rings."""

    name: str
    since: float
    """Epoch."""
    text: str


def show(places: Sequence[Place], client_for: ClientFor, now: float, *, probe: bool, as_json: bool) -> int:
    """Look and print. Exit code: 0 all well, 1 something is not, 2 something could not be looked at."""
    from ops.console import print_json, print_table

    sights, settings = look(places, client_for, now, rounds=1 if probe else 0), Settings()
    ringing: list[Alarm] = []
    faults = [one for seen in sights.seen for one in seen.faults]
    for region, hands in sights.hands.items():
        try:
            ringing += alarms(hands)
        except (ClientError, BotoCoreError) as error:
            faults.append(f"{region}: describe alarms: {error}")
    faults = list(dict.fromkeys(faults))
    code = verdict(sights.seen, ringing, faults, now)
    if as_json:
        print_json(
            {
                "zones": [described(seen, now, settings) for seen in sights.seen],
                "alarms": ringing,
                "not_looked_at": faults,
            }
        )
        return code
    readable = [seen for seen in sights.seen if seen.zone is not None]
    if readable:
        print_table("Ways out", ZONES, [_zone_row(seen, now) for seen in readable])
        print_table("Shards", SHARDS, [row for seen in readable for row in _shard_rows(seen, now, settings)])
    if ringing:
        print_table("Alarms", ALARMS, [(one.text, clock(one.since, now), one.name) for one in ringing])
    for line in (*(note for seen in readable for note in notes(seen)), *(f"not looked at: {one}" for one in faults)):
        print(line)
    print(_summary(sights.seen, ringing, now))
    return code


def alarms(hands: Hands) -> list[Alarm]:
    """Alarms of a region's egress that ring: those of its stack, and the two that are called by name.

    Raises:
        ClientError, BotoCoreError: CloudWatch could not be asked.
    """
    region = hands.region
    prefixes = [f"{names.stack(region.fleet, region.code, 'egress')}-"]
    prefixes += [f"{names.nat_group(region, zone)}-" for zone in region.zones]
    found: dict[str, Alarm] = {}
    for prefix in prefixes:
        pages = hands.cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix, StateValue="ALARM")
        for one in (alarm for page in pages for alarm in page["MetricAlarms"] if alarm["StateValue"] == "ALARM"):
            name = str(one["AlarmName"])
            found[name] = Alarm(name, one["StateUpdatedTimestamp"].timestamp(), str(one.get("AlarmDescription", "")))
    return list(found.values())


def verdict(seen: Iterable[Seen], ringing: Sequence[Alarm], faults: Sequence[str], now: float) -> int:
    """Exit code. What is known to be wrong outweighs what could not be looked at."""
    zones = list(seen)
    if ringing or any(_wrong(one, now) for one in zones):
        return 1
    unknown = any(Sight.UNKNOWN in (r.instance, r.gateway) for one in zones for r in one.rounds)
    return 2 if faults or unknown or any(one.zone is None for one in zones) else 0


def _wrong(seen: Seen, now: float) -> bool:
    zone = seen.zone
    if zone is None:
        return False
    if zone.unreadable or seen.undeployed or zone.gateway_gone:
        return True
    if not seen.blind and (zone.machine is None or not zone.machine.serving):
        return True
    if any(Sight.BAD in (one.instance, one.gateway) for one in seen.rounds):
        return True
    return any(shard.way is not Way.INSTANCE or shard.marks.manual > now for shard in seen.shards)


def described(seen: Seen, now: float, settings: Settings) -> dict[str, Any]:
    """A zone for programs. Times are epochs, what nobody knows is null."""
    zone, last = seen.zone, seen.rounds[-1] if seen.rounds else None
    words = _outlook(seen, now, settings)
    return {
        "region": seen.place.region.name,
        "zone": seen.place.zone,
        "readable": zone is not None,
        "instance": {
            "id": zone.machine.id if zone and zone.machine else None,
            "lifecycle": zone.machine.lifecycle if zone and zone.machine else None,
            "type": seen.instance.type if seen.instance else None,
            "image": seen.instance.image if seen.instance else None,
            "launched": seen.instance.launched if seen.instance else None,
        },
        "gateway": zone.gateway_state if zone else None,
        "full": zone.saturated if zone else None,
        "probes": {
            "instance": last.instance.value if last else None,
            "gateway": last.gateway.value if last else None,
        },
        "shards": [_described(shard, words.get(shard.name, UNKNOWN)) for shard in seen.shards],
        "tables_without_tags": list(zone.unreadable) if zone else [],
        "not_deployed": list(seen.undeployed),
    }


def _described(shard: Shard, comes: str) -> dict[str, Any]:
    marks = shard.marks
    return {
        "shard": shard.name,
        "table": shard.table,
        "way": shard.way.value,
        "since": _since(shard),
        "why": marks.reason or None,
        "hold": marks.hold or None,
        "frozen": marks.manual or None,
        "doomed": marks.doomed or None,
        "failovers": list(marks.failovers),
        "proof": marks.proof.rounds if marks.proof else None,
        "next": comes,
    }


def _zone_row(seen: Seen, now: float) -> tuple[str, ...]:
    zone, instance = seen.zone, seen.instance
    assert zone is not None
    machine = zone.machine
    none = UNKNOWN if seen.blind else "none"
    last = seen.rounds[-1] if seen.rounds else None
    return (
        seen.place.zone,
        machine.id if machine else none,
        (machine.lifecycle + (", full" if zone.saturated else "")) if machine else none,
        instance.type if instance else UNKNOWN,
        span(now - instance.launched) if instance else UNKNOWN,
        zone.gateway_state or UNKNOWN,
        last.instance.value if last else "not asked",
        last.gateway.value if last else "not asked",
    )


def _shard_rows(seen: Seen, now: float, settings: Settings) -> list[tuple[str, ...]]:
    words = _outlook(seen, now, settings)
    here = seen.zone.machine.id if seen.zone and seen.zone.machine else ""
    return [_shard_row(shard, words.get(shard.name, UNKNOWN), now, settings, here) for shard in seen.shards]


def _shard_row(shard: Shard, comes: str, now: float, settings: Settings, machine: str) -> tuple[str, ...]:
    marks, away = shard.marks, shard.way is not Way.INSTANCE
    since = _since(shard)
    why = marks.reason or "as deployed" if away else ""
    return (
        shard.name,
        shard.way.value,
        clock(since, now) if since else "",
        f"{why} ({machine} is going)" if away and machine == marks.doomed != "" else why,
        clock(marks.hold, now) if away and marks.hold > now else "",
        clock(marks.manual, now) if marks.manual > now else "",
        f"{marks.proof.rounds} of {settings.proof_rounds}" if away and marks.proof else "",
        comes,
    )


def _since(shard: Shard) -> float | None:
    """Epoch since which a shard leads where it leads; None: since it was deployed, or nobody wrote it."""
    if shard.way is Way.INSTANCE:
        return shard.marks.back or None
    return max(shard.marks.failovers, default=None)


def _outlook(seen: Seen, now: float, settings: Settings) -> dict[str, str]:
    if seen.zone is None:
        return {}
    region = seen.place.region
    shed = region.egress.saturation == "shed"
    return outlook(
        seen.zone, watched(seen, now, settings), now, settings, limit=limit(region, seen.place.zone), shed=shed
    )


def _summary(seen: Sequence[Seen], ringing: Sequence[Alarm], now: float) -> str:
    shards = [shard for one in seen for shard in one.shards]
    there = sum(shard.way is Way.INSTANCE for shard in shards)
    frozen = sum(shard.marks.manual > now for shard in shards)
    unread = sum(one.zone is None for one in seen)
    parts = [f"{there} of {len(shards)} shards on the instance"]
    parts += [f"{frozen} frozen"] if frozen else []
    parts += [f"{len(ringing)} {'alarm' if len(ringing) == 1 else 'alarms'}"] if ringing else []
    parts += [f"{unread} {'zone' if unread == 1 else 'zones'} not readable"] if unread else []
    return ", ".join(parts)
