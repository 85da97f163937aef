"""Names, routes and weights: every host leads somewhere, every route has one owner, every group somebody to send to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from fleet import known, names
from fleet.known import instead, listed
from fleet.model import Fleet
from fleet.problem import Finding


def check(fleet: Fleet) -> Iterator[Finding]:
    yield from _hosts(fleet)
    yield from _routes(fleet)
    yield from _weights(fleet)
    yield from _markets(fleet)


def _hosts(fleet: Fleet) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    routed = {route.partition("/")[0] for service in fleet.services.values() for route in service.routes}
    for key, host in fleet.edge.hosts.items():
        path = ("edge", "hosts", key)
        if not host.names:
            yield Finding((*path, "names"), "is empty; a host family has at least one name")
        for place, name in enumerate(host.names):
            owner = owners.setdefault(name, key)
            if owner != key or name in host.names[:place]:
                text = f"{name} is already a name of {owner}; a name lives on one distribution only"
                yield Finding((*path, "names", place), text)
            if name != fleet.domain and name.partition(".")[2] != fleet.domain:
                text = (
                    f"{name} is not covered by the certificate of {fleet.domain} and *.{fleet.domain}; "
                    f"use a name one label below {fleet.domain}"
                )
                yield Finding((*path, "names", place), text)
            elif name == names.origin(fleet):
                text = f"{name} is where CloudFront itself connects to; use another name"
                yield Finding((*path, "names", place), text)
        if host.origin == "cells" and host.names and not routed & set(host.names):
            text = f"{key} has no route; add one to a service, e.g. routes: [{host.names[0]}/], or use origin: bucket"
            yield Finding(path, text)
        for place, name in enumerate(host.names):
            if host.origin == "bucket" and name in routed:
                text = f"{name} is served from a bucket, and services have routes on it; use origin: cells or move the routes"
                yield Finding((*path, "names", place), text)


def _routes(fleet: Fleet) -> Iterator[Finding]:
    owners: dict[str, str] = {}
    hosts = [name for host in fleet.edge.hosts.values() if host.origin == "cells" for name in host.names]
    for service in fleet.services.values():
        for place, route in enumerate(service.routes):
            path = ("services", service.name, "routes", place)
            host, slash, prefix = route.partition("/")
            if not slash or set(prefix) & set("*?# ") or "//" in route:
                text = f"{route!r} is no route; write it as <host>/<path prefix>, e.g. {(hosts or ['api.example'])[0]}/flights"
                yield Finding(path, text)
                continue
            if host not in hosts and not any(host in h.names for h in fleet.edge.hosts.values()):
                text = f"{host} is no name of `edge.hosts`; {instead(host, hosts)}"
                yield Finding(path, text)
            owner = owners.setdefault(f"{host}/{prefix.rstrip('/')}", service.name)
            if owner != service.name:
                yield Finding(path, f"{route} already leads to {owner}; a route has one owner")
            elif route in service.routes[:place]:
                yield Finding(path, f"{route} stands twice; name it once")


def _weights(fleet: Fleet) -> Iterator[Finding]:
    for region in known.regions(fleet):
        serving = [c for c in region.cells.values() if c.state in ("proving", "active")]
        if region.weight > 0 and region.cells and not any(cell.effective_weight for cell in serving):
            text = (
                f"{region.name} has weight {region.weight}, and none of its cells takes traffic; give one that is "
                f"active a weight above 0, or the region the weight 0"
            )
            yield Finding(("regions", region.name, "cells"), text)
    for market, regions in fleet.markets.items():
        if not any(region.weight for region in regions):
            text = f"0 is the weight of every region of market {market}; give one of {listed(r.name for r in regions)} more"
            yield Finding(("regions", regions[0].name, "weight"), text)


def _markets(fleet: Fleet) -> Iterator[Finding]:
    codes = {region.code: region.name for region in known.regions(fleet)}
    survive = fleet.policies.survive.regions
    homes: defaultdict[str, int] = defaultdict(int)
    for region in fleet.regions.values():
        homes[region.market] += 1
    for market, regions in fleet.markets.items():
        path = ("regions", regions[0].name, "market")
        if market in codes:
            text = f"{market} is also {codes[market]}'s name under {names.origin(fleet)}; use another, e.g. us or eu"
            yield Finding(path, text)
        if homes[market] <= survive:
            text = (
                f"{market} has {homes[market]} region(s), and policies.survive.regions is {survive}: nothing is left; "
                f"add a region to the market, or survive fewer"
            )
            yield Finding(path, text)
