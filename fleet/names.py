"""Every name that two rooms must agree on, as a pure function.

Constructs, manifests and operations compute the same name from the same noun; nobody asks AWS. What AWS mints
(ids, DNS names of load balancers) is published by its producer as an output whose id stands here too.
"""

from __future__ import annotations

import re

from fleet.cell import Cell
from fleet.database import Database, Generation
from fleet.edge import Host
from fleet.model import Fleet
from fleet.region import Region
from fleet.service import Service

# --- stacks -----------------------------------------------------------------------------------------------------


def stack(fleet: Fleet, *parts: str) -> str:
    """`skyline-use1-a-cell`: the fleet and what the stack is about."""
    return "-".join((fleet.name, *parts))


# --- logical ids and outputs ------------------------------------------------------------------------------------


def pascal(name: str) -> str:
    """`use1-az1` -> `Use1Az1`: a fleet key inside a logical id or an output's id."""
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^A-Za-z0-9]+", name) if part)


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


def nat_gateway_output(zone: str) -> str:
    return f"NatGateway{pascal(zone)}Id"


def nat_interface_output(zone: str) -> str:
    return f"NatInterface{pascal(zone)}Id"


def nat_group(region: Region, zone: str) -> str:
    """Auto scaling group of a zone's NAT instance, and the role of that instance."""
    return f"{region.fleet.name}-{zone}-nat"


def nat_metrics(region: Region) -> str:
    """CloudWatch namespace of what the NAT instances count themselves; the dimension is the zone's ID."""
    return f"{region.fleet.name}/egress"


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


# --- accounts and keys ------------------------------------------------------------------------------------------

DATA_KEYS = ("databases", "backup")
"""Purposes of the data account's keys in each of its regions."""

REGION_KEYS = ("cells", "data", "lake", "logs", "backup")
"""KMS keys of a region, by the class of data they protect."""


def arn(region: Region, service: str, resource: str) -> str:
    """ARN of something in the region's own account, e.g. `arn(region, "sqs", names.queue(...))`."""
    return f"arn:aws:{service}:{region.name}:{region.account_id}:{resource}"


def permission_boundary(fleet: Fleet, alias: str) -> str:
    return f"{fleet.name}-boundary-{alias}"


def outputs_reader(fleet: Fleet, alias: str) -> str:
    return f"{fleet.name}-outputs-reader-{alias}"


def outputs_reader_arn(fleet: Fleet, alias: str) -> str:
    return role_arn(fleet.accounts[alias], outputs_reader(fleet, alias))


def role_arn(account: str, role: str) -> str:
    return f"arn:aws:iam::{account}:role/{role}"


def key_alias(region: Region, purpose: str) -> str:
    return f"alias/{region.fleet.name}-{region.code}-{purpose}"


def data_key_alias(fleet: Fleet, code: str) -> str:
    """The data account's key of a region, for its database clusters."""
    return f"alias/{fleet.name}-data-{code}"


# --- cells ------------------------------------------------------------------------------------------------------


def cluster(cell: Cell) -> str:
    """EKS cluster name; also the value of every discovery tag of the cell."""
    return f"{cell.fleet.name}-{cell.name}"


def cluster_arn(cell: Cell) -> str:
    return arn(cell.region, "eks", f"cluster/{cluster(cell)}")


def clusters(region: Region) -> str:
    """Pattern of the ARNs of a region's clusters."""
    return arn(region, "eks", f"cluster/{region.fleet.name}-{region.code}-*")


def cell_role(cell: Cell, purpose: str) -> str:
    """IAM role of the cell, e.g. purpose `node`, `karpenter`, `load-balancer`. 64 characters at most."""
    return f"{cell.fleet.name}-{cell.name}-{purpose}"


def cell_role_arn(cell: Cell, purpose: str) -> str:
    return role_arn(cell.region.account_id, cell_role(cell, purpose))


