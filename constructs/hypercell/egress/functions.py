"""The functions of egress: one archive of code, and for each function its log beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from fleet import names
from fleet.region import Region

FOLDER = Path(__file__).parent
LOG_DAYS = 30

# Everything but the code: what Python leaves beside it would change the archive's digest from run to run.
_NO_CODE = ["*", "!runtime", "!runtime/*.py"]


def runtime_code(scope: Construct, id: str) -> lambda_.CfnFunction.CodeProperty:
    """The archive of `runtime/`, with that folder at its root. Its key is the digest of what is in it."""
    archive = assets.Asset(scope, id, path=str(FOLDER), exclude=_NO_CODE, ignore_mode=cdk.IgnoreMode.GIT)
    return lambda_.CfnFunction.CodeProperty(s3_bucket=archive.s3_bucket_name, s3_key=archive.s3_object_key)


def function_arn(region: Region, name: str) -> str:
    """Plain, not a token: a role's policy names the function that has the role."""
    return names.arn(region, "lambda", f"function:{name}")


def log_arn(region: Region, name: str) -> str:
    """The streams of a function's log."""
    return names.arn(region, "logs", f"log-group:/aws/lambda/{name}:*")


@dataclass(frozen=True)
class Place:
    """Where a function stands in the VPC."""

    subnet_id: str
    group_id: str


class EgressFunction(Construct):
    """A function of `runtime/` and its log.

    Attributes:
        arn, ref: tokens; whoever uses them comes after the function.
        name: plain.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        about: str,
        handler: str,
        code: lambda_.CfnFunction.CodeProperty,
        role_arn: str,
        key_arn: str,
        variables: Mapping[str, str],
        seconds: int,
        megabytes: int,
        at_once: int,
        place: Place | None = None,
    ) -> None:
        """
        Args:
            key_arn: the region's key of logs.
            seconds: after which it is ended.
            at_once: executions that are reserved for it, and the most it gets.
            place: in the VPC; without, it reaches AWS's APIs and nothing of ours.
        """
        super().__init__(scope, id)
        group = logs.CfnLogGroup(
            self, "Logs", log_group_name=f"/aws/lambda/{name}", retention_in_days=LOG_DAYS, kms_key_id=key_arn
        )
        function = lambda_.CfnFunction(
            self,
            "Function",
            function_name=name,
            description=about,
            runtime="python3.14",
            architectures=["arm64"],
            handler=handler,
            code=code,
            role=role_arn,
            timeout=seconds,
            memory_size=megabytes,
            reserved_concurrent_executions=at_once,
            environment=lambda_.CfnFunction.EnvironmentProperty(variables=variables),
            vpc_config=None if place is None else _attached(place),
        )
        # Lambda makes the group itself when it finds none: without a key, and kept for ever.
        function.add_resource_dependency(group)
        self.arn, self.ref, self.name = function.attr_arn, function.ref, name


def _attached(place: Place) -> lambda_.CfnFunction.VpcConfigProperty:
    return lambda_.CfnFunction.VpcConfigProperty(subnet_ids=[place.subnet_id], security_group_ids=[place.group_id])
