"""Accounts, teams, regions and zones are what AWS and the file itself know them as."""

from __future__ import annotations

from collections.abc import Iterator

from fleet import geography, natimages, prefixlists
from fleet.known import instead, listed
from fleet.model import Fleet
from fleet.problem import Finding
from fleet.region import Region


def check(fleet: Fleet) -> Iterator[Finding]:
    yield from _accounts(fleet)
    yield from _owners(fleet)
    if not fleet.regions:
        yield Finding(("regions",), "is empty; a fleet has at least one region")
    for region in fleet.regions.values():
        yield from _region(fleet, region)
    yield from _control_region(fleet)


def _accounts(fleet: Fleet) -> Iterator[Finding]:
    for alias, what in (("edge", "the zone, CloudFront and the weights"), ("data", "the databases")):
        if alias not in fleet.accounts:
            yield Finding(("accounts",), f"{alias} is missing; it is the account of {what}, and ids may repeat")
    used = {"edge", "data"} | {region.account for region in fleet.regions.values()}
    for alias in fleet.accounts:
        if alias not in used:
            yield Finding(("accounts", alias), f"{alias} is the account of no region; remove it or name it in a region")


def _owners(fleet: Fleet) -> Iterator[Finding]:
    if not fleet.teams:
        yield Finding(("teams",), "is empty; somebody is paged and somebody pays")
    for service, team in fleet.owners.items():
        if team not in fleet.teams:
            text = f"{team} is no team of fleet.yaml; {instead(team, fleet.teams)}"
            yield Finding(("owners", service), text)


def _region(fleet: Fleet, region: Region) -> Iterator[Finding]:
    path = ("regions", region.name)
    if region.account not in fleet.accounts:
        text = f"{region.account} is no account of this fleet; {instead(region.account, fleet.accounts)}"
        yield Finding((*path, "account"), text)
    if not geography.known(region.name):
        remedy = instead(region.name, geography.regions())
        yield Finding(path, f"{region.name} is no AWS region this version knows; {remedy}")
        return
    if geography.opt_in(region.name):
        text = f"{region.name} is off until an account asks for it; enable it in {region.account} before deploying"
        yield Finding(path, text, warning=True)
    if not prefixlists.knows(region.name):
        text = (
            f"the id of CloudFront's prefix list in {region.name} is not known, and cells admit viewers by it; use "
            "another region, or add what DescribeManagedPrefixLists answers there to fleet/prefixlists.py"
        )
        yield Finding(path, text)
    if not natimages.knows(region.name):
        text = (
            f"the machine image of {region.name} is not known, and NAT instances and the access host start from it; "
            "use another region, or add its id to fleet/natimages.py"
        )
        yield Finding(path, text)
    yield from _zones(region)
    if region.access.path == "cidrs" and not region.access.cidrs:
        yield Finding((*path, "access", "cidrs"), "is empty; list the networks operators come from, or use path: ssm")


def _zones(region: Region) -> Iterator[Finding]:
    path = ("regions", region.name, "zones")
    usable = geography.eks_zones(region.name)
    for place, zone in enumerate(region.zones):
        if zone in region.zones[:place]:
            yield Finding((*path, place), f"{zone} stands twice; each zone has one place")
        elif zone in geography.zones(region.name) and zone not in usable:
            yield Finding((*path, place), f"{zone} cannot host EKS; use one of {listed(usable)}")
        elif zone not in usable:
            text = f"{zone} is no zone ID of {region.name}; use one of {listed(usable)}"
            yield Finding((*path, place), text)
    if len(usable) < 3:
        text = f"{region.name} has {len(usable)} zones that can host EKS, and a cell needs three; use another region"
        yield Finding(path, text)
    elif not 3 <= len(region.zones) <= 4:
        text = f"{len(region.zones)} zones are listed; list three or four of {listed(usable)}"
        yield Finding(path, text)


def _control_region(fleet: Fleet) -> Iterator[Finding]:
    control, path = fleet.edge.control_region, ("edge", "control_region")
    if not geography.known(control):
        remedy = instead(control, geography.regions())
        yield Finding(path, f"{control} is no AWS region this version knows; {remedy}")
    elif control in fleet.regions:
        free = [r for r in ("us-east-2", "us-west-2", "eu-west-2", "ca-central-1") if r not in fleet.regions]
        text = f"{control} serves users, and weights must be movable while it is down; use another, e.g. {free[0]}"
        yield Finding(path, text)
