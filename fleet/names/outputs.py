"""Logical ids, and the ids of outputs: what AWS mints, under a name that its readers compute."""

from __future__ import annotations

import re

from fleet.edge import Host
from fleet.region import Region


def pascal(name: str) -> str:
    """`use1-az1` -> `Use1Az1`: a fleet key inside a logical id or an output's id."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name) if part)


def nth(noun: str, place: int) -> str:
    """`Address`, `Address2`, `Address3`: one of several that nothing but their number tells apart; the first is 0."""
    return noun if place == 0 else f"{noun}{place + 1}"


VPC_ID = "VpcId"
PRIVATE_ZONE_ID = "PrivateZoneId"
PUBLIC_ZONE_ID = "PublicZoneId"
PUBLIC_NAME_SERVERS = "PublicZoneNameServers"
OPERATORS_GROUP_ID = "OperatorsSecurityGroupId"
ENDPOINTS_GROUP_ID = "EndpointsSecurityGroupId"
HEALTH_CHECKERS_LIST_ID = "HealthCheckersPrefixListId"
EGRESS_ADDRESSES = "EgressAddresses"
CLUSTER_ENDPOINT = "ClusterEndpoint"
DSQL_ARN = "DsqlArn"
DSQL_ENDPOINT = "DsqlEndpoint"
DSQL_IDENTIFIER = "DsqlIdentifier"
DSQL_SERVICE_NAME = "DsqlVpcEndpointServiceName"
DSQL_PRIVATE_ENDPOINT = "DsqlPrivateEndpoint"
DATABASE_VPC_ENDPOINT_ID = "DatabaseVpcEndpointId"
REGION_CHECK_ID = "RegionHealthCheckId"
INGRESS_DNS = "IngressDnsName"
INGRESS_ZONE = "IngressHostedZoneId"


def zone_name_output(zone: str) -> str:
    """The account's own name of a zone (us-east-1c for use1-az2), which only AWS knows."""
    return f"Zone{pascal(zone)}Name"


def public_subnet_output(zone: str) -> str:
    return f"PublicSubnet{pascal(zone)}Id"


def data_subnet_output(zone: str) -> str:
    return f"DataSubnet{pascal(zone)}Id"


def endpoint_subnet_output(zone: str) -> str:
    return f"EndpointSubnet{pascal(zone)}Id"


def probe_subnet_output(zone: str, path: str) -> str:
    """`path` is `instance` or `gateway`."""
    return f"ProbeSubnet{pascal(path)}{pascal(zone)}Id"


def own(region: Region) -> str:
    """Begins the ids of what has addresses of the region's own pool: it stands beside what has Amazon's."""
    return "Own" if region.egress.byoip_pool else ""


def nat_gateway_output(region: Region, zone: str) -> str:
    """Of a gateway with other addresses the output is another: cells follow one by one, each by its own deployment."""
    return f"{own(region)}NatGateway{pascal(zone)}Id"


def nat_interface_output(zone: str) -> str:
    return f"NatInterface{pascal(zone)}Id"


def vpc(region: Region) -> str:
    """Name tag of the region's VPC."""
    return f"{region.fleet.name}-{region.code}"


def key_output(purpose: str) -> str:
    """ARN of a region's KMS key: its id is minted, its alias does not fit everywhere."""
    return f"{pascal(purpose)}KeyArn"


def bucket_domain_output(host: Host) -> str:
    return f"Bucket{pascal(host.key)}DomainName"


def distribution_output(host: Host) -> str:
    """Id of a host family's distribution, e.g. for invalidations."""
    return f"Distribution{pascal(host.key)}Id"
