"""Edits of resources that stay: what they stop, weaken, or open."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from typing import Any

from fleet.exemption import Deed
from ops.guard.about import explained
from ops.guard.carries import Carries
from ops.guard.change import Change
from ops.guard.comparison import Comparison, Objection, Resource
from ops.guard.declared import carries
from ops.guard.permissions import compared as permissions
from ops.guard.permissions import policies
from ops.guard.pieces import Edit, edits
from ops.guard.reach import kind_of
from ops.guard.stopping import short, stopped
from ops.guard.weakening import number, weakened

_INERT = ("DependsOn", "Metadata")
_RULES: dict[Deed, tuple[str, str]] = {
    "stop": ("wipe", "leave it as it is, or move what needs it first"),
    "weaken": ("guard", "leave it as it is: it is for the day on which nobody looks"),
    "widen": ("access", "allow what is needed, by name"),
}
_WIDEST = 12
"""Bits of the shortest prefix that a list of networks may gain."""


def objections(compared: Comparison) -> Iterator[Objection]:
    """Of every resource that stands before and after, and of what new ones open in stacks that stand."""
    own = frozenset({*compared.base.record.accounts.values(), *compared.head.record.accounts.values()})
    for change in compared.changes:
        new = None if change.in_cluster else compared.new(change)
        if new is None or change.home not in compared.base.stacks:
            continue
        old = compared.old(change)
        kind = kind_of(compared, change.home)
        kept = carries(kind, change.type)
        if kept == Carries.SIGHT:
            continue
        found = _found(compared, change, old, new, own) if old is not None else _born(compared, new, own)
        said: dict[tuple[Deed, str], None] = dict.fromkeys(found)
        for deed, what in said:
            done: Deed = "weaken" if deed == "stop" and kept == Carries.GUARD else deed
            rule, remedy = _RULES[done]
            yield Objection(rule, change.path, f"{change.type}: {what}", remedy, done)


def _found(
    compared: Comparison, change: Change, old: Resource, new: Resource, own: frozenset[str]
) -> Iterator[tuple[Deed, str]]:
    unexplained = [
        edit for edit in edits(old, new)
        if edit.path[0] not in _INERT and not explained(compared, change.home, change.type, edit)
    ]  # fmt: skip
    properties: Any = old.get("Properties", {})
    for edit in unexplained:
        weaker = list(weakened(change.type, edit, properties))
        opened = list(_opened(change.type, edit))
        yield from (("weaken", what) for what in weaker)
        yield from (("widen", what) for what in opened)
        if edit.field == "Weight" and change.type == "AWS::Route53::RecordSet":
            yield from _weight(compared, old, edit)
        elif not weaker and not opened:
            yield from (("stop", what) for what in stopped(change.type, edit))
    if any("Statement" in edit.path or _holds_policy(edit) for edit in unexplained):
        before, after = dict(policies(old)), dict(policies(new))
        for place in {**before, **after}:
            yield from permissions(before.get(place), after.get(place), own)


def _born(compared: Comparison, new: Resource, own: frozenset[str]) -> Iterator[tuple[Deed, str]]:
    """What a new resource opens or closes by itself."""
    record = compared.head.record
    who = (new.get("Properties") or {}).get("SetIdentifier")
    known = {*record.cells, *(region.code for region in record.regions.values())}
    if new["Type"] == "AWS::Route53::RecordSet" and who is not None and who not in known:
        yield "stop", f"{short(who)} is no cell and no region of the fleet, and would answer a part of the requests"
    for _, policy in policies(new):
        yield from permissions(None, policy, own)
    for edit in edits({"Properties": {}}, {"Properties": new.get("Properties") or {}}):
        yield from (("widen", what) for what in _opened(str(new["Type"]), edit, born=True))


def _holds_policy(edit: Edit) -> bool:
    return any("Statement" in str(value) for value in (edit.before, edit.after))


def _weight(compared: Comparison, old: Resource, edit: Edit) -> Iterator[tuple[Deed, str]]:
    """A weight is what the fleet's files say, or somebody else's idea."""
    record, who = compared.head.record, str(old.get("Properties", {}).get("SetIdentifier"))
    expected: int | None = record.cells[who].weight if who in record.cells else None
    for region in record.regions.values():
        if region.code == who:
            expected = region.weight
    if edit.after != expected:
        yield (
            "stop",
            f"Weight would become {short(edit.after)} where {edit.before} stands, and the files say {expected}",
        )


def _opened(type_: str, edit: Edit, born: bool = False) -> Iterator[str]:
    if edit.field == "PermissionsBoundary" and not born:
        yield f"its boundary would become {short(edit.after)}"
    if edit.field == "MaxSessionDuration" and (number(edit.after) or 0) > (number(edit.before) or 3600) and not born:
        yield f"a session of it would last {edit.after} s instead of {edit.before}"
    text = str(edit.after)
    if "arn:aws:iam::aws:policy/" in text or ":cluster-access-policy/" in text:
        admin = "Admin" in text or "FullAccess" in text or "PowerUser" in text
        if not edit.went and (admin or not born):
            yield f"{edit.dotted} would be {short(edit.after)}"
    ingress = "Ingress" in type_ or any("Ingress" in part for part in edit.path) or type_ == "AWS::EC2::PrefixList"
    if ingress and not edit.went:
        for cidr in _networks(edit):
            if _wide(cidr, type_):
                yield f"it would be open to {cidr}"
        if (
            edit.field in ("IpProtocol", "FromPort", "ToPort", "SourceSecurityGroupId", "SourcePrefixListId")
            and not born
        ):
            yield f"{edit.dotted} would become {short(edit.after)} where {short(edit.before)} stands"
    if edit.field in ("AccessScope", "Type") and type_ == "AWS::EKS::AccessEntry" and not born and not edit.went:
        yield f"{edit.dotted} would become {short(edit.after)}"


def _networks(edit: Edit) -> Iterator[str]:
    left = [(edit.field, edit.after)]
    while left:
        field, value = left.pop()
        if isinstance(value, dict):
            left.extend(value.items())
        elif isinstance(value, list):
            left.extend((field, one) for one in value)
        elif field in ("CidrIp", "CidrIpv6", "Cidr") and isinstance(value, str):
            yield value


def _wide(cidr: str, type_: str) -> bool:
    try:
        network = ipaddress.ip_network(cidr)
    except ValueError:
        return True  # nobody can tell what it is
    if type_ == "AWS::EC2::PrefixList":
        return network.prefixlen < _WIDEST
    return not network.is_private or network.prefixlen < 8
