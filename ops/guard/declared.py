"""The declared list of shared fate: what more than one cell depends on, why it may, and what goes with it.

Whatever reaches two cells and stands not here is refused. A row is an argument, not a licence: an edit of a shared
resource that is about more than one cell exceeds the scope `cell` all the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from ops.guard.carries import Carries, by_type


@dataclass(frozen=True)
class Row:
    """Resources of a kind of stack that may reach more than one cell."""

    kind: str
    reason: str
    types: tuple[str, ...]
    """Without `AWS::`."""
    carries: Carries | None = None
    """None: what the type carries everywhere."""


ROWS: tuple[Row, ...] = (
    Row("account", "one boundary, one reader of outputs and one set of budgets an account",
        ("IAM::ManagedPolicy", "IAM::Role", "Budgets::Budget")),
    Row("edge-dns", "one public zone, without delegation: a name has one owner",
        ("Route53::HostedZone", "Route53::RecordSet")),
    Row("edge-dns", "certificates and deployers of a region prove themselves in the one zone", ("IAM::Role",)),
    Row("edge-site", "a host name lives on one distribution, and a distribution is deployed as a whole",
        ("CertificateManager::Certificate", "CloudFront::CachePolicy", "CloudFront::Distribution",
         "CloudFront::Function", "CloudFront::OriginAccessControl", "CloudFront::OriginRequestPolicy",
         "CloudFront::ResponseHeadersPolicy", "Route53::RecordSet", "S3::Bucket", "S3::BucketPolicy",
         "WAFv2::WebACL")),
    Row("edge-site", "the edge is watched, and its requests are written down, as a whole",
        ("CloudFront::MonitoringSubscription", "CloudWatch::Alarm", "CloudWatch::Dashboard", "Logs::Delivery",
         "Logs::DeliveryDestination", "Logs::DeliverySource", "Logs::LogGroup", "Logs::ResourcePolicy",
         "SNS::Subscription", "SNS::Topic", "SNS::TopicPolicy", "WAFv2::LoggingConfiguration")),
    Row("edge-site", "logs and alarms of the edge are encrypted with one key", ("KMS::Alias", "KMS::Key"),
        Carries.GUARD),
    Row("edge-traffic", "a region leaves its market as one: its check, its share, its place in the world",
        ("Route53::HealthCheck", "Route53::RecordSet")),
    Row("data-keys", "a database has one key in each of its regions", ("KMS::Alias", "KMS::Key")),
    Row("data-keys", "alarms of the data account are told in one place a region",
        ("SNS::Subscription", "SNS::Topic", "SNS::TopicPolicy")),
    Row("data-callers", "a service reaches its database by one role, from every cell that hosts it", ("IAM::Role",)),
    Row("data-backup", "databases are backed up, not cells",
        ("Backup::BackupPlan", "Backup::BackupSelection", "Backup::BackupVault", "CloudWatch::Alarm",
         "Logs::LogGroup")),
    Row("data-backup", "one hand wakes the databases before their backup, and may nothing else",
        ("IAM::Role", "Lambda::Function", "Scheduler::Schedule"), Carries.GUARD),
    Row("dsql", "a market has one set of bookings: cells hold no data", ("DSQL::Cluster", "CloudWatch::Alarm")),
    Row("keys", "caches, tables, queues, logs and secrets belong to services and regions, not to cells",
        ("KMS::Alias", "KMS::Key")),
    Row("registry", "an image is the same wherever it runs, and is pulled within its region", ("ECR::Repository",)),
    Row("registry", "one publisher writes to the region's registry", ("IAM::Role",), Carries.HANDS),
    Row("network", "a region is one VPC: cells are subnets of it, zones share its doors to AWS",
        ("EC2::InternetGateway", "EC2::PrefixList", "EC2::Route", "EC2::RouteTable", "EC2::SecurityGroup",
         "EC2::Subnet", "EC2::SubnetRouteTableAssociation", "EC2::VPC", "EC2::VPCCidrBlock", "EC2::VPCEndpoint",
         "EC2::VPCGatewayAttachment", "Route53::HostedZone")),
    Row("network", "flows are recorded for the whole VPC", ("EC2::FlowLog", "IAM::Role", "Logs::LogGroup"),
        Carries.GUARD),
    Row("network", "operators reach a region's cells by one host, through which no request goes",
        ("AutoScaling::AutoScalingGroup", "EC2::LaunchTemplate", "IAM::InstanceProfile"), Carries.GUARD),
    Row("egress", "the cells of a zone leave by one NAT instance, or by the gateway beside it",
        ("AutoScaling::AutoScalingGroup", "EC2::EIP", "EC2::EIPAssociation", "EC2::LaunchTemplate",
         "EC2::NatGateway", "EC2::NetworkInterface", "EC2::Route", "EC2::RouteTable", "EC2::SecurityGroup",
         "EC2::SubnetRouteTableAssociation", "IAM::InstanceProfile")),
    Row("egress", "one controller a region moves the routes of its zones, and probes both ways out",
        ("Events::Rule", "IAM::Role", "Lambda::EventInvokeConfig", "Lambda::Function", "Lambda::Permission",
         "Scheduler::Schedule")),
    Row("egress", "ways out are watched by zone, beside their siblings", ("CloudWatch::Alarm", "Logs::LogGroup")),
    Row("database", "a region reaches a database by one endpoint, under one name",
        ("EC2::SecurityGroup", "EC2::VPCEndpoint", "Route53::RecordSet", "SSM::Parameter")),
    Row("streams", "events of all cells are one stream, and one lake",
        ("IAM::Role", "Kinesis::Stream", "Kinesis::StreamConsumer", "KinesisFirehose::DeliveryStream", "S3::Bucket",
         "S3::BucketPolicy")),
    Row("streams", "deliveries into the lake are watched as such",
        ("CloudWatch::Alarm", "Logs::LogGroup", "Logs::LogStream")),
    Row("backup", "tables and lakes are backed up, not cells",
        ("Backup::BackupPlan", "Backup::BackupSelection", "Backup::BackupVault", "CloudWatch::Alarm")),
    Row("backup", "the backup acts by one role", ("IAM::Role",), Carries.GUARD),
    Row("service", "what a service keeps must outlive the cell that a request met",
        ("DynamoDB::GlobalTable", "EC2::SecurityGroup", "ElastiCache::ParameterGroup",
         "ElastiCache::ReplicationGroup", "ElastiCache::SubnetGroup", "ElastiCache::User", "ElastiCache::UserGroup",
         "IAM::Role", "SQS::Queue", "SQS::QueuePolicy", "SSM::Parameter", "SecretsManager::Secret")),
    Row("service", "a service's messages reach whichever of its cells takes them",
        ("SNS::Subscription", "SNS::Topic", "SNS::TopicPolicy"), Carries.TRAFFIC),
    Row("service", "a service's stores are watched where they are", ("CloudWatch::Alarm", "Logs::LogGroup")),
    Row("observability", "a region is watched across its cells and zones: grey failure shows beside its siblings",
        ("CloudWatch::Alarm", "CloudWatch::CompositeAlarm", "CloudWatch::Dashboard", "Logs::QueryDefinition",
         "SNS::Subscription", "SNS::Topic", "SNS::TopicPolicy", "XRay::Group")),
)  # fmt: skip

MESH = "mesh layer: a cell that joins or leaves a region is made known to, or forgotten by, the region's other cells"
"""The one thing that objects of one cell say of another."""

_DECLARED = {(row.kind, f"AWS::{name}"): row for row in ROWS for name in row.types}


def declared(kind: str, type_: str) -> Row | None:
    """The row of a type in a kind of stack."""
    return _DECLARED.get((kind, type_))


def carries(kind: str, type_: str) -> Carries:
    """What a resource carries, by the declared list, else by its type."""
    row = declared(kind, type_)
    return by_type(type_) if row is None or row.carries is None else row.carries