def instance_profile(cell: Cell) -> str:
    """Instance profile of Karpenter's nodes, fixed so that the node class can name it."""
    return cell_role(cell, "node")


def interruption_queue(cell: Cell) -> str:
    return f"{cell.fleet.name}-{cell.name}-karpenter"


def load_balancer(cell: Cell, side: str) -> str:
    """NLB of a cell; `side` is `ingress` or `eastwest`. 32 characters at most."""
    return f"{cell.fleet.name}-{cell.name}-{side}"


def target_group(cell: Cell, purpose: str) -> str:
    """`web` (443), `health` (8443) or `mesh` (15443). 32 characters at most."""
    return f"{cell.fleet.name}-{cell.name}-{purpose}"


def apiserver_parameter(cell: Cell) -> str:
    """SSM parameter with endpoint and CA of the cell's API server, as JSON."""
    return f"/{cell.fleet.name}/{cell.name}/apiserver"


def secret(cell: Cell, *path: str) -> str:
    """Secrets Manager name under the cell's own prefix."""
    return "/".join((cell.fleet.name, cell.name, *path))


def cell_alarm(cell: Cell) -> str:
    """The composite alarm that roll-outs of the cell bake on."""
    return f"{cell.fleet.name}-{cell.name}"


def cell_signal(cell: Cell, signal: str) -> str:
    """One of the alarms that the cell's composite alarm is made of."""
    return f"{cell_alarm(cell)}-{signal}"


def cell_key_alias(cell: Cell) -> str:
    """The cell's own key, for the secrets of its Kubernetes."""
    return f"alias/{cluster(cell)}"


def cluster_log_group(cell: Cell) -> str:
    """Where EKS writes the control plane's logs; the name is its own."""
    return f"/aws/eks/{cluster(cell)}/cluster"


def cell_log_group(cell: Cell) -> str:
    """Where the cell's collectors write the logs of its pods."""
    return log_group(cell.fleet, "cells", cell.name)


def cell_metrics(fleet: Fleet) -> str:
    """CloudWatch namespace that the cells' collectors write to; the cell is a dimension."""
    return f"{fleet.name}/cells"


def nat_shard(cell: Cell, zone: str) -> str:
    """Tag `nat:shard` of a cell's route table in a zone: what egress sheds as one."""
    return f"{cell.name}/{zone}"


def hosted_parameter(cell: Cell) -> str:
    """SSM parameter with the services placed in the cell, as JSON."""
    return f"/{cell.fleet.name}/{cell.name}/services"


def bundle_repository(cell: Cell) -> str:
    """ECR repository of the cell's manifest bundles."""
    return f"{cell.fleet.name}/cells/{cell.name}"


def mirror_repository(fleet: Fleet, source: str) -> str:
    """ECR repository that mirrors a public chart or image."""
    return f"{fleet.name}/mirror/{source}"


def registry(region: Region) -> str:
    return f"{region.account_id}.dkr.ecr.{region.name}.amazonaws.com"


# --- inside the cluster -----------------------------------------------------------------------------------------

CONTROLLERS: dict[str, tuple[str, str]] = {
    "karpenter": ("karpenter", "karpenter"),
    "load-balancer": ("aws-load-balancer", "aws-load-balancer-controller"),
    "external-secrets": ("external-secrets", "external-secrets"),
    "keda": ("keda", "keda-operator"),
    "collector": ("observability", "collector"),
    "cert-manager": ("cert-manager", "cert-manager"),
    "vpc-cni": ("kube-system", "aws-node"),
    "ebs-csi": ("kube-system", "ebs-csi-controller-sa"),
}
"""Pod Identity of a cell's controllers: purpose of `cell_role` -> namespace and service account."""

