"""VPC, subnets, routes, addresses, NAT, security groups, endpoints."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.api import Making, Row

Properties = dict[str, Any]


def _vpc(making: Making) -> None:
    wanted = making.properties
    for name in ("EnableDnsSupport", "EnableDnsHostnames"):
        if name in wanted:
            value = {"Value": str(wanted[name]).lower() == "true"}
            making.client("ec2").modify_vpc_attribute(VpcId=making.made("VpcId"), **{name: value})


def _default_group(making: Making) -> Mapping[str, Any]:
    _vpc(making)
    ec2 = making.client("ec2")
    mine = [{"Name": "vpc-id", "Values": [making.made("VpcId")]}, {"Name": "group-name", "Values": ["default"]}]
    return {"DefaultSecurityGroup": ec2.describe_security_groups(Filters=mine)["SecurityGroups"][0]["GroupId"]}


def _subnet(making: Making) -> None:
    if str(making.properties.get("MapPublicIpOnLaunch", "")).lower() == "true":
        making.client("ec2").modify_subnet_attribute(
            SubnetId=making.made("SubnetId"), MapPublicIpOnLaunch={"Value": True}
        )


def _permission(rule: Properties) -> Properties:
    """A security group rule of a template as EC2's `IpPermission`."""
    permission: Properties = {"IpProtocol": str(rule["IpProtocol"])}
    permission |= {name: int(rule[name]) for name in ("FromPort", "ToPort") if name in rule}
    about = {"Description": rule["Description"]} if "Description" in rule else {}
    if "CidrIp" in rule:
        permission["IpRanges"] = [{"CidrIp": rule["CidrIp"], **about}]
    if "CidrIpv6" in rule:
        permission["Ipv6Ranges"] = [{"CidrIpv6": rule["CidrIpv6"], **about}]
    prefix_list = rule.get("SourcePrefixListId") or rule.get("DestinationPrefixListId")
    if prefix_list:
        permission["PrefixListIds"] = [{"PrefixListId": prefix_list, **about}]
    group = rule.get("SourceSecurityGroupId") or rule.get("DestinationSecurityGroupId")
    if group:
        permission["UserIdGroupPairs"] = [{"GroupId": group, **about}]
    return permission


# What EC2 puts into every new group, and CloudFormation takes out when the template names egress rules of its own.
_ALLOW_ALL = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def _group(making: Making) -> Mapping[str, Any]:
    ec2, group = making.client("ec2"), making.made("GroupId")
    ingress, egress = (making.properties.get(f"SecurityGroup{side}", []) for side in ("Ingress", "Egress"))
    if ingress:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[_permission(rule) for rule in ingress])
    if egress and [_permission({k: v for k, v in rule.items() if k != "Description"}) for rule in egress] != [
        _ALLOW_ALL
    ]:
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[_ALLOW_ALL])
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[_permission(rule) for rule in egress])
    return {"Id": group}


def _without_rules(properties: Properties) -> Properties:
    return {k: v for k, v in properties.items() if k not in ("SecurityGroupIngress", "SecurityGroupEgress")}


def _as_permissions(properties: Properties) -> Properties:
    return {"GroupId": properties["GroupId"], "IpPermissions": [_permission(properties)]}


def _peripheral_ids(properties: Properties) -> Properties:
    """CloudFormation and EC2 differ in one name: `GroupSet` are `Groups`."""
    if "GroupSet" in properties:
        properties["Groups"] = properties.pop("GroupSet")
    return properties


def _interface(making: Making) -> Mapping[str, Any]:
    if str(making.properties.get("SourceDestCheck", "true")).lower() == "false":
        making.client("ec2").modify_network_interface_attribute(
            NetworkInterfaceId=making.made("NetworkInterfaceId"), SourceDestCheck={"Value": False}
        )
    private = making.made("PrivateIpAddresses")
    return {"SecondaryPrivateIpAddresses": [one["PrivateIpAddress"] for one in private if not one["Primary"]]}


def _log_of_one(properties: Properties) -> Properties:
    properties["ResourceIds"] = [properties.pop("ResourceId")]
    return properties


def _gateway(properties: Properties) -> Properties:
    """A public gateway is the default; moto wants its address by name."""
    return {name: value for name, value in properties.items() if name != "MaxDrainDurationSeconds"}


