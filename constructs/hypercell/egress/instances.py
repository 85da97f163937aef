"""Our own way out of a zone: an instance that comes and goes on an interface that stays."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import addressing, egress, names, natimages
from fleet.region import Region
from hypercell.egress.addresses import elastic_address
from hypercell.egress.user_data import LAUNCHING, user_data

TERMINATING = "terminating"
"""Lifecycle hook in which a controller moves the zone's routes to the gateway before an instance goes."""

IDLE_SECONDS = 1800
"""Security group's memory of an idle TCP connection. Said aloud, because it is 350 s on newer hardware and 5 days on
older: a change of instance type would silently change it. Twice the kernel's, which must forget first: it answers."""

IDLE_DATAGRAMS_SECONDS, IDLE_STREAM_SECONDS = 60, 180
"""The same of UDP: of a single question, and of a conversation. The most that EC2 takes, and more than the kernel's 30
and 120 s: an answer that the kernel would still translate must find the interface open."""

SHORTEST_LIFE_DAYS = 14
"""Life of the first zone's instance; each further zone's is a day longer, so that no two rotate together."""

_DAY = 24 * 3600


class NatGroup(Construct):
    """Security group of a region's NAT instances.

    Attributes:
        group_id: token.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, vpc_id: str) -> None:
        super().__init__(scope, id)
        block = str(addressing.region_block(region))
        group = ec2.CfnSecurityGroup(
            self,
            "Group",
            vpc_id=vpc_id,
            group_description="NAT instances: everything from the network of the region, everything out",
            security_group_ingress=[
                ec2.CfnSecurityGroup.IngressProperty(ip_protocol="-1", cidr_ip=block, description="From the region")
            ],
            security_group_egress=[
                ec2.CfnSecurityGroup.EgressProperty(ip_protocol="-1", cidr_ip="0.0.0.0/0", description="Forwarded")
            ],
        )
        self.group_id = group.attr_group_id


class NatInstance(Construct):
    """The NAT instance of a zone: a static interface with its address, and a group of one that puts machines on it.

    Address, private address and source check belong to the interface and are declared; so the machine needs no
    permission in EC2, and no race over addresses is possible. A launch that fails its own self-test never counts.

    There is no update policy: three groups of one stack would roll together. A new image reaches a zone when its
    instance reaches the end of its life, or when somebody refreshes that one group.

    Attributes:
        interface_id: token; what routes point at.
        addresses: the public addresses it sends from (tokens).
        group_name: of the auto scaling group.
    """

    def __init__(
        self, scope: Construct, id: str, *, region: Region, zone: str, zone_name: str, subnet_id: str, group_id: str
    ) -> None:
        super().__init__(scope, id)
        self._region, self._zone = region, zone
        self.group_name = names.nat_group(region, zone)
        interface = ec2.CfnNetworkInterface(
            self,
            "Interface",
            subnet_id=subnet_id,
            description=f"NAT instance of {zone}",
            private_ip_address=addressing.nat_instance_address(region, zone),
            # Chosen by EC2, so that none is taken; the machine asks for them when it boots.
            secondary_private_ip_address_count=region.egress.addresses - 1 or None,
            source_dest_check=False,
            group_set=[group_id],
            connection_tracking_specification=ec2.CfnNetworkInterface.ConnectionTrackingSpecificationProperty(
                tcp_established_timeout=IDLE_SECONDS,
                udp_timeout=IDLE_DATAGRAMS_SECONDS,
                udp_stream_timeout=IDLE_STREAM_SECONDS,
            ),
            tags=[cdk.CfnTag(key="Name", value=self.group_name)],
        )
        self.interface_id = interface.ref
        self.addresses: list[str] = []
        associated = [self._associated(interface, place) for place in range(region.egress.addresses)]
        template = ec2.CfnLaunchTemplate(self, "Template", launch_template_data=self._machine())
        group = self._group(template, zone_name)
        # An instance that boots before its addresses are there fails its self-test.
        for one in associated:
            group.add_resource_dependency(one)

    def _associated(self, interface: ec2.CfnNetworkInterface, place: int) -> ec2.CfnEIPAssociation:
        """A public address on the interface: the first on the address that stands, the others on those EC2 chose."""
        region = self._region
        id = f"{names.own(region)}{names.nth('Address', place)}"
        address = elastic_address(self, id, region=region, name=self.group_name)
        self.addresses.append(address.ref)
        return ec2.CfnEIPAssociation(
            self,
            names.nth("Association", place),
            allocation_id=address.attr_allocation_id,
            network_interface_id=interface.ref,
            private_ip_address=(
                cdk.Fn.select(place - 1, interface.attr_secondary_private_ip_addresses) if place else None
            ),
        )

    def _group(self, template: ec2.CfnLaunchTemplate, zone_name: str) -> autoscaling.CfnAutoScalingGroup:
        properties = autoscaling.CfnAutoScalingGroup
        place = self._region.zones.index(self._zone)
        return properties(
            self,
            "Instance",
            auto_scaling_group_name=self.group_name,
            min_size="1",
            max_size="1",
            # By name, not by subnet: the documented form for an interface that exists already.
            availability_zones=[zone_name],
            launch_template=properties.LaunchTemplateSpecificationProperty(
                launch_template_id=template.ref, version=template.attr_latest_version_number
            ),
            health_check_type="EC2",
            health_check_grace_period=60,
            cooldown="60",
            max_instance_lifetime=(SHORTEST_LIFE_DAYS + place) * _DAY,
            # The interface is free only when the old machine is gone: never two at a time.
            instance_maintenance_policy=properties.InstanceMaintenancePolicyProperty(
                min_healthy_percentage=0, max_healthy_percentage=100
            ),
            lifecycle_hook_specification_list=[
                properties.LifecycleHookSpecificationProperty(
                    lifecycle_hook_name=LAUNCHING,
                    lifecycle_transition="autoscaling:EC2_INSTANCE_LAUNCHING",
                    heartbeat_timeout=600,
                    default_result="ABANDON",
                ),
                properties.LifecycleHookSpecificationProperty(
                    lifecycle_hook_name=TERMINATING,
                    lifecycle_transition="autoscaling:EC2_INSTANCE_TERMINATING",
                    heartbeat_timeout=120,
                    default_result="CONTINUE",
                ),
            ],
            metrics_collection=[
                properties.MetricsCollectionProperty(granularity="1Minute", metrics=["GroupInServiceInstances"])
            ],
            tags=[properties.TagPropertyProperty(key="Name", value=self.group_name, propagate_at_launch=True)],
        )

    def _machine(self) -> ec2.CfnLaunchTemplate.LaunchTemplateDataProperty:
        region, zone = self._region, self._zone
        template = ec2.CfnLaunchTemplate
        profile = iam.CfnInstanceProfile(self, "Profile", roles=[self._role().role_name])
        script = user_data(region, zone, interface_id=self.interface_id, addresses=self.addresses)
        return template.LaunchTemplateDataProperty(
            image_id=natimages.image(region.name),
            instance_type=egress.instance_type(zone, region.egress.size),
            iam_instance_profile=template.IamInstanceProfileProperty(arn=profile.attr_arn),
            user_data=cdk.Fn.base64(script),
            monitoring=template.MonitoringProperty(enabled=True),
            metadata_options=template.MetadataOptionsProperty(
                http_tokens="required", http_put_response_hop_limit=1, http_endpoint="enabled"
            ),
            network_interfaces=[
                template.NetworkInterfaceProperty(
                    device_index=0, network_interface_id=self.interface_id, delete_on_termination=False
                )
            ],
            block_device_mappings=[
                template.BlockDeviceMappingProperty(
                    device_name="/dev/xvda",
                    ebs=template.EbsProperty(
                        encrypted=True, volume_type="gp3", volume_size=8, delete_on_termination=True
                    ),
                )
            ],
            tag_specifications=[
                template.TagSpecificationProperty(
                    resource_type="volume", tags=[cdk.CfnTag(key="Name", value=self.group_name)]
                )
            ],
        )

    def _role(self) -> iam.Role:
        """What a machine may do: answer its own group, publish its own metrics, be reached by a session. Nothing in EC2."""
        region = self._region
        groups = f"arn:aws:autoscaling:{region.name}:{region.account_id}:autoScalingGroup:*"
        answer = iam.PolicyStatement(
            actions=["autoscaling:CompleteLifecycleAction"],
            # The star stands for an id that AWS mints; the name is ours alone.
            resources=[f"{groups}:autoScalingGroupName/{self.group_name}"],
        )
        publish = iam.PolicyStatement(
            actions=["cloudwatch:PutMetricData"],
            # CloudWatch knows no resources here; the namespace is the fence.
            resources=["*"],
            conditions={"StringEquals": {"cloudwatch:namespace": names.nat_metrics(region)}},
        )
        # A machine that forwards wrongly must be looked at. Neither action knows resources.
        session = iam.PolicyStatement(
            actions=[
                "ssm:UpdateInstanceInformation",
                "ssmmessages:CreateControlChannel",
                "ssmmessages:CreateDataChannel",
                "ssmmessages:OpenControlChannel",
                "ssmmessages:OpenDataChannel",
            ],
            resources=["*"],
        )
        return iam.Role(
            self,
            "Role",
            role_name=self.group_name,
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            description=f"NAT instance of {self._zone}",
            inline_policies={"nat": iam.PolicyDocument(statements=[answer, publish, session])},
        )
