"""A zone's instance replaced by one of the newest launch template: what is done, in which order, and what speaks against it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hypercell.egress.runtime.decision import ROTATION as GOING
from hypercell.egress.runtime.decision import Move
from hypercell.egress.runtime.sight import Sight
from hypercell.egress.runtime.zone import Machine, Shard, Way, Zone
from ops.egress.hands import Hands
from ops.egress.places import Unusable
from ops.egress.plan import SETTINGS, Line, Plan, by_hand, each, looks, readable
from ops.egress.seen import Seen, notes
from ops.egress.times import clock

BY_HAND = " - rotation"
"""Ends the reason of a shard that was moved for a rotation by hand; the controller's own is `GOING`."""


@dataclass(frozen=True)
class Template:
    """One version of a launch template."""

    version: str
    image: str
    type: str

    def __str__(self) -> str:
        return f"template {self.version}, {self.image}, {self.type}"


@dataclass(frozen=True)
class Templates:
    """What a zone's instance was started from, and what the next one will be. None: could not be read."""

    runs: Template | None
    gets: Template | None

    @property
    def same(self) -> bool:
        """Whether nothing would be other than before."""
        return self.runs is not None and self.runs == self.gets


@dataclass(frozen=True)
class Rotation:
    """A plan, and what follows the moves of its lines."""

    plan: Plan
    ends: str = ""
    """Instance to end."""
    before: str = ""
    """Instance that is not the next one, though it may still be there."""
    waits: bool = False
    """Whether the next one is waited for."""


def templates(hands: Hands, zone: str, machine: str | None) -> Templates:
    """Launch templates of a zone's instance, if it has one, and of its group.

    Raises:
        ClientError, BotoCoreError: one of them could not be read.
        Unusable: there is no such group.
    """
    name = hands.config.zones[zone].group
    groups = hands.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])["AutoScalingGroups"]
    if not groups:
        raise Unusable(f"{zone}: there is no auto scaling group {name}: deploy the egress stack")
    (group,) = groups
    running = [one for one in group["Instances"] if one["InstanceId"] == machine and "LaunchTemplate" in one]
    return Templates(
        runs=_template(hands, running[0]["LaunchTemplate"]) if running else None,
        gets=_template(hands, group["LaunchTemplate"]) if "LaunchTemplate" in group else None,
    )


def _template(hands: Hands, named: dict[str, str]) -> Template | None:
    found = hands.ec2.describe_launch_template_versions(
        LaunchTemplateId=named["LaunchTemplateId"], Versions=[str(named["Version"])]
    )["LaunchTemplateVersions"]
    if not found:
        return None
    data = found[0]["LaunchTemplateData"]
    return Template(str(found[0]["VersionNumber"]), data.get("ImageId", ""), data.get("InstanceType", ""))


def rotation(
    one: Seen, others: Sequence[Seen], found: Templates, now: float, *, who: str, forced: bool, anyway: bool
) -> Rotation:
    """Shards to the gateway, then the instance ends, then its successor is waited for.

    What was begun and interrupted is gone on with: every step that is done already is left out.

    Args:
        others: the other zones of the region.
        anyway: also when the successor would be the same; one that is new already only with `forced`.

    Raises:
        Unusable: the zone could not be read.
    """
    readable([one])
    zone, where = one.zone, one.place.zone
    assert zone is not None
    if one.blind:
        raise Unusable(f"{where}: nobody could read its group, so nothing is changed: {'; '.join(one.faults)}")
    machine, title = zone.machine, f"Rotate {where}"
    ends = machine.id if machine is not None and machine.serving else ""
    if machine is not None and ends and found.same and not (anyway and forced):
        # The same command again, after it was stopped: what it started is not ended once more, also with --anyway.
        if _begun(zone, machine):
            carries = one.all_rounds("instance", Sight.OK)
            says = f"{ends} is new ({found.gets})" + (", carries, and gets the cells back by itself" if carries else "")
            more = "" if carries else f"wait until {ends} carries"
            return Rotation(Plan(title, _stay(one), says=(says,), more=more), waits=not carries)
        if not anyway:
            says = f"nothing to gain: {ends} is of {found.gets}, as its successor would be; --anyway replaces it"
            return Rotation(Plan(title, _stay(one), says=(says,)))
    lines = each([one], lambda seen, shard: _line(seen, shard, machine, now, who, forced))
    plan = Plan(
        title,
        lines,
        tuple(_against(one, others, now)) if ends or any(line.acts for line in lines) else (),
        (f"{where}: its gateway is {zone.gateway_state}",) if zone.gateway_gone else (),
        (*notes(one), *_says(machine, ends, found)),
        forced,
        more=f"end {ends}" if ends else "wait for the next instance",
    )
    going = machine.id if machine is not None and machine.going else ""
    return Rotation(plan, ends=ends, before=ends or going, waits=True)


