"""The fleet carries its peak in every loss that `policies.survive` names: `fleet.proof`, as a rule."""

from __future__ import annotations

from collections.abc import Iterator

from fleet import capacity, known
from fleet.model import Fleet
from fleet.problem import Finding, Path
from fleet.proof import ADDRESSES, prove
from fleet.rules import placements


def check(fleet: Fleet) -> Iterator[Finding]:
    # Where placements point nowhere there is nothing to count yet.
    refused = {finding.path[1] for finding in placements.check(fleet)}
    regions = tuple(region for region in known.regions(fleet) if region.name not in refused)
    # A bound that the subnets do not hold is refused by the rules on cells; what pools make of it stays within it.
    for finding in prove(fleet, regions).findings(without=(ADDRESSES,)):
        if not _said(fleet, finding.path):
            yield finding


def _said(fleet: Fleet, path: Path) -> bool:
    """Whether another rule refuses the same place, in plainer words."""
    match path:
        case "policies", *_:
            return True
        case "placements", str(region), str(name):
            service = fleet.services[name]
            serving = len(capacity.hosts(service, fleet.regions[region]))
            return min(service.cells, serving) <= fleet.policies.survive.cells
    return False
