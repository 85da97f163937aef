"""What Karpenter may do, in six policies by concern, bound by tags to the nodes of one cluster.

The statements follow the policies that Karpenter 1.14 documents, and are narrower in three places: cells share a VPC,
so subnets and security groups must carry the cell's own discovery tag; the node class names an instance profile of
fixed name, so none is ever created; and capacity reservations and placement groups are not used.
"""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from hypercell.cell.policy import arn
from hypercell.policy import Document, Statement, allow, document

_MADE = ("fleet", "instance", "launch-template", "network-interface", "spot-instances-request", "volume")
"""Kinds of EC2 resources that a start of a node makes."""


def policies(cell: Cell, *, node_role_arn: str, queue_arn: str) -> dict[str, Document]:
    """Concern to policy. Names of the concerns are Karpenter's own."""
    return {
        "NodeLifecycle": document(*_node_lifecycle(cell)),
        "IamIntegration": document(
            allow(
                "HandNodesTheirRole",
                ["iam:PassRole"],
                [node_role_arn],
                {"StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}},
            )
        ),
        "EksIntegration": document(allow("FindApiServer", ["eks:DescribeCluster"], [names.cluster_arn(cell)])),
        "Interruption": document(
            allow("HearWarnings", ["sqs:DeleteMessage", "sqs:GetQueueUrl", "sqs:ReceiveMessage"], [queue_arn])
        ),
        "ZonalShift": document(
            allow(
                "SeeZonalShift",
                ["arc-zonal-shift:GetManagedResource"],
                ["*"],
                {"StringEquals": {"arc-zonal-shift:ResourceIdentifier": names.cluster_arn(cell)}},
            )
        ),
        "ResourceDiscovery": document(*_resource_discovery(cell)),
    }


def _node_lifecycle(cell: Cell) -> list[Statement]:
    cluster = names.cluster(cell)
    owned = f"kubernetes.io/cluster/{cluster}"
    of_a_pool = "karpenter.sh/nodepool"
    asks = {
        "StringEquals": {f"aws:RequestTag/{owned}": "owned", "aws:RequestTag/eks:eks-cluster-name": cluster},
        "StringLike": {f"aws:RequestTag/{of_a_pool}": "*"},
    }
    has = {
        "StringEquals": {f"aws:ResourceTag/{owned}": "owned"},
        "StringLike": {f"aws:ResourceTag/{of_a_pool}": "*"},
    }
    start = ["ec2:CreateFleet", "ec2:RunInstances"]
    region = cell.region.name
    made = [arn(cell, "ec2", f"{kind}/*") for kind in _MADE]
    template, instance = arn(cell, "ec2", "launch-template/*"), arn(cell, "ec2", "instance/*")
    return [
        allow("StartFromImages", start, [f"arn:aws:ec2:{region}::{kind}/*" for kind in ("image", "snapshot")]),
        allow(
            "StartInOwnNetwork",
            start,
            [arn(cell, "ec2", f"{kind}/*") for kind in ("security-group", "subnet")],
            {"StringEquals": {"aws:ResourceTag/karpenter.sh/discovery": cluster}},
        ),
        allow("StartFromOwnTemplates", start, [template], has),
        allow("MakeTagged", [*start, "ec2:CreateLaunchTemplate"], made, asks),
        allow(
            "TagWhatItMakes",
            ["ec2:CreateTags"],
            made,
            {
                "StringEquals": {
                    **asks["StringEquals"],
                    "ec2:CreateAction": ["CreateFleet", "CreateLaunchTemplate", "RunInstances"],
                },
                "StringLike": asks["StringLike"],
            },
        ),
        allow(
            "NameOwnNodes",
            ["ec2:CreateTags"],
            [instance],
            {
                **has,
                "StringEqualsIfExists": {"aws:RequestTag/eks:eks-cluster-name": cluster},
                "ForAllValues:StringEquals": {
                    "aws:TagKeys": ["Name", "eks:eks-cluster-name", "karpenter.sh/nodeclaim"]
                },
            },
        ),
        allow("EndOwn", ["ec2:DeleteLaunchTemplate", "ec2:TerminateInstances"], [instance, template], has),
    ]


def _resource_discovery(cell: Cell) -> list[Statement]:
    described = (
        "CapacityReservations",
        "Images",
        "InstanceStatus",
        "InstanceTypeOfferings",
        "InstanceTypes",
        "Instances",
        "LaunchTemplates",
        "PlacementGroups",
        "SecurityGroups",
        "SpotPriceHistory",
        "Subnets",
    )
    profiles = f"arn:aws:iam::{cell.region.account_id}:instance-profile/{names.instance_profile(cell)}"
    return [
        allow(
            "SeeTheRegion",
            [f"ec2:Describe{what}" for what in described],
            ["*"],
            {"StringEquals": {"aws:RequestedRegion": cell.region.name}},
        ),
        allow("FindImages", ["ssm:GetParameter"], [f"arn:aws:ssm:{cell.region.name}::parameter/aws/service/*"]),
        # The price list answers for all regions from one or two of them.
        allow("AskPrices", ["pricing:GetProducts"], ["*"]),
        allow("ListProfiles", ["iam:ListInstanceProfiles"], ["*"]),
        allow("SeeOwnProfile", ["iam:GetInstanceProfile"], [profiles]),
    ]
