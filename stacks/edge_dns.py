"""The public zone."""

from __future__ import annotations

from fleet import names
from hypercell.edge.certificates import CertificateRole
from hypercell.edge.zone import IssuersAllowed, PublicZone
from stacks.stack import FleetStack


class EdgeDnsStack(FleetStack):
    """The one public zone, who may issue certificates for it, and a role for each region that asks for them."""

    about = "The public zone, and who may certify its names"

    def build(self) -> None:
        zone = PublicZone(self, "Zone", fleet=self.fleet)
        self.publish(names.PUBLIC_ZONE_ID, zone.zone_id)
        self.publish(names.PUBLIC_NAME_SERVERS, zone.name_servers)
        report_to = self.fleet.teams[self.fleet.operators].oncall
        IssuersAllowed(self, "Issuers", fleet=self.fleet, zone_id=zone.zone_id, report_to=report_to)
        for region in self.fleet.regions.values():
            CertificateRole(self, f"{names.pascal(region.code)}Certificates", region=region, zone_id=zone.zone_id)