WEB_PORT = 8443
"""Pods of the ingress gateway listen here, for the target groups `web` and `health` alike: what Route 53 probes is
the path that viewers take."""
MESH_PORT = 15443
"""Pods of the east-west gateway and their NLB's listener."""
STATUS_PORT = 15021
"""Where the target groups of both gateways ask for STATUS_PATH."""
STATUS_PATH = "/healthz/ready"
HEALTH_PATH = "/healthz/traffic"
"""What Route 53 asks of `cell_origin`, port 8443. It is 200, whatever the weight, until an operator makes it 503."""
HEALTH_BODY = "serving"
"""The word Route 53 looks for in the answer."""


def chart_repository(fleet: Fleet, chart: str) -> str:
    """ECR repository of a release's chart. Argo CD unpacks a chart by its own name, so the path ends with it."""
    own = {"istio-base": "istio/base", "istio-cni": "istio/cni", "istio-gateway": "istio/gateway"}
    return mirror_repository(fleet, f"charts/{own.get(chart, chart)}")


def image_repository(fleet: Fleet, image: str) -> str:
    """ECR repository of a public image that the cells' own controllers run, e.g. `istio/pilot`."""
    return mirror_repository(fleet, f"images/{image}")


PLATFORM_CHANNEL = "platform"
"""Tag in `bundle_repository` that the cell's platform bundle is released by."""


def service_channel(service: Service) -> str:
    """Tag in `bundle_repository` that the service's bundle is released by."""
    return f"service-{service.name}"


CHANNELS = (PLATFORM_CHANNEL, "service-*")
"""Tags in `bundle_repository` that move; every other tag is what it was when it was pushed."""


def publisher_role(region: Region) -> str:
    """The one role that writes to a region's registry."""
    return f"{region.fleet.name}-{region.code}-publisher"


def publisher_role_arn(region: Region) -> str:
    return role_arn(region.account_id, publisher_role(region))


def mesh_authority(cell: Cell) -> str:
    """Secret with the cell's intermediate CA of the region's mesh: ca-cert, ca-key, root-cert, cert-chain."""
    return secret(cell, "mesh", "authority")


def mesh_reader(cell: Cell) -> str:
    """Secret with the token that the region's other cells discover this cell's endpoints with."""
    return secret(cell, "mesh", "reader")


def certificate_role(region: Region) -> str:
    """Role in the edge account that may change `_acme-challenge.*` only, for the region's cert-managers."""
    return f"{region.fleet.name}-{region.code}-certificates"


def certificate_role_arn(region: Region) -> str:
    return role_arn(region.fleet.accounts["edge"], certificate_role(region))


# --- services ---------------------------------------------------------------------------------------------------


def namespace(service: Service) -> str:
    return service.name


def service_account(service: Service) -> str:
    return service.name


def service_role(service: Service, region: Region) -> str:
    """Role the service's pods take in the region's account."""
    return f"{region.fleet.name}-{region.code}-{service.name}"


def service_role_arn(service: Service, region: Region) -> str:
    return role_arn(region.account_id, service_role(service, region))


def caller_role(service: Service, region: Region) -> str:
    """Role in the data account that the service's pods chain into to reach their database."""
    return f"{region.fleet.name}-{region.code}-{service.name}-db"


def caller_role_arn(service: Service, region: Region) -> str:
    return role_arn(region.fleet.accounts["data"], caller_role(service, region))


def caller_roles(region: Region) -> str:
    """Pattern of the ARNs of all `caller_role`s of a region: a database's policy outlives its services."""
    return role_arn(region.fleet.accounts["data"], f"{region.fleet.name}-{region.code}-*-db")


KEEPER_USER = "keeper"
"""Role inside every database that the keeper logs in as; it may do nothing there."""


def database_keeper(fleet: Fleet, code: str) -> str:
    """Role, and function, of the data account that wakes a region's databases before their backup."""
    return f"{fleet.name}-data-{code}-keeper"


def database_keeper_arn(fleet: Fleet, code: str) -> str:
    return role_arn(fleet.accounts["data"], database_keeper(fleet, code))