def _attach(making: Making) -> None:
    making.client("ec2").attach_internet_gateway(
        InternetGatewayId=making.properties["InternetGatewayId"], VpcId=making.properties["VpcId"]
    )


ROWS = (
    Row(
        "AWS::EC2::VPC", "ec2.create_vpc", "Vpc", tags="vpc", finish=_default_group,
        prepare=lambda p: {k: v for k, v in p.items() if not k.startswith("EnableDns")},
    ),
    Row(
        "AWS::EC2::VPCCidrBlock", "ec2.associate_vpc_cidr_block", ref="CidrBlockAssociation.AssociationId",
        attributes={"Id": "CidrBlockAssociation.AssociationId"},
    ),
    Row(
        "AWS::EC2::Subnet", "ec2.create_subnet", "Subnet", tags="subnet", finish=_subnet,
        prepare=lambda p: {k: v for k, v in p.items() if k != "MapPublicIpOnLaunch"},
    ),
    Row(
        "AWS::EC2::SubnetCidrReservation", "ec2.create_subnet_cidr_reservation", "SubnetCidrReservation",
        tags="subnet-cidr-reservation", rename={"CidrBlock": "Cidr"}, ref="SubnetCidrReservationId",
    ),
    Row("AWS::EC2::InternetGateway", "ec2.create_internet_gateway", "InternetGateway", tags="internet-gateway"),
    Row("AWS::EC2::RouteTable", "ec2.create_route_table", "RouteTable", tags="route-table"),
    Row("AWS::EC2::SubnetRouteTableAssociation", "ec2.associate_route_table", attributes={"Id": "AssociationId"}),
    Row(
        "AWS::EC2::Route", "ec2.create_route", ref="=RouteTableId",
        attributes={"CidrBlock": "=DestinationCidrBlock"},
    ),
    Row(
        "AWS::EC2::EIP", "ec2.allocate_address", ref="PublicIp", tags="elastic-ip",
        fixed={"Domain": "vpc"}, prepare=lambda p: {k: v for k, v in p.items() if k != "InstanceId"},
    ),
    Row("AWS::EC2::EIPAssociation", "ec2.associate_address", attributes={"Id": "AssociationId"}),
    Row("AWS::EC2::NatGateway", "ec2.create_nat_gateway", "NatGateway", tags="natgateway", prepare=_gateway),
    Row(
        "AWS::EC2::NetworkInterface", "ec2.create_network_interface", "NetworkInterface", tags="network-interface",
        attributes={"Id": "NetworkInterfaceId", "PrimaryPrivateIpAddress": "PrivateIpAddress"},
        prepare=lambda p: {k: v for k, v in _peripheral_ids(p).items() if k != "SourceDestCheck"}, finish=_interface,
    ),
    Row(
        "AWS::EC2::SecurityGroup", "ec2.create_security_group", tags="security-group", name="GroupName",
        rename={"GroupDescription": "Description"}, prepare=_without_rules, finish=_group,
        attributes={"Id": "GroupId"},
    ),
    Row(
        "AWS::EC2::SecurityGroupIngress", "ec2.authorize_security_group_ingress", prepare=_as_permissions,
        attributes={"Id": "SecurityGroupRules.0.SecurityGroupRuleId"},
    ),
    Row(
        "AWS::EC2::SecurityGroupEgress", "ec2.authorize_security_group_egress", prepare=_as_permissions,
        attributes={"Id": "SecurityGroupRules.0.SecurityGroupRuleId"},
    ),
    Row(
        "AWS::EC2::VPCEndpoint", "ec2.create_vpc_endpoint", "VpcEndpoint", tags="vpc-endpoint",
        attributes={"Id": "VpcEndpointId"},
    ),
    Row(
        "AWS::EC2::PrefixList", "ec2.create_managed_prefix_list", "PrefixList", tags="prefix-list", ref="PrefixListId",
        attributes={"Arn": "PrefixListArn"},
    ),
    Row(
        "AWS::EC2::FlowLog", "ec2.create_flow_logs", ref="FlowLogIds.0", tags="vpc-flow-log", prepare=_log_of_one,
        rename={"DeliverLogsPermissionArn": "DeliverLogsPermissionArn"}, attributes={"Id": "FlowLogIds.0"},
    ),
    Row(
        "AWS::EC2::LaunchTemplate", "ec2.create_launch_template", "LaunchTemplate", name="LaunchTemplateName",
    ),
)  # fmt: skip
