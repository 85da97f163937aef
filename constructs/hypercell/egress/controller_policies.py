"""What the controller may do: read its region, move and mark the routes of cells, answer for NAT instances."""

from __future__ import annotations

from typing import Any

from fleet import names
from fleet.region import Region
from hypercell.egress.functions import function_arn, log_arn
from hypercell.policy import Document, allow, document

WRITTEN_BY_CELLS = ("nat:az", "nat:eni", "nat:gateway", "nat:shard")
"""Tags that say what a route table is and where its ways out are. The controller reads them and may not change them."""


def controller_policy(region: Region) -> Document:
    """Cells bring route tables of their own, so they are named by their tags and not by a list."""
    of_cells = {
        "StringEquals": {"aws:ResourceTag/fleet:name": region.fleet.name},
        "StringLike": {"aws:ResourceTag/nat:shard": f"{region.code}-*/*"},
    }
    marks: dict[str, Any] = {
        **of_cells,
        "ForAllValues:StringLike": {"aws:TagKeys": "nat:*"},
        "ForAllValues:StringNotEquals": {"aws:TagKeys": list(WRITTEN_BY_CELLS)},
        # Of no key at all, "for all" is true.
        "Null": {"aws:TagKeys": "false"},
    }
    tables = [names.arn(region, "ec2", "route-table/*")]
    groups = [_group(region, names.nat_group(region, zone)) for zone in region.zones]
    probers = [names.nat_prober(region, zone, path) for zone in region.zones for path in names.PROBED_PATHS]
    functions = (names.nat_ticks(region), names.nat_events(region))
    return document(
        allow("MoveRoutes", ["ec2:CreateRoute", "ec2:ReplaceRoute"], tables, of_cells),
        allow("MarkTables", ["ec2:CreateTags"], tables, marks),
        allow(
            "Read",
            [
                "autoscaling:DescribeAutoScalingGroups",
                "autoscaling:DescribeAutoScalingInstances",
                "cloudwatch:DescribeAlarms",
                "cloudwatch:GetMetricData",
                "ec2:DescribeNatGateways",
                "ec2:DescribeRouteTables",
            ],
            ["*"],
        ),
        allow("AnswerForInstances", ["autoscaling:CompleteLifecycleAction", "autoscaling:SetInstanceHealth"], groups),
        allow("Probe", ["lambda:InvokeFunction"], [function_arn(region, prober) for prober in probers]),
        allow(
            "WriteLogs",
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            [log_arn(region, function) for function in functions],
        ),
    )


def _group(region: Region, name: str) -> str:
    """The star stands for an id that AWS mints; the name is ours alone."""
    return names.arn(region, "autoscaling", f"autoScalingGroup:*:autoScalingGroupName/{name}")