def database_user(service: Service) -> str:
    """Role inside the database (PostgreSQL) that the caller's role may log in as."""
    return service.name.replace("-", "_")


def cache(service: Service, cache_name: str) -> str:
    """Replication group id, 40 characters at most."""
    return f"{service.fleet.name}-{service.name}-{cache_name}"


CACHE_PORT = 6380
"""Where every cache listens: not the port that scanners know."""
DATABASE_PORT = 5432
"""Where DSQL listens, PostgreSQL's own."""


def cache_user(service: Service) -> str:
    """Id and name (for IAM they are one) of the service's user in its caches, and id of the group it is in."""
    return f"{service.fleet.name}-{service.name}"


def cache_parameter(service: Service, cache_name: str) -> str:
    """SSM parameter with endpoint, port and user of a cache as JSON; its last part is the name in `CACHES`."""
    return f"/{service.fleet.name}/caches/{cache(service, cache_name)}"


def cache_log_group(service: Service, region: Region) -> str:
    """Engine and slow logs of a service's caches. Below /aws/vendedlogs the service that writes needs no share in the
    account's one resource policy of CloudWatch Logs, which has room for ten."""
    return f"/aws/vendedlogs{log_group(service.fleet, 'caches', region.code, service.name)}"


def table(service: Service, table_name: str) -> str:
    return f"{service.fleet.name}-{service.name}-{table_name}"


def queue(service: Service, queue_name: str, *, fifo: bool = False, dead: bool = False) -> str:
    name = f"{service.fleet.name}-{service.name}-{queue_name}" + ("-dead" if dead else "")
    return f"{name}.fifo" if fifo else name


def topic(service: Service, topic_name: str) -> str:
    return f"{service.fleet.name}-{service.name}-{topic_name}"


def service_secret(service: Service, secret_name: str) -> str:
    return f"{service.fleet.name}/services/{service.name}/{secret_name}"


# --- data and streams -------------------------------------------------------------------------------------------


def dsql_stack(generation: Generation, code: str) -> str:
    database = generation.database
    return stack(database.fleet, "dsql", database.name, f"g{generation.number}", code)


def database_stack(database: Database, region: Region) -> str:
    return stack(region.fleet, region.code, "database", database.name)


def database_parameter(database: Database) -> str:
    """SSM parameter, in every region that serves the database, with its endpoint and identifier as JSON."""
    return f"/{database.fleet.name}/databases/{database.name}"


def stream(fleet: Fleet, stream_name: str) -> str:
    """Kinesis stream, and the Firehose delivery stream behind it; a bronze stream is the latter alone."""
    return f"{fleet.name}-{stream_name}"


def stream_consumer(fleet: Fleet, stream_name: str) -> str:
    """The reader of a gold stream with throughput of its own."""
    return f"{stream(fleet, stream_name)}-live"


def bucket(fleet: Fleet, purpose: str, account: str, region: str) -> str:
    """A bucket in the account's regional namespace: deterministic, and nobody else can squat it. 63 at most."""
    return f"{fleet.name}-{purpose}-{account}-{region}-an"


def bucket_prefix(fleet: Fleet, purpose: str) -> str:
    """What is ours in a bucket's name; the account, the region and `an` follow from its namespace."""
    return f"{fleet.name}-{purpose}"


def backup_vault(fleet: Fleet, code: str) -> str:
    return f"{fleet.name}-{code}"


def log_group(fleet: Fleet, *parts: str) -> str:
    return "/" + "/".join((fleet.name, *parts))


def alarm_topic(region: Region) -> str:
    """SNS topic that the alarms of a region's infrastructure go to."""
    return f"{region.fleet.name}-{region.code}-alarms"


def alarm_topic_arn(region: Region) -> str:
    """Alarms name it before it stands: CloudWatch does not ask whether an action's target exists."""
    return f"arn:aws:sns:{region.name}:{region.account_id}:{alarm_topic(region)}"


