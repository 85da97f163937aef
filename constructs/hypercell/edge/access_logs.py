"""Who asked for what: CloudFront's access logs, as vended logs in Parquet."""

from __future__ import annotations

from aws_cdk import aws_logs as logs
from constructs import Construct, IDependable

from fleet.edge import Host
from fleet.model import Fleet


class AccessLogs(Construct):
    """Deliveries to one bucket, a folder a distribution and hour.

    CloudFront's older logging needs a bucket with access control lists; this one does not, and queries read a tenth.
    """

    def __init__(self, scope: Construct, id: str, *, fleet: Fleet, bucket_arn: str, bucket_policy: IDependable) -> None:
        super().__init__(scope, id)
        self._fleet = fleet
        self._destination = logs.CfnDeliveryDestination(
            self,
            "Destination",
            name=f"{fleet.name}-edge-logs",
            destination_resource_arn=bucket_arn,
            output_format="parquet",
        )
        self._destination.node.add_dependency(bucket_policy)
        self._latest: IDependable | None = None

    def write(self, host: Host, distribution_arn: str) -> None:
        """Write the accesses of a host family's distribution."""
        name = f"{self._fleet.name}-{host.key}"
        source = logs.CfnDeliverySource(
            self, f"{host.key.title()}Source", name=name, log_type="ACCESS_LOGS", resource_arn=distribution_arn
        )
        delivery = logs.CfnDelivery(
            self,
            f"{host.key.title()}Delivery",
            delivery_source_name=name,
            delivery_destination_arn=self._destination.attr_arn,
            s3_suffix_path="{DistributionId}/{yyyy}/{MM}/{dd}/{HH}",
        )
        delivery.node.add_dependency(source)
        # One after the other: two deliveries to one destination at once are refused as a conflict.
        if self._latest is not None:
            delivery.node.add_dependency(self._latest)
        self._latest = delivery
