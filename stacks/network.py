"""Network of a region."""

from __future__ import annotations

from fleet import names
from hypercell.network.access import OperatorsAccess
from hypercell.network.checkers import HealthCheckers
from hypercell.network.endpoints import GatewayEndpoints, InterfaceEndpoints
from hypercell.network.flows import FlowLogs
from hypercell.network.vpc import RegionVpc
from stacks.stack import RegionStack


class NetworkStack(RegionStack):
    """VPC of a region with everything that its cells share."""

    about = (
        "VPC of the region: networks, infrastructure subnets, endpoints, flow logs, private names, operators' access"
    )

    def build(self) -> None:
        region = self.home
        vpc = RegionVpc(self, "Network", region=region)
        FlowLogs(self, "FlowLogs", region=region, vpc_id=vpc.vpc_id, key_arn=self.key_arn("logs"))
        GatewayEndpoints(self, "GatewayEndpoints", region=region, vpc_id=vpc.vpc_id, route_tables=vpc.route_tables)
        if region.endpoints == "interface":
            endpoints = InterfaceEndpoints(
                self, "Endpoints", region=region, vpc_id=vpc.vpc_id, subnets=list(vpc.endpoints.values())
            )
            self.publish(names.ENDPOINTS_GROUP_ID, endpoints.group_id)
        access = OperatorsAccess(
            self,
            "Access",
            region=region,
            vpc_id=vpc.vpc_id,
            public_subnets=list(vpc.public.values()),
            endpoint_subnets=list(vpc.endpoints.values()),
        )
        checkers = HealthCheckers(self, "HealthCheckers", region=region)
        self.publish(names.VPC_ID, vpc.vpc_id)
        self.publish(names.PRIVATE_ZONE_ID, vpc.private_zone_id)
        self.publish(names.OPERATORS_GROUP_ID, access.group_id)
        self.publish(names.HEALTH_CHECKERS_LIST_ID, checkers.list_id)
        for zone in region.zones:
            self.publish(names.zone_name_output(zone), vpc.zone_names[zone])
            self.publish(names.public_subnet_output(zone), vpc.public[zone])
            self.publish(names.endpoint_subnet_output(zone), vpc.endpoints[zone])
            self.publish(names.data_subnet_output(zone), vpc.data[zone])
            for path in ("instance", "gateway"):
                self.publish(names.probe_subnet_output(zone, path), vpc.probes[zone, path])