def _line(one: Seen, shard: Shard, machine: Machine | None, now: float, who: str, forced: bool) -> Line:
    """Every shard learns which instance is doomed: also one on the gateway must not go back to it."""
    doomed = "" if machine is None or not (machine.serving or machine.going) else machine.id
    move = Move(
        shard,
        Way.GATEWAY,
        f"{by_hand(who, forced=forced)}{BY_HAND}",
        hold=now + SETTINGS.hold_seconds,
        doomed=doomed,
    )
    if shard.way is Way.FOREIGN:
        return Line(one.place, shard, "leads to neither way, and stays")
    if shard.way is Way.GATEWAY:
        frozen = f", frozen until {clock(shard.marks.manual, now)}" if shard.marks.manual > now else ""
        known = not doomed or shard.marks.doomed == doomed
        return Line(one.place, shard, f"is on the gateway already{frozen}", None if known else move)
    return Line(one.place, shard, "moves, and comes back to the next instance", move)


def _stay(one: Seen) -> tuple[Line, ...]:
    return each([one], lambda seen, shard: Line(seen.place, shard, "stays"))


def _begun(zone: Zone, machine: Machine) -> bool:
    """Whether an instance before this one was rotated out, and its shards are not back yet."""
    return any(
        shard.way is Way.GATEWAY
        and (shard.marks.reason == GOING or shard.marks.reason.endswith(BY_HAND))
        and shard.marks.doomed not in ("", machine.id)
        for shard in zone.shards
    )


def _against(one: Seen, others: Sequence[Seen], now: float) -> list[str]:
    where, found = one.place.zone, []
    assert one.zone is not None
    if not one.all_rounds("gateway", Sight.OK):
        found.append(f"{where}: its gateway is not proven: the probe said {looks(one, 'gateway')}")
    for shard in one.zone.shards:
        if shard.marks.manual > now and shard.way is not Way.GATEWAY:
            until = clock(shard.marks.manual, now)
            found.append(f"{shard.name} is frozen until {until}, and not on the gateway; forced, it is moved there")
    for table in one.zone.unreadable:
        found.append(f"{where}: {table} lacks its nat tags: if it leads to the instance, it loses its way out")
    return found + [f"{why}: one zone at a time" for other in others if (why := _busy(other))]


def _busy(other: Seen) -> str:
    """Why a zone beside the one that is rotated is not at rest, or nothing."""
    where, zone = other.place.zone, other.zone
    if zone is None or other.blind:
        return f"{where} could not be read, and may be rotating"
    if zone.machine is None:
        return f"{where} has no instance"
    if not zone.machine.serving:
        return f"{where} has an instance that is {zone.machine.lifecycle}"
    away = [shard.name for shard in zone.shards if shard.way is Way.GATEWAY]
    return f"{where} has {', '.join(away)} on the gateway" if away else ""


def _says(machine: Machine | None, ends: str, found: Templates) -> list[str]:
    if not ends:
        state = f"{machine.id} is {machine.lifecycle}" if machine else "the group has no instance"
        return [f"an exchange is under way: {state}"]
    return [
        f"1. the cells go to the gateway; {ends} gets no traffic any more",
        f"2. {ends} ends ({found.runs or 'its template could not be read'})",
        f"3. its group starts the next one ({found.gets or 'its template could not be read'}), which takes minutes",
        "4. the controller brings the cells back when it has proven the new one",
    ]
