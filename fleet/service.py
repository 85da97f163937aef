"""Services: what teams ship, what they need, and whom they call."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from fleet.document import Document, Flag, HostName, Key, Positive, RegionName, Whole
from fleet.quantity import Cpu, Memory, Seconds

if TYPE_CHECKING:
    from pydantic import GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

    from fleet.cell import Cell
    from fleet.database import Database
    from fleet.model import Fleet
    from fleet.region import Region


class RegionalDemand(Document):
    """Peak demand of one region."""

    rps: Positive
    """Requests per second at peak in this region."""


class Demand(Document):
    """Peak demand, per region."""

    rps: Positive
    """Requests per second at peak, in each region that `in` does not name."""
    per_pod: Positive
    """Requests per second one pod carries at its scaling target."""
    cpu: Cpu
    """Processors one pod requests."""
    memory: Memory
    """Memory one pod requests, and may not exceed."""
    regional: dict[RegionName, RegionalDemand] = Field(default_factory=dict, alias="in")
    """Regions whose peak differs."""

    def peak(self, region: str) -> int:
        """Requests per second at peak in `region`."""
        return self.regional[region].rps if region in self.regional else self.rps


class Scale(Document):
    """What the number of pods follows."""

    on: Literal["cpu", "memory"] = "cpu"
    """The resource whose utilisation the autoscaler follows."""
    target: Annotated[int, Field(strict=True, ge=10, le=95)] = 60
    """Mean utilisation in percent that the autoscaler aims at."""
    queue: Key | None = None
    """Scale by the depth of this queue (KEDA) instead."""


class Call(Document):
    """A synchronous call to another service. Written as the plain name, or with `degrades`."""

    service: Key
    """The service that is called."""
    degrades: Flag = False
    """The caller answers without it: a tier-0 service may then call a lower tier."""

    @model_validator(mode="before")
    @classmethod
    def _plain_name(cls, value: Any) -> Any:
        return {"service": value} if isinstance(value, str) else value

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """Either way of writing it."""
        written = super().__get_pydantic_json_schema__(schema, handler)
        definition = handler.resolve_ref_schema(written)
        definition["type"] = ["object", "string"]
        return written


class Cache(Document):
    """An ElastiCache Valkey replication group."""

    shards: Annotated[int, Field(strict=True, ge=1, le=90)] = 1
    """Parts the keys are spread over."""
    replicas: Annotated[int, Field(strict=True, ge=0, le=5)] = 1
    """Replicas of each shard, in other zones than their primary."""
    size: Annotated[str, Field(pattern=r"^cache\.[a-z0-9]+\.[a-z0-9]+$")] = "cache.r7g.large"
    """Node type."""


class Table(Document):
    """A DynamoDB table."""

    key: str
    """Partition key, a string attribute."""
    sort: str | None = None
    """Sort key, a string attribute."""
    expires: str | None = None
    """Attribute that holds the expiry (epoch seconds)."""


class Queue(Document):
    """An SQS queue with its dead-letter queue."""

    fifo: Flag = False
    """First in, first out, exactly once; slower."""
    visibility: Seconds = 60
    """How long a received message is hidden from other consumers."""
    attempts: Annotated[int, Field(strict=True, ge=1, le=1000)] = 5
    """Deliveries before a message goes to the dead-letter queue."""


class Topic(Document):
    """An SNS topic, delivered to queues of the same service."""

    queues: tuple[Key, ...] = ()
    """Queues of the same service that get every message."""


class Service(Document):
    """One service. Conventions instead of fields: port 8080, readiness /ready, a namespace of its own name."""

    tier: Annotated[int, Field(strict=True, ge=0, le=3)]
    """0: the journey stops without it. 3: nobody notices for a day."""
    cells: Annotated[int, Field(strict=True, ge=1, le=8)] = 3
    """Cells that host it, in each of its regions."""
    regions: tuple[RegionName, ...] | None = None
    """Where it runs, when not in every region."""
    routes: tuple[str, ...] = ()
    """Host and path prefix it answers, e.g. api.skyline.example/flights."""
    calls: tuple[Call, ...] = ()
    """Services it calls synchronously."""
    demand: Demand
    scale: Scale = Scale()
    recommend: Flag = False
    """Each cell that hosts it recommends what a pod should request, and changes nothing by itself."""
    database: Key | None = None
    """`bookings` is the database bookings-<market> of each market it runs in."""
    caches: dict[Key, Cache] = Field(default_factory=dict)
    tables: dict[Key, Table] = Field(default_factory=dict)
    queues: dict[Key, Queue] = Field(default_factory=dict)
    topics: dict[Key, Topic] = Field(default_factory=dict)
    secrets: tuple[Key, ...] = ()
    """Secrets it reads, by name; their values are put by hand."""
    emits: tuple[Key, ...] = ()
    """Streams it writes to."""
    egress: Literal["none", "partners"] = "none"
    """`partners`: may reach the hosts listed in the fleet's `partners`."""
    architectures: tuple[Literal["arm64", "amd64"], ...] = ("arm64", "amd64")
    """Processor architectures its image is built for."""

    _name: str = PrivateAttr(default="")
    _team: str = PrivateAttr(default="")
    _fleet: Fleet = PrivateAttr()

    @cached_property
    def name(self) -> str:
        return self._name

    @property
    def team(self) -> str:
        return self._team

    @cached_property
    def fleet(self) -> Fleet:
        return self._fleet

    @property
    def in_regions(self) -> tuple[Region, ...]:
        return tuple(region for region in self._fleet.regions.values() if self.runs_in(region))

    def runs_in(self, region: Region) -> bool:
        return self.regions is None or region.name in self.regions

    def cells_in(self, region: Region) -> tuple[Cell, ...]:
        """The cells it is placed in, as recorded in placements.yaml."""
        return self.fleet.hosting.get((region.name, self.name), ())

    def database_in(self, region: Region) -> Database | None:
        """The database it uses in a region's market."""
        return None if self.database is None else self._fleet.databases[f"{self.database}-{region.market}"]


class ServicesFile(Document):
    """services/<team>.yaml: the services of one team."""

    team: Key
    services: dict[Key, Service]


class Image(Document):
    """images/<service>.yaml: what is released, one line a release."""

    repository: str = Field(pattern=r"^[a-z0-9][a-z0-9._/-]*$")
    """Repository in the region's mirror, without registry and tag."""
    digest: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    """Digest of the multi-architecture index."""


class Partners(Document):
    """Hosts outside that services with `egress: partners` may reach."""

    hosts: tuple[HostName, ...] = ()
    """Host names, with `*.` for all below one."""


__all__ = [
    "Cache", "Call", "Demand", "Image", "Partners", "Queue", "Scale", "Service", "ServicesFile", "Table", "Topic", "Whole"
]  # fmt: skip
