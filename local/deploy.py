"""Every stack of a fleet created in the local AWS, in the order of a real deployment.

A stack counts as created only if it is CREATE_COMPLETE and its resources are exactly those of its template.

DSQL: a pair of peers cannot be made linked at once, for each names the other. As on AWS, the stacks are created
`pending` first (the template without `MultiRegionProperties.Clusters`), and when all stand the templates as they are
on disk are applied; that is the one stack update the local AWS performs.
"""

from __future__ import annotations

import copy
import io
import json
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from fleet.database import Generation
from fleet.phases import Phase
from local import adapters
from local.assembly import Asset, Synthesized, Template
from local.clients import client

Progress = Callable[[Synthesized], None]
"""Told after each stack."""

_BOOTSTRAP = "/cdk-bootstrap/hnb659fds/version"
_VERSION = "31"
"""Version of the bootstrap stack that CDK CLI 2.1148 brings."""


class DeployError(Exception):
    """A stack that does not stand as its template says."""

    def __init__(self, stack: str, reason: str) -> None:
        self.stack = stack
        super().__init__(f"{stack}: {reason}")


@dataclass(frozen=True)
class Stood:
    """A stack that stands: what its logical ids became, and what it publishes."""

    synthesized: Synthesized
    ids: dict[str, str]
    """Logical id to physical id."""
    outputs: dict[str, str]


@dataclass
class Deployment:
    """All stacks that stand, by name."""

    endpoint: str | None = None
    stacks: dict[str, Stood] = field(default_factory=dict)

    def client(self, service: str, account: str, region: str) -> Any:
        """A client of the AWS that this deployment stands in."""
        return client(service, account, region, self.endpoint)

    @property
    def resources(self) -> int:
        return sum(len(stack.ids) for stack in self.stacks.values())

    @property
    def recorded(self) -> dict[str, int]:
        """Types without an API behind them, and how many resources of each stand as records."""
        count: dict[str, int] = {}
        for stack in self.stacks.values():
            for definition in stack.synthesized.resources.values():
                if adapters.recorded_only(definition["Type"]):
                    count[definition["Type"]] = count.get(definition["Type"], 0) + 1
        return dict(sorted(count.items()))


def check_types(stacks: Iterable[Synthesized]) -> None:
    """Refuse what CloudFormation does not have, before anything is created.

    Raises:
        DeployError: a resource type that does not exist.
    """
    for stack in stacks:
        for logical_id, definition in stack.resources.items():
            if not adapters.exists(definition["Type"]):
                raise DeployError(
                    stack.plan.name, f"{logical_id}: {definition['Type']} is not a resource type of CloudFormation"
                )


def deploy(
    stacks: Sequence[Synthesized], *, endpoint: str | None = None, progress: Progress | None = None
) -> Deployment:
    """Create the stacks in the order given.

    Raises:
        DeployError: the first stack that does not stand as its template says.
    """
    check_types(stacks)
    deployment = Deployment(endpoint)
    prepared: set[tuple[str, str]] = set()
    waiting: list[Synthesized] = []
    for stack in stacks:
        if waiting and stack.plan.phase > Phase.DATABASES:
            _link(deployment, waiting)
            waiting = []
        place = (stack.plan.account, stack.plan.region)
        if place not in prepared:
            _bootstrap(deployment, *place)
            prepared.add(place)
        for asset in stack.assets:
            _upload(deployment, stack, asset)
        linked = _linked(stack)
        body = json.dumps(pending(stack.template)) if linked else stack.text
        deployment.stacks[stack.plan.name] = _create(deployment, stack, body)
        if linked:
            waiting.append(stack)
        if progress is not None:
            progress(stack)
    _link(deployment, waiting)
    return deployment


def pending(template: Template) -> Template:
    """The template of a DSQL stack with the witness alone: a first deployment names no peers."""
    without = copy.deepcopy(template)
    for definition in without["Resources"].values():
        if definition["Type"] == "AWS::DSQL::Cluster":
            definition["Properties"].get("MultiRegionProperties", {}).pop("Clusters", None)
    return without


def _linked(stack: Synthesized) -> bool:
    generation = stack.plan.subject
    return isinstance(generation, Generation) and generation.peering == "linked"


