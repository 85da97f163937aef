"""Findings that stay, each with its reason. The one place: nothing is acknowledged anywhere else.

A row is matched in the words that stacks of a kind share (`hypercell.guards.canonical`): `{fleet}`, `{region}`,
`{zone}`, `{cell}` instead of skyline, us-east-1, use1-az1 and use1-a. So one row speaks for every cell, and for what it
names only: what a rule reports in brackets must stand in the row word for word.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Acknowledgement:
    """One finding that was looked at and stays."""

    rule: str
    """Id as the report shows it: `AwsSolutions-IAM4`, `retained-state`, `W3010`."""
    kind: str
    """Kind of stack (`fleet.phases`)."""
    path: str
    """Construct path below the stack, `*` for any part of it: `Node/Role/Resource`. Empty: the stack itself."""
    reason: str
    """Why it is right here."""
    findings: tuple[str, ...] = ("",)
    """What the rule names in brackets, word for word: `Resource::*`, `Policy::arn:aws:iam::aws:policy/…`."""


def _policies(*names: str) -> tuple[str, ...]:
    return tuple(f"Policy::arn:aws:iam::aws:policy/{name}" for name in names)


def _resources(*arns: str) -> tuple[str, ...]:
    return tuple(f"Resource::{arn}" for arn in arns)


_MANAGED = "EKS documents this AWS-managed policy as the one the role needs, and changes it with the service."
_EC2 = "arn:aws:ec2:{region}:{account}"
_LOG = "arn:aws:logs:{region}:{account}:log-group:/aws/lambda/{fleet}"
_NAT_GROUP = "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:*:autoScalingGroupName/{fleet}-{zone}-nat"

TABLE: tuple[Acknowledgement, ...] = (
    # --- accounts ---
    Acknowledgement(
        "AwsSolutions-IAM5",
        "account",
        "Boundary/Policy",
        "A boundary grants nothing: it allows everything and then denies what no role of the account may ever do.",
        ("Action::*", *_resources("*")),
    ),
    Acknowledgement(
        "narrow-policies",
        "account",
        "Boundary/Policy",
        "A boundary grants nothing: it allows everything and then denies what no role of the account may ever do.",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "account",
        "OutputsReader/Role",
        "DescribeStacks on this fleet's stacks in this account: CloudFormation appends an id that nobody knows before.",
        _resources("arn:aws:cloudformation:*:{account}:stack/{fleet}-*/*"),
    ),
    # --- the edge ---
    Acknowledgement(
        "AwsSolutions-IAM5",
        "edge-dns",
        "*Certificates/Resource/Resource",
        "cert-manager finds its zone by listing and follows a change by an id that Route 53 mints; what it may change "
        "is bound to `_acme-challenge.*` by a condition.",
        _resources("*", "arn:aws:route53:::change/*"),
    ),
    Acknowledgement(
        "AwsSolutions-CFR1", "edge-site", "*Site/Resource", "Travellers search from everywhere; no country is refused."
    ),
    Acknowledgement(
        "AwsSolutions-CFR2",
        "edge-site",
        "*Site/Resource",
        "`firewall: none` stands in the fleet file of a founder's first day: a web ACL costs more than its traffic.",
    ),
    Acknowledgement(
        "AwsSolutions-CFR3",
        "edge-site",
        "*Site/Resource",
        "Access logs are delivered by CloudWatch Logs (v2), which the rule does not know; `strict-edge` checks them.",
    ),
    Acknowledgement(
        "AwsSolutions-S1",
        "edge-site",
        "Logs/Resource",
        "It is the bucket of the access logs; its own would log itself.",
    ),
    # --- a region ---
    Acknowledgement(
        "AwsSolutions-AS3",
        "network",
        "Access/Host",
        "A group of one that repairs itself; operators notice at their next session, and nobody must be woken.",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "network",
        "Access/Role/Resource",
        "Session Manager's channels have no ARN (Service Authorization Reference: ssmmessages, ec2messages).",
        _resources("*"),
    ),
    Acknowledgement(
        "AwsSolutions-AS3",
        "egress",
        "Instance{Zone}/Instance",
        "A group of one: its metrics raise the zone's alarms, and traffic is on the gateway until it is back.",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "egress",
        "Instance{Zone}/Role/Resource",
        "PutMetricData has no resource and is bound to the fleet's namespace; Session Manager's channels have no ARN; "
        "the group's ARN carries an id that is minted.",
        _resources("*", _NAT_GROUP),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "egress",
        "Probers/Role",
        "What Lambda needs to attach a function to its subnet, in the form it checks for; the functions' own code is "
        "denied all of it. Streams of their own logs.",
        _resources("*", f"{_EC2}:*/*", *(f"{_LOG}-{{zone}}-probe-{path}:*" for path in ("instance", "gateway"))),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "egress",
        "Controller/Role",
        "Cells bring route tables of their own, bound by two tags; reading knows no resource; a group's ARN carries an "
        "id that is minted. Streams of its own logs.",
        _resources(
            "*", f"{_EC2}:route-table/*", _NAT_GROUP, *(f"{_LOG}-{{code}}-nat-{part}:*" for part in ("ticks", "events"))
        ),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "registry",
        "Registry/Publisher",
        "GetAuthorizationToken is for the registry, not for a repository; every other action names repositories.",
        _resources("*"),
    ),
    Acknowledgement(
        "AwsSolutions-IAM4",
        "backup",
        "Plan/Role",
        "AWS Backup documents this policy as the one a plan's role needs; it grows with the services it can back up.",
        _policies("service-role/AWSBackupServiceRolePolicyForBackup"),
    ),
    Acknowledgement(
        "AwsSolutions-IAM4",
        "data-backup",
        "Plan/Role",
        "AWS Backup documents this policy as the one a plan's role needs; it grows with the services it can back up.",
        _policies("service-role/AWSBackupServiceRolePolicyForBackup"),
    ),
    # --- streams ---
    Acknowledgement(
        "AwsSolutions-KDS3",
        "streams",
        "*/Stream",
        "Encrypted with the region's own key; the rule wants AWS's, whose use nobody of ours can restrict.",
    ),
    Acknowledgement(
        "AwsSolutions-KDF1",
        "streams",
        "Deliveries/*",
        "It reads a stream that is encrypted; Firehose takes a key of its own for direct puts only.",
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "streams",
        "Deliveries/Role",
        "Objects below two prefixes of the lake's bucket: their names carry the time.",
        _resources("<LakeBucket{digest}.Arn>/records/*", "<LakeBucket{digest}.Arn>/errors/*"),
    ),
    # --- services ---
    Acknowledgement(
        "AwsSolutions-AEC6",
        "service",
        "Caches/*",
        "Callers are told apart by Valkey's role-based access with IAM; AUTH, one password for all, excludes it.",
    ),
    Acknowledgement(
        "AwsSolutions-SMG4",
        "service",
        "Secret*/Secret",
        "A partner's key: the partner mints it, and the owning team puts it in. No Lambda of ours could rotate it.",
    ),
    # --- a cell ---
    Acknowledgement(
        "AwsSolutions-ELB2",
        "cell",
        "Ingress/Resource",
        "An NLB logs TLS listeners only, and this one passes TCP through; the gateway behind it logs each request.",
    ),
    Acknowledgement(
        "AwsSolutions-ELB2",
        "cell",
        "EastWest/Resource",
        "An NLB logs TLS listeners only, and this one passes TCP through; the gateway behind it logs each request.",
    ),
    Acknowledgement(
        "AwsSolutions-IAM4",
        "cell",
        "Cluster/Role",
        _MANAGED,
        _policies(
            "AmazonEKSClusterPolicy",
            "AmazonEKSComputePolicy",
            "AmazonEKSBlockStoragePolicy",
            "AmazonEKSLoadBalancingPolicy",
            "AmazonEKSNetworkingPolicy",
        ),
    ),
    Acknowledgement("AwsSolutions-IAM4", "cell", "Addons/VpcCniRole", _MANAGED, _policies("AmazonEKS_CNI_Policy")),
    Acknowledgement(
        "AwsSolutions-IAM4",
        "cell",
        "Karpenter/NodeRole",
        _MANAGED,
        _policies("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"),
    ),
    Acknowledgement(
        "AwsSolutions-IAM4",
        "cell",
        "SystemNodes/Role",
        _MANAGED,
        _policies("AmazonEKSWorkerNodePolicy", "AmazonEC2ContainerRegistryPullOnly", "AmazonSSMManagedInstanceCore"),
    ),
    Acknowledgement(
        "AwsSolutions-IAM4",
        "cell",
        "AutoMode/*",
        _MANAGED,
        _policies("AmazonEKSWorkerNodeMinimalPolicy", "AmazonEC2ContainerRegistryPullOnly"),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "cell",
        "Cluster/Role",
        "Auto Mode tags what it launches under our names; ids are minted, and conditions bind them to the cluster's tag.",
        _resources(
            f"{_EC2}:fleet/*",
            f"{_EC2}:instance/*",
            f"{_EC2}:launch-template/*",
            f"{_EC2}:network-interface/*",
            f"{_EC2}:spot-instances-request/*",
            f"{_EC2}:volume/*",
        ),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "cell",
        "Addons/EbsCsiRole",
        "Volumes, snapshots and instances have minted ids; conditions bind changes to the driver's and cluster's tags, "
        "and describing knows no resource.",
        _resources("*", "arn:aws:ec2:{region}::snapshot/*", f"{_EC2}:instance/*", f"{_EC2}:volume/*"),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "cell",
        "Identities/CollectorRole",
        "Traces have no ARN; streams of the cell's own log group are named by pod.",
        _resources("*", "arn:aws:logs:{region}:{account}:log-group:/{fleet}/cells/{cell}:*"),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "cell",
        "Identities/ExternalSecretsRole",
        "Secrets end in an id that Secrets Manager mints; the rest is the cell's own prefix, the mesh readers and "
        "API servers of its region's cells, and the charts that Argo CD pulls with this role's token.",
        _resources(
            "*",
            "arn:aws:ecr:{region}:{account}:repository/{fleet}/mirror/charts/*",
            "arn:aws:secretsmanager:{region}:{account}:secret:{fleet}/{cell}/*",
            "arn:aws:secretsmanager:{region}:{account}:secret:{fleet}/{cell}/mesh/reader-*",
            "arn:aws:secretsmanager:{region}:{account}:secret:{fleet}/{code}-*/mesh/reader-*",
            "arn:aws:ssm:{region}:{account}:parameter/{fleet}/{code}-*/apiserver",
        ),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "cell",
        "Karpenter/NodeLifecycle",
        "Karpenter's own scoped policy: what it launches and ends has minted ids, and carries the cluster's tag by "
        "condition.",
        _resources(
            "arn:aws:ec2:{region}::image/*",
            "arn:aws:ec2:{region}::snapshot/*",
            f"{_EC2}:fleet/*",
            f"{_EC2}:instance/*",
            f"{_EC2}:launch-template/*",
            f"{_EC2}:network-interface/*",
            f"{_EC2}:security-group/*",
            f"{_EC2}:spot-instances-request/*",
            f"{_EC2}:subnet/*",
            f"{_EC2}:volume/*",
        ),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "cell",
        "Karpenter/ResourceDiscovery",
        "Describing and prices know no resource; the images are AWS's public parameters.",
        _resources("*", "arn:aws:ssm:{region}::parameter/aws/service/*"),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "cell",
        "Karpenter/ZonalShift",
        "It asks for its own cluster only: the action knows no ARN, and a condition names the cluster.",
        _resources("*"),
    ),
    Acknowledgement(
        "AwsSolutions-IAM5",
        "cell",
        "LoadBalancerController/Role",
        "Describing knows no resource; what it registers is bound to the cell's target groups.",
        _resources("*"),
    ),
    Acknowledgement(
        "AwsSolutions-SQS3",
        "cell",
        "Karpenter/Queue",
        "An interruption notice is worth nothing after two minutes: nobody would read a dead-letter queue.",
    ),
    Acknowledgement(
        "encrypted-data",
        "cell",
        "Karpenter/Queue",
        "Instance ids for five minutes, encrypted by SQS; a key of ours would stop notices when its policy is wrong.",
    ),
)
