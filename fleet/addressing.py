"""Addresses as arithmetic on stable slots, so that adding a region or a cell never moves another.

A region of slot r is 10.(8r).0.0/13, cut into eight blocks of /16:

- block 0 is infrastructure: public, probe, endpoint, control-plane and data subnets;
- blocks 1 to 4 hold two cells each, a /17 a cell, a /19 a cell and zone;
- blocks 5 to 7 are free for the day the quota of networks per VPC is raised.

A zone's place is its position in the region's list, at most four.
"""

from __future__ import annotations

from ipaddress import IPv4Network

from fleet.cell import Cell
from fleet.region import Region

MOST_ZONES = 4
MOST_CELLS = 8
_SERVICES = IPv4Network("172.20.0.0/14")


def _cut(network: IPv4Network, prefix: int, index: int) -> IPv4Network:
    """The index-th subnet of a length, without walking through the ones before it."""
    size = 1 << (32 - prefix)
    cut = IPv4Network((int(network.network_address) + index * size, prefix))
    assert cut.subnet_of(network), f"{network} has no /{prefix} number {index}"
    return cut


def region_block(region: Region) -> IPv4Network:
    """The region's /13. Everything that must match "the VPC" matches this, never a list of its networks."""
    return IPv4Network(f"10.{8 * region.slot}.0.0/13")


def infrastructure_block(region: Region) -> IPv4Network:
    """The /16 every region has: the VPC's primary network."""
    return _cut(region_block(region), 16, 0)


def cell_blocks(region: Region) -> tuple[IPv4Network, ...]:
    """The further /16 networks of the VPC, as many as the slots in use need, planned cells included."""
    slots = {cell.slot for cell in region.cells.values()}
    # What a removed cell leaves behind (subnets are retained) keeps its block in use; one that is not costs nothing.
    gone = (one.slot for key, one in region.fleet.removed.items() if key.startswith(f"{region.name}/"))
    slots |= {slot for slot in gone if slot is not None}
    blocks = sorted({1 + slot // 2 for slot in slots})
    return tuple(_cut(region_block(region), 16, block) for block in blocks)


def _place(region: Region, zone: str) -> int:
    return region.zones.index(zone)


def public_subnet(region: Region, zone: str) -> IPv4Network:
    """/24: load balancers, NAT gateway and NAT instance of a zone."""
    return _cut(infrastructure_block(region), 24, _place(region, zone))


def probe_subnet(region: Region, zone: str, path: str) -> IPv4Network:
    """/28 for the prober of one egress path, `instance` or `gateway`."""
    probes = _cut(infrastructure_block(region), 24, 4)
    return _cut(probes, 28, 2 * _place(region, zone) + ("instance", "gateway").index(path))


def endpoint_subnet(region: Region, zone: str) -> IPv4Network:
    """/26: interface endpoints and the operators' access host of a zone."""
    return _cut(_cut(infrastructure_block(region), 24, 5), 26, _place(region, zone))


def control_plane_subnet(cell: Cell, zone: str) -> IPv4Network:
    """/26 for the control plane's interfaces of one cell in one zone (EKS wants at least 6, recommends 16)."""
    plane = _cut(infrastructure_block(cell.region), 21, 1)
    return _cut(plane, 26, MOST_ZONES * cell.slot + _place(cell.region, zone))


def data_subnet(region: Region, zone: str) -> IPv4Network:
    """/22: caches and database endpoints of a zone."""
    return _cut(_cut(infrastructure_block(region), 20, 1), 22, _place(region, zone))


def cell_block(cell: Cell) -> IPv4Network:
    """/17: nodes and pods of a cell, all zones."""
    block = _cut(region_block(cell.region), 16, 1 + cell.slot // 2)
    return _cut(block, 17, cell.slot % 2)


def node_subnet(cell: Cell, zone: str) -> IPv4Network:
    """/19: nodes and pods of a cell in one zone."""
    return _cut(cell_block(cell), 19, _place(cell.region, zone))


def service_block(cell: Cell) -> IPv4Network:
    """/22: the cell's own Kubernetes service addresses; no two cells of the fleet share them."""
    return _cut(_SERVICES, 22, MOST_CELLS * cell.region.slot + cell.slot)


def cluster_dns(cell: Cell) -> str:
    """The cell's cluster DNS, the tenth service address by EKS convention."""
    return str(service_block(cell)[10])


def nat_instance_address(region: Region, zone: str) -> str:
    """The static private address of a zone's NAT instance; AWS keeps the first four of a subnet."""
    return str(public_subnet(region, zone)[10])


def every_network(region: Region) -> dict[str, IPv4Network]:
    """Every subnet of a region by what it is for; the rules check that none overlaps."""
    networks: dict[str, IPv4Network] = {}
    for zone in region.zones:
        networks[f"public {zone}"] = public_subnet(region, zone)
        networks[f"endpoints {zone}"] = endpoint_subnet(region, zone)
        networks[f"data {zone}"] = data_subnet(region, zone)
        for path in ("instance", "gateway"):
            networks[f"probe {path} {zone}"] = probe_subnet(region, zone, path)
        for cell in region.cells.values():
            networks[f"control plane {cell.name} {zone}"] = control_plane_subnet(cell, zone)
            networks[f"nodes {cell.name} {zone}"] = node_subnet(cell, zone)
    return networks


def addresses_of_a_node(pods: int) -> int:
    """Addresses a node takes with prefix delegation: its pods in blocks of 16, one warm block, and its own."""
    return -(-pods // 16) * 16 + 16 + 1


def nodes_that_fit(cell: Cell) -> int:
    """Nodes the cell's subnets hold with one zone shifted away; AWS keeps five addresses of each subnet."""
    usable = (1 << (32 - 19)) - 5
    return (len(cell.region.zones) - 1) * (usable // addresses_of_a_node(cell.pods_per_node))


def cell_networks(region: Region) -> tuple[IPv4Network, ...]:
    """The /16 networks that cells of a region can ever have (blocks 1 to 4), whether or not a cell stands in them.

    What cells admit from each other matches these, so that a cell that joins or leaves changes no other cell.
    """
    return tuple(_cut(region_block(region), 16, block) for block in range(1, 1 + MOST_CELLS // 2))
