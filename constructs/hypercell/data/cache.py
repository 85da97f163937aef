"""A service's caches: ElastiCache for Valkey, in cluster mode from the first day."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import aws_cdk as cdk
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_logs as logs
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from fleet import names
from fleet.region import Region
from fleet.service import Cache, Service
from hypercell.alarm import alarm, metric
from hypercell.data.group import DataGroup
from hypercell.policy import Statement, allow

ENGINE_VERSION, FAMILY = "8.2", "valkey8"
SNAPSHOT_DAYS = 15
LOG_DAYS = 30
ACCESS = "on ~* &* +@all -@dangerous"
"""Everything but what empties, reconfigures or spies on the cache (FLUSHALL, CONFIG, KEYS, MONITOR)."""
CPU = 80
"""Percent of the engine's one thread."""
MEMORY = 85
"""Percent of memory, what eviction counts."""
EVICTIONS = 1000
"""Keys a minute given up for space, of one node."""

_MOST_METRICS = 10
"""Metrics of one alarm (CloudWatch quotas)."""


class ServiceCaches(Construct):
    """What all caches of a service share: who may log in, where they stand, how they behave, where they log.

    The one user logs in by IAM, as the service's role. There is no `default` user: whoever comes without a name is
    refused. (A Valkey user group takes only users who authenticate; not verified on AWS.)

    Attributes:
        grants: what the service's role may do with the caches added so far.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        service: Service,
        region: Region,
        vpc_id: str,
        subnets: Sequence[str],
        key_arn: str,
        logs_key_arn: str,
    ) -> None:
        """
        Args:
            subnets: the data subnets, one a zone.
        """
        super().__init__(scope, id)
        self._service, self._region, self._key_arn = service, region, key_arn
        name = names.cache_user(service)
        user = elasticache.CfnUser(
            self,
            "User",
            engine="valkey",
            user_id=name,
            user_name=name,
            access_string=ACCESS,
            authentication_mode={"Type": "iam"},
        )
        users = elasticache.CfnUserGroup(self, "Users", engine="valkey", user_group_id=name, user_ids=[user.ref])
        self._users = users.ref
        self._subnets = elasticache.CfnSubnetGroup(
            self, "Subnets", description=f"Caches of {service.name}", subnet_ids=list(subnets)
        ).ref
        self._parameters = elasticache.CfnParameterGroup(
            self,
            "Parameters",
            cache_parameter_group_family=FAMILY,
            description=f"Caches of {service.name}",
            # Any key may go when space runs out: a cache that refuses writes takes its service down with it.
            properties={"cluster-enabled": "yes", "maxmemory-policy": "allkeys-lru"},
        ).ref
        self._group = DataGroup(
            self, "Group", region=region, vpc_id=vpc_id, port=names.CACHE_PORT, about=f"Caches of {service.name}"
        ).group_id
        self._log_group = _log_group(self, service, region, logs_key_arn)
        self.grants: list[Statement] = []

    def add(self, key: str, cache: Cache) -> None:
        """A cache of the service, with the parameter that its pods find it by."""
        service, region = self._service, self._region
        name = names.cache(service, key)
        resource = self._replication_group(key, name, cache)
        where = {
            "endpoint": resource.attr_configuration_end_point_address,
            "port": names.CACHE_PORT,
            "user": names.cache_user(service),
        }
        ssm.CfnParameter(
            self,
            f"{names.pascal(key)}Parameter",
            name=names.cache_parameter(service, key),
            type="String",
            value=cdk.Stack.of(self).to_json_string(where),
            description=f"Where the cache {key} of {service.name} answers",
        )
        self._alarms(key, name, cache)
        kinds = {"replicationgroup": name, "user": names.cache_user(service)}
        arns = [names.arn(region, "elasticache", f"{kind}:{id}") for kind, id in kinds.items()]
        parameter = names.arn(region, "ssm", f"parameter{names.cache_parameter(service, key)}")
        self.grants += [
            allow(f"Cache{names.pascal(key)}", ["elasticache:Connect"], arns),
            allow(f"FindCache{names.pascal(key)}", ["ssm:GetParameter", "ssm:GetParameters"], [parameter]),
        ]

    def _replication_group(self, key: str, name: str, cache: Cache) -> elasticache.CfnReplicationGroup:
        group = elasticache.CfnReplicationGroup(
            self,
            names.pascal(key),
            replication_group_id=name,
            replication_group_description=f"{key} of {self._service.name}",
            engine="valkey",
            engine_version=ENGINE_VERSION,
            auto_minor_version_upgrade=False,
            cache_node_type=cache.size,
            cluster_mode="enabled",
            num_node_groups=cache.shards,
            replicas_per_node_group=cache.replicas,
            multi_az_enabled=True,
            automatic_failover_enabled=True,
            port=names.CACHE_PORT,
            cache_subnet_group_name=self._subnets,
            cache_parameter_group_name=self._parameters,
            security_group_ids=[self._group],
            at_rest_encryption_enabled=True,
            kms_key_id=self._key_arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            user_group_ids=[self._users],
            snapshot_retention_limit=SNAPSHOT_DAYS,
            # Nights of no market are alike; zones of a region are never maintained by us at once with their cells.
            snapshot_window="03:00-04:00",
            preferred_maintenance_window="tue:04:30-tue:05:30",
            log_delivery_configurations=[
                elasticache.CfnReplicationGroup.LogDeliveryConfigurationRequestProperty(
                    destination_type="cloudwatch-logs",
                    log_format="json",
                    log_type=kind,
                    destination_details=elasticache.CfnReplicationGroup.DestinationDetailsProperty(
                        cloud_watch_logs_details=elasticache.CfnReplicationGroup.CloudWatchLogsDestinationDetailsProperty(
                            log_group=self._log_group
                        )
                    ),
                )
                for kind in ("engine-log", "slow-log")
            ],
        )
        # Nodes without data are worth nothing: the last state is kept as a snapshot, and a snapshot makes new nodes.
        group.cfn_options.deletion_policy = cdk.CfnDeletionPolicy.SNAPSHOT
        group.cfn_options.update_replace_policy = cdk.CfnDeletionPolicy.SNAPSHOT
        # Shards are added and taken away online, one slot at a time.
        group.cfn_options.update_policy = cdk.CfnUpdatePolicy(use_online_resharding=True)
        return group

    def _alarms(self, key: str, name: str, cache: Cache) -> None:
        topic = names.team_topic_arn(self._region, self._service.team)
        signals = {
            "cpu": ("EngineCPUUtilization", "Maximum", CPU, "the engine is busy: more shards, or fewer keys in one call"),
            "memory": ("DatabaseMemoryUsageCountedForEvictPercentage", "Maximum", MEMORY, "memory runs out: more shards"),
            "evictions": ("Evictions", "Sum", EVICTIONS, "keys are given up for space: more shards, or shorter lives"),
        }  # fmt: skip
        for first, last, nodes in _nodes(name, cache):
            # Known by its first shard: with more shards it watches more, and is the same alarm.
            part = f"S{first}"
            for signal, (what, statistic, most, about) in signals.items():
                many = [
                    metric("AWS/ElastiCache", what, {"CacheClusterId": node, "CacheNodeId": "0001"}) for node in nodes
                ]
                letters = ", ".join(f"m{place}" for place in range(len(many)))
                alarm(
                    self, f"{names.pascal(key)}{part}{signal.capitalize()}",
                    name=names.service_alarm(self._service, self._region, f"cache-{key}-{part}-{signal}".lower()),
                    about=f"cache {key}, shards {first} to {last}: {about}",
                    topic=topic, metrics=many, expression=f"MAX([{letters}])",
                    statistic=statistic, threshold=most, periods=5,
                )  # fmt: skip


def _nodes(name: str, cache: Cache) -> Iterator[tuple[int, int, list[str]]]:
    """The nodes by so many shards as one alarm can watch, with the first and the last of the shards.

    ElastiCache numbers shards and nodes itself: `<group>-0001-001`. Any node of a shard may be its primary.
    """
    each = 1 + cache.replicas
    step = _MOST_METRICS // each
    for first in range(1, cache.shards + 1, step):
        last = min(first + step - 1, cache.shards)
        shards = range(first, last + 1)
        nodes = [f"{name}-{shard:04}-{node:03}" for shard in shards for node in range(1, each + 1)]
        yield first, last, nodes


def _log_group(scope: Construct, service: Service, region: Region, key_arn: str) -> str:
    group = logs.CfnLogGroup(
        scope,
        "Logs",
        log_group_name=names.cache_log_group(service, region),
        retention_in_days=LOG_DAYS,
        kms_key_id=key_arn,
    )
    # What went on before a cache was deleted is asked afterwards.
    group.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
    return group.ref
