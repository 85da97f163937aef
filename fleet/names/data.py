"""Names of databases, streams, buckets, backups, logs and alarms."""

from __future__ import annotations

from fleet.database import Database, Generation
from fleet.edge import Host
from fleet.model import Fleet
from fleet.names.stacks import stack
from fleet.region import Region
from fleet.service import Service


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