def team_topic(region: Region, team: str) -> str:
    """SNS topic that the alarms of a team's services in a region go to."""
    return f"{alarm_topic(region)}-{team}"


def team_topic_arn(region: Region, team: str) -> str:
    return f"arn:aws:sns:{region.name}:{region.account_id}:{team_topic(region, team)}"


def data_alarm_topic(fleet: Fleet, code: str) -> str:
    """SNS topic of the data account in a region: its databases and their backups."""
    return f"{fleet.name}-data-{code}-alarms"


def data_alarm_topic_arn(fleet: Fleet, region: str, code: str) -> str:
    return f"arn:aws:sns:{region}:{fleet.accounts['data']}:{data_alarm_topic(fleet, code)}"


def data_alarm(fleet: Fleet, code: str, *parts: str) -> str:
    """Alarm of the data account in a region."""
    return "-".join((fleet.name, "data", code, *parts))


def edge_alarm_topic(fleet: Fleet) -> str:
    """SNS topic, in us-east-1, that the alarms of distributions and of regions out of DNS go to."""
    return f"{fleet.name}-edge-alarms"


def region_alarm(region: Region, signal: str) -> str:
    """Alarm about a region. `region` stands first: a cell's alarms begin with the fleet and the region's code."""
    return f"{region.fleet.name}-region-{region.code}-{signal}"


def service_alarm(service: Service, region: Region, signal: str) -> str:
    """Alarm about a service in a region."""
    return f"{region.fleet.name}-service-{region.code}-{service.name}-{signal}"


def edge_alarm(fleet: Fleet, *parts: str) -> str:
    """Alarm of the edge account in us-east-1."""
    return "-".join((fleet.name, "edge", *parts))


def dashboard(fleet: Fleet, *parts: str) -> str:
    """`skyline-use1` and `skyline-use1-a`: CloudWatch dashboard of a region and of a cell."""
    return "-".join((fleet.name, *parts))


def web_acl(fleet: Fleet, firewall: str) -> str:
    """Web ACL of a kind of firewall: `standard` or `api`."""
    return f"{fleet.name}-{firewall}"


def waf_log_group(fleet: Fleet, firewall: str) -> str:
    """WAF accepts only log groups with this prefix."""
    return f"aws-waf-logs-{fleet.name}-{firewall}"


def edge_policy(fleet: Fleet, kind: str) -> str:
    """CloudFront cache, origin request or response headers policy; unique among its kind in the account."""
    return f"{fleet.name}-{kind}"


def edge_function(host: Host, fleet: Fleet) -> str:
    """CloudFront Function in front of a host family."""
    return f"{fleet.name}-{host.key}-viewer-request"


def edge_key_alias(fleet: Fleet) -> str:
    """The edge account's key in us-east-1: firewall logs and alarm messages."""
    return f"alias/{fleet.name}-edge"


# --- DNS --------------------------------------------------------------------------------------------------------


def origin(fleet: Fleet) -> str:
    """What CloudFront connects to."""
    return f"origin.{fleet.domain}"


def market_origin(fleet: Fleet, market: str) -> str:
    return f"{market}.{origin(fleet)}"


def region_origin(region: Region) -> str:
    return f"{region.code}.{origin(region.fleet)}"


def cell_origin(cell: Cell) -> str:
    return f"{cell.key}.{region_origin(cell.region)}"


def private_zone(region: Region) -> str:
    return f"{region.code}.{region.fleet.name}.internal"


def eastwest_host(cell: Cell) -> str:
    """Alias to the cell's east-west NLB in the region's private zone."""
    return f"ew.{cell.key}.{private_zone(cell.region)}"


def database_host(database: Database, region: Region) -> str:
    """Alias of a database in the region's private zone."""
    return f"{database.name}.db.{private_zone(region)}"


# --- mesh -------------------------------------------------------------------------------------------------------


def trust_domain(region: Region) -> str:
    return f"{region.fleet.name}-{region.code}.mesh"