def _create(deployment: Deployment, stack: Synthesized, body: str) -> Stood:
    plan = stack.plan
    cloudformation = deployment.client("cloudformation", plan.account, plan.region)
    try:
        cloudformation.create_stack(
            StackName=plan.name,
            TemplateBody=body,
            Tags=[{"Key": key, "Value": value} for key, value in stack.tags.items()],
            Capabilities=["CAPABILITY_NAMED_IAM"],
            EnableTerminationProtection=True,
        )
    except (ClientError, BotoCoreError) as error:
        raise DeployError(plan.name, _reason(error)) from error
    return standing(deployment, stack, "CREATE_COMPLETE")


def _link(deployment: Deployment, stacks: Iterable[Synthesized]) -> None:
    """Apply the linked templates, now that both peers of each pair publish their ARNs."""
    for stack in stacks:
        plan = stack.plan
        cloudformation = deployment.client("cloudformation", plan.account, plan.region)
        try:
            cloudformation.update_stack(
                StackName=plan.name, TemplateBody=stack.text, Capabilities=["CAPABILITY_NAMED_IAM"]
            )
        except (ClientError, BotoCoreError) as error:
            raise DeployError(plan.name, _reason(error)) from error
        deployment.stacks[plan.name] = standing(deployment, stack, "UPDATE_COMPLETE")


def standing(deployment: Deployment, stack: Synthesized, status: str) -> Stood:
    """What stands of a stack, asked from CloudFormation.

    Raises:
        DeployError: another status, or resources that are not exactly the template's.
    """
    plan = stack.plan
    cloudformation = deployment.client("cloudformation", plan.account, plan.region)
    described = cloudformation.describe_stacks(StackName=plan.name)["Stacks"][0]
    if described["StackStatus"] != status:
        raise DeployError(plan.name, f"is {described['StackStatus']}, not {status}")
    listed = cloudformation.list_stack_resources(StackName=plan.name)["StackResourceSummaries"]
    ids = {one["LogicalResourceId"]: one.get("PhysicalResourceId", "") for one in listed}
    if ids.keys() != stack.resources.keys():
        absent = sorted(stack.resources.keys() - ids.keys())
        surplus = sorted(ids.keys() - stack.resources.keys())
        raise DeployError(plan.name, f"resources missing: {absent or 'none'}; not in the template: {surplus or 'none'}")
    nameless = sorted(logical_id for logical_id, physical_id in ids.items() if not physical_id)
    if nameless:
        raise DeployError(plan.name, f"resources without a physical id: {nameless}")
    outputs = {one["OutputKey"]: one["OutputValue"] for one in described.get("Outputs", [])}
    if lost := sorted(stack.template.get("Outputs", {}).keys() - outputs.keys()):
        raise DeployError(plan.name, f"outputs missing: {lost}")
    return Stood(stack, ids, outputs)


def _reason(error: ClientError | BotoCoreError) -> str:
    return str(error.response["Error"]["Message"]) if isinstance(error, ClientError) else str(error)


def _bootstrap(deployment: Deployment, account: str, region: str) -> None:
    """What `cdk bootstrap` leaves and the templates ask for: its version."""
    deployment.client("ssm", account, region).put_parameter(
        Name=_BOOTSTRAP, Value=_VERSION, Type="String", Overwrite=True
    )


def _upload(deployment: Deployment, stack: Synthesized, asset: Asset) -> None:
    plan = stack.plan
    s3 = deployment.client("s3", plan.account, plan.region)
    place = {"AWS::AccountId": plan.account, "AWS::Region": plan.region, "AWS::Partition": "aws"}
    bucket = asset.bucket
    for name, value in place.items():
        bucket = bucket.replace(f"${{{name}}}", value)
    if bucket not in {one["Name"] for one in s3.list_buckets()["Buckets"]}:
        elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": plan.region}}
        s3.create_bucket(Bucket=bucket, **({} if plan.region == "us-east-1" else elsewhere))
    s3.put_object(Bucket=bucket, Key=asset.key, Body=_packed(asset.source, asset.packaging))


def _packed(source: Path, packaging: str) -> bytes:
    """The bytes of a file, or of a folder as a zip."""
    if packaging == "file":
        return source.read_bytes()
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(source.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(source))
    return packed.getvalue()
