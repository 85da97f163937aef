"""How operators reach the private API servers of a region's cells."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import addressing, names, natimages
from fleet.region import ACCESS_HOST, Region

LIFETIME_DAYS = 14
"""Nobody's session host grows old; whatever somebody left on it goes with it."""


class OperatorsAccess(Construct):
    """The security group that every cell lets reach its API server, and with `path: ssm` the host that carries it.

    - `ssm`: operators forward a port through a host that nobody can connect to. It has no inbound rule and no key;
      the SSM agent calls out, and IAM decides who may start a session.
    - `cidrs`: no host; the cells themselves let the listed networks (VPN, office) in. The group stands all the same,
      so that a cell reads the same output whatever the path.

    Attributes:
        group_id: token.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        region: Region,
        vpc_id: str,
        public_subnets: Sequence[str],
        endpoint_subnets: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        self._region = region
        group = ec2.CfnSecurityGroup(
            self,
            "Group",
            vpc_id=vpc_id,
            group_description="Operators on their way to the API servers of the cells",
            security_group_egress=self._ways_out(),
        )
        self.group_id = group.attr_group_id
        if region.access.path == "ssm":
            self._host(public_subnets if self._on_the_internet else endpoint_subnets)

    @property
    def _on_the_internet(self) -> bool:
        """Without interface endpoints the agent reaches SSM over the internet gateway, with an address of its own.

        Not through the NAT: who repairs the way out must not depend on it.
        """
        return self._region.endpoints == "gateway"

    def _ways_out(self) -> list[ec2.CfnSecurityGroup.EgressProperty]:
        block = "0.0.0.0/0" if self._on_the_internet else str(addressing.region_block(self._region))
        return [
            ec2.CfnSecurityGroup.EgressProperty(
                ip_protocol="tcp", from_port=443, to_port=443, cidr_ip=block, description="API servers and SSM"
            )
        ]

    def _host(self, subnets: Sequence[str]) -> None:
        """A group of one: a host that dies comes back in another zone."""
        name = names.access_host(self._region)
        template = ec2.CfnLaunchTemplate(self, "Template", launch_template_data=self._machine(name))
        autoscaling.CfnAutoScalingGroup(
            self,
            "Host",
            min_size="1",
            max_size="1",
            vpc_zone_identifier=list(subnets),
            launch_template=autoscaling.CfnAutoScalingGroup.LaunchTemplateSpecificationProperty(
                launch_template_id=template.ref, version=template.attr_latest_version_number
            ),
            cooldown="60",
            health_check_type="EC2",
            health_check_grace_period=120,
            max_instance_lifetime=LIFETIME_DAYS * 24 * 3600,
            tags=[
                autoscaling.CfnAutoScalingGroup.TagPropertyProperty(key="Name", value=name, propagate_at_launch=True),
            ],
        )

    def _machine(self, name: str) -> ec2.CfnLaunchTemplate.LaunchTemplateDataProperty:
        template = ec2.CfnLaunchTemplate
        profile = iam.CfnInstanceProfile(self, "Profile", roles=[self._role().role_name])
        return template.LaunchTemplateDataProperty(
            image_id=natimages.image(self._region.name),
            instance_type=ACCESS_HOST,
            iam_instance_profile=template.IamInstanceProfileProperty(arn=profile.attr_arn),
            monitoring=template.MonitoringProperty(enabled=True),
            metadata_options=template.MetadataOptionsProperty(
                http_tokens="required", http_put_response_hop_limit=1, http_endpoint="enabled"
            ),
            network_interfaces=[
                template.NetworkInterfaceProperty(
                    device_index=0,
                    associate_public_ip_address=self._on_the_internet,
                    groups=[self.group_id],
                    delete_on_termination=True,
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
                template.TagSpecificationProperty(resource_type="volume", tags=[cdk.CfnTag(key="Name", value=name)])
            ],
        )

    def _role(self) -> iam.Role:
        """Sessions and nothing else. AWS's own policy for this also reads every parameter of the account."""
        # Neither action knows resources: an agent announces itself, and opens channels that the service names.
        agent = iam.PolicyStatement(actions=list(SESSION_ACTIONS), resources=["*"])
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("ec2.amazonaws.com"),
            description="Operators' access host: SSM sessions",
            inline_policies={"sessions": iam.PolicyDocument(statements=[agent])},
        )


SESSION_ACTIONS = (
    "ssm:UpdateInstanceInformation",
    "ssmmessages:CreateControlChannel",
    "ssmmessages:CreateDataChannel",
    "ssmmessages:OpenControlChannel",
    "ssmmessages:OpenDataChannel",
)
"""What Session Manager documents as the least an instance needs."""
