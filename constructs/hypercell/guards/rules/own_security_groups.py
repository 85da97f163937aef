"""Nothing uses a default security group: it lets its members reach each other, and everybody forgets it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Json, Resource, Template, pairs


def _interface_without_groups(endpoint: Resource) -> bool:
    return endpoint.properties.get("VpcEndpointType") == "Interface" and not endpoint.properties.get("SecurityGroupIds")


def _launch_without_groups(launch: Resource) -> bool:
    data = launch.properties.get("LaunchTemplateData", {})
    interfaces = data.get("NetworkInterfaces", [])
    # An interface that exists already brings its own groups.
    attached = all(i.get("Groups") or i.get("NetworkInterfaceId") for i in interfaces) and bool(interfaces)
    return not data.get("SecurityGroupIds") and not attached


# Types that fall back to the VPC's default group when none is named.
FALL_BACK: dict[str, Callable[[Resource], bool]] = {
    "AWS::EC2::VPCEndpoint": _interface_without_groups,
    "AWS::EC2::NetworkInterface": lambda r: not r.properties.get("GroupSet"),
    "AWS::EC2::LaunchTemplate": _launch_without_groups,
    "AWS::ElastiCache::ReplicationGroup": lambda r: not r.properties.get("SecurityGroupIds"),
    "AWS::ElastiCache::ServerlessCache": lambda r: not r.properties.get("SecurityGroupIds"),
    "AWS::Lambda::Function": lambda r: "VpcConfig" in r.properties and not r.at("VpcConfig.SecurityGroupIds"),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": lambda r: not r.properties.get("SecurityGroups"),
}


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for resource in template.resources:
        if any(key == "Fn::GetAtt" and _asks_for_default(value) for key, value in pairs(resource.properties)):
            yield Broken(resource.id, "uses the default security group of its VPC")
    for type, falls_back in FALL_BACK.items():
        for resource in template.of(type):
            if falls_back(resource):
                yield Broken(resource.id, f"is a {type} without security groups, so it gets the default one")


def _asks_for_default(value: Json) -> bool:
    return isinstance(value, list) and value[1:] == ["DefaultSecurityGroup"]


RULE = Rule("own-security-groups", "give it a security group of its own", check)
