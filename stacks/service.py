"""A service, as it stands in a region: what it owns, and who it is."""

from __future__ import annotations

from typing import Protocol

from fleet import names
from fleet.region import Region
from fleet.service import Service
from hypercell.data.cache import ServiceCaches
from hypercell.data.queue import ServiceQueue
from hypercell.data.role import ServiceRole, emit, open_database, use_key
from hypercell.data.secret import ServiceSecret
from hypercell.data.table import ServiceTable
from hypercell.data.topic import ServiceTopic
from hypercell.policy import Statement
from stacks.stack import RegionStack

KEEPS = {"tables": "dynamodb", "queues": "sqs", "topics": "sns", "secrets": "secretsmanager"}
"""What a service declares, and the AWS service that encrypts it with the region's key `data` on the service's behalf."""


class Granting(Protocol):
    """A part that says what the service's role may do with it."""

    grants: list[Statement]


class ServiceStack(RegionStack):
    """Caches, tables, queues, topics and secrets of one service, its role, and alarms for its team."""

    about = "A service in the region: what it keeps, and its role"

    @property
    def home(self) -> Region:
        assert self.plan.scope is not None, self.plan
        return self.plan.scope

    @property
    def service(self) -> Service:
        assert isinstance(self.plan.subject, Service), self.plan
        return self.plan.subject

    def build(self) -> None:
        service, region = self.service, self.home
        statements = [*open_database(service, region)]
        if service.caches:
            statements += self._caches()
        kept = [kind for kind in KEEPS if getattr(service, kind)]
        if kept:
            statements += self._kept(kept)
        if service.emits:
            statements += emit(service, region, self.key_arn("lake"))
        ServiceRole(self, "Role", service=service, region=region, statements=statements)

    def _caches(self) -> list[Statement]:
        caches = ServiceCaches(
            self,
            "Caches",
            service=self.service,
            region=self.home,
            vpc_id=self.from_network(names.VPC_ID),
            subnets=[self.from_network(names.data_subnet_output(zone)) for zone in self.home.zones],
            key_arn=self.key_arn("data"),
            logs_key_arn=self.key_arn("logs"),
        )
        for key, cache in self.service.caches.items():
            caches.add(key, cache)
        return caches.grants

    def _kept(self, kinds: list[str]) -> list[Statement]:
        service, region, key_arn = self.service, self.home, self.key_arn("data")
        tables = [
            ServiceTable(
                self, f"Table{names.pascal(key)}", service=service, region=region, key=key, table=table, key_arn=key_arn
            )
            for key, table in service.tables.items()
        ]
        queues = {
            key: ServiceQueue(
                self, f"Queue{names.pascal(key)}", service=service, region=region, key=key, queue=queue, key_arn=key_arn
            )
            for key, queue in service.queues.items()
        }
        topics = {
            key: ServiceTopic(
                self,
                f"Topic{names.pascal(key)}",
                service=service,
                region=region,
                key=key,
                queue_arns={queue: queues[queue].arn for queue in topic.queues},
                key_arn=key_arn,
            )
            for key, topic in service.topics.items()
        }
        for name, queue in queues.items():
            queue.admit({key: topics[key].arn for key, topic in service.topics.items() if name in topic.queues})
        secrets = [
            ServiceSecret(self, f"Secret{names.pascal(secret)}", service=service, secret=secret, key_arn=key_arn)
            for secret in service.secrets
        ]
        parts: list[Granting] = [*tables, *queues.values(), *topics.values(), *secrets]
        grants = [grant for part in parts for grant in part.grants]
        via = [KEEPS[kind] for kind in kinds]
        return [*grants, use_key("UseKey", region, key_arn, ["kms:Decrypt", "kms:GenerateDataKey"], via)]
