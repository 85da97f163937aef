"""Instances: metadata by session token only (IMDSv2), and no disk in the clear."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Template


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for launch in template.of("AWS::EC2::LaunchTemplate"):
        data = launch.properties.get("LaunchTemplateData", {})
        if data.get("MetadataOptions", {}).get("HttpTokens") != "required":
            yield Broken(launch.id, "answers IMDSv1", "Properties.LaunchTemplateData.MetadataOptions.HttpTokens")
        disks = [d for d in data.get("BlockDeviceMappings", []) if "Ebs" in d]
        if not disks or any(disk["Ebs"].get("Encrypted") is not True for disk in disks):
            yield Broken(
                launch.id, "has a disk that is not encrypted", "Properties.LaunchTemplateData.BlockDeviceMappings"
            )
    for instance in template.of("AWS::EC2::Instance"):
        yield Broken(instance.id, "is an instance of its own, which nothing replaces when it fails")


RULE = Rule(
    "instance-metadata",
    "write a launch template with http_tokens required and an encrypted root disk, in an auto scaling group",
    check,
)
