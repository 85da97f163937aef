"""Who calls whom, and which services a cell must know without hosting them. All by name: where a line stands in a file
decides nothing in a cluster."""

from __future__ import annotations

from collections.abc import Iterable

from fleet import names
from fleet.cell import Cell
from fleet.region import Region
from fleet.service import Service
from k8s.vocabulary import INGRESS

GATEWAY_ACCOUNT = "ingress"
"""Service account of the ingress gateway."""


def callees(service: Service, region: Region) -> list[Service]:
    """The services it calls synchronously and that run in the region."""
    called = [service.fleet.services[name] for name in sorted(call.service for call in service.calls)]
    return [callee for callee in called if callee.cells_in(region)]


def callers(service: Service, region: Region) -> list[Service]:
    """The services of the region that call it."""
    return _by_name(other for other in service.fleet.calling.get(service.name, ()) if other.cells_in(region))


def routed(region: Region) -> list[Service]:
    """The services of the region that viewers reach."""
    return _by_name(s for s in region.fleet.services.values() if s.routes and s.cells_in(region))


def hosted(cell: Cell) -> list[Service]:
    """The services placed in the cell."""
    return _by_name(cell.services)


def known(cell: Cell) -> list[Service]:
    """Services that a meshed cell calls or routes to while other cells host them.

    An istiod reads configuration from its own cluster only: without namespace, service and rules here, nobody in
    this cell could name them.
    """
    if not cell.region.meshed:
        return []
    here = {service.name for service in cell.services}
    wanted = {callee.name for service in cell.services for callee in callees(service, cell.region)}
    wanted |= {service.name for service in routed(cell.region)}
    return [cell.fleet.services[name] for name in sorted(wanted - here)]


def _by_name(services: Iterable[Service]) -> list[Service]:
    return sorted(services, key=lambda service: service.name)


def principals(service: Service, region: Region) -> list[str]:
    """Identities that may call the service: its callers', and the gateway's when viewers reach it."""
    domain = names.trust_domain(region)
    allowed = [
        f"{domain}/ns/{names.namespace(caller)}/sa/{names.service_account(caller)}"
        for caller in callers(service, region)
    ]
    if service.routes:
        allowed.append(f"{domain}/ns/{INGRESS}/sa/{GATEWAY_ACCOUNT}")
    return allowed
