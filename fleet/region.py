"""A region: its zones, its market, its way out to the internet, and its cells."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, PrivateAttr

from fleet import geography
from fleet.cell import Cell
from fleet.document import Document, Key, Whole
from fleet.quantity import Bandwidth, Size

if TYPE_CHECKING:
    from fleet.model import Fleet

Weight = Annotated[int, Field(strict=True, ge=0, le=255)]
"""A Route 53 weight (0 to 255)."""

EgressSize = Literal[
    "medium", "large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge", "24xlarge", "48xlarge"
]


class Egress(Document):
    """How a region's cells reach the internet."""

    path: Literal["instances", "managed"] = "managed"
    """`instances`: own NAT instances with the NAT gateway as stand-by; `managed`: the NAT gateway alone."""
    size: EgressSize = "large"
    """Size of the NAT instance of a zone (Graviton, network-optimised). Below 32 vCPU the internet path carries 5 Gbps."""
    peak: Bandwidth | None = None
    """Peak bandwidth of one zone to the internet, e.g. 4Gbps; checked against what the size sustains."""
    monthly: Size | None = None
    """Bytes a month of one zone through NAT, e.g. 250TB; the base of the cost figures."""
    addresses: Annotated[int, Field(strict=True, ge=1, le=8)] = 1
    """Public addresses of each way out of a zone. Each brings 55,000 connections to one and the same destination."""
    byoip_pool: str | None = Field(default=None, pattern=r"^ipv4pool-ec2-[0-9a-f]{17}$")
    """The region's own address pool (bring your own IP). Absent: Amazon's addresses."""

    @property
    def billed_addresses(self) -> int:
        """Addresses of each way out of a zone that Amazon charges for: none of an own range."""
        return 0 if self.byoip_pool is not None else self.addresses

    saturation: Literal["shed", "alarm"] = "shed"
    """A NAT instance is full. `shed`: its cells move to the gateway, one after another; `alarm`: somebody is called."""
    probe: tuple[str, ...] = ("1.1.1.1:443", "8.8.8.8:443", "checkip.amazonaws.com:443")
    """1 to 5 targets on the internet, `host:port`, one of them by address; a way out works if any of them answers."""


ACCESS_HOST = "t4g.micro"
"""Operators' host. 1 GB of memory: the agent and a few port-forwards; a nano has half of it and dies during updates."""


class Access(Document):
    """How operators reach the private API endpoints of the region's cells."""

    path: Literal["ssm", "cidrs"] = "ssm"
    """`ssm`: a port-forward through a host without ingress; `cidrs`: listed networks reach the endpoint."""
    cidrs: tuple[str, ...] = ()
    """Networks (VPN, office) that reach the API endpoints when `path: cidrs`."""


class Region(Document):
    """One AWS region of the fleet: an account, a VPC, three or four zones, up to eight cells."""

    slot: Annotated[int, Field(strict=True, ge=1, le=31)]
    """Address slot (1-31): the region is 10.(8 x slot).0.0/13 for ever. 0 is not used: AWS restricts 10.0.0.0/15."""
    account: Key
    """Alias in `accounts` of the account the region lives in."""
    zones: tuple[str, ...]
    """Availability zones by ID (use1-az1), 3 or 4. The position is an address: append only."""
    market: Key
    """Regions that share data. Viewers go to the nearest market, then by weight."""
    weight: Weight = 100
    """Share of the market's traffic, against its other regions."""
    egress: Egress = Egress()
    access: Access = Access()
    endpoints: Literal["gateway", "interface"] = "interface"
    """`gateway`: S3 and DynamoDB only, free of charge. `interface`: also the AWS APIs, about 480 USD a month."""
    mesh: Literal["sidecar", "none"] = "sidecar"
    """`sidecar`: Istio between services and cells. `none`: the ingress gateway only."""
    cells: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{0,5}$")], Cell]
    """The cells, by a short key of at most 6 characters."""

    _name: str = PrivateAttr(default="")
    _fleet: Fleet = PrivateAttr()

    @cached_property
    def name(self) -> str:
        """`us-east-1`."""
        return self._name

    @cached_property
    def code(self) -> str:
        """`use1`, as in the region's zone IDs."""
        return geography.code(self._name)

    @property
    def fleet(self) -> Fleet:
        return self._fleet

    @property
    def account_id(self) -> str:
        return self._fleet.accounts[self.account]

    @property
    def meshed(self) -> bool:
        return self.mesh == "sidecar"

    @property
    def standing_cells(self) -> tuple[Cell, ...]:
        """Cells that have stacks and manifests: all but the planned ones."""
        return tuple(cell for cell in self.cells.values() if cell.stands)

    @property
    def services(self) -> tuple[str, ...]:
        """Names of the services that run in this region, in the order of the files."""
        return tuple(name for name, service in self._fleet.services.items() if service.runs_in(self))


class Removed(Document):
    """A tombstone: what stood here once, and since when. Written by hand when something is removed."""

    slot: Whole | None = None
    """Of a cell or a region: the address slot that becomes free."""
    on: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """Day of removal, YYYY-MM-DD."""
    reason: str
    """Why it went, for whoever asks in a year."""
