"""The network of a zone, as the kernel sees it.

Below `router`, which is the VPC, each place has a subnet and a routing table of its own:

- `cell-0`, `cell-1`: clients; their tables are what the mirror writes;
- `probe-instance`, `probe-gateway`: probers; their tables are static;
- `instance`, `gateway`: one card each, in and out, both in the public subnet.

Above it `igw` gives each private address its public one, and `partner` holds the servers and the probes' targets.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from ipaddress import IPv4Network
from pathlib import Path

from benchmarks.lab import around, first_boot
from benchmarks.lab.namespaces import Namespaces
from benchmarks.lab.zone import Zone

PUBLIC = {"instance": "203.0.113.5", "gateway": "203.0.113.9"}
"""The company's addresses by path (TEST-NET-3)."""
FURTHER = "203.0.113.6"
"""A second public address of the instance, for whoever boots it with two."""
PREFIX = IPv4Network("203.0.113.0/28")
"""The company's range: what a partner should allow."""
PARTNER = "198.51.100.10"
PORT = 80
TARGETS = ("198.51.100.11:443", "198.51.100.12:443", "198.51.100.13:443")
"""What the probes try (TEST-NET-2)."""
FOREIGN = "10.200.0.10"
"""A second address of the first cell's client, of no region of ours."""
BANDWIDTH_PORT = 5201
_PUBLIC_TABLE = 100
_UPLINK = {"vpc": "192.0.2.2", "router": "192.0.2.1"}


class Network:
    """Namespaces, cables, routing tables and rules. `run` in a place is `namespaces.run`.

    Attributes:
        kernel_tables: number of the routing table by shard: what the mirror writes.
        hops: next hop by path, seen from the router.
    """

    def __init__(self, zone: Zone, cleanup: ExitStack) -> None:
        self.zone = zone
        self.namespaces = Namespaces(cleanup)
        self.run = self.namespaces.run
        self.hops = {"instance": zone.instance, "gateway": zone.gateway}
        self.kernel_tables = {shard: 101 + place for place, shard in enumerate(zone.cells)}
        self.clients = {shard: f"cell-{place}" for place, shard in enumerate(zone.cells)}
        self._scratch = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="hypercell-lab-")))
        self.namespaces.add(*self.clients.values(), "probe-instance", "probe-gateway", *self.hops)
        self.namespaces.add("router", "igw", "partner")
        self._configure("router", {"net.ipv4.ip_forward": "1"})
        # Cables first, rules last: addresses that the rules of the router know must stand.
        self._outside()
        self._public_subnet()
        # Subnets of the region come before any default route.
        self.run("router", "ip rule add pref 10 lookup main")
        for place, (shard, network) in enumerate(zone.cells.items()):
            self._subnet(self.clients[shard], network, table=101 + place)
        for place, (path, network) in enumerate(zone.probes.items()):
            self._subnet(f"probe-{path}", network, table=201 + place)
            self.run("router", f"ip route replace default via {self.hops[path]} table {201 + place}")
        self.run("cell-0", f"ip addr add {FOREIGN}/32 dev lo")
        self.run("router", f"ip route add {FOREIGN}/32 via {next(iter(zone.cells.values()))[10]}")
        self.boot_instance()
        self.boot_gateway()
        self.move("gateway")

    def _configure(self, place: str, settings: Mapping[str, str]) -> None:
        self.run(place, ["sysctl", "-q", "-w", *(f"{name}={value}" for name, value in settings.items())])

    def _cable(self, one: tuple[str, str], other: tuple[str, str]) -> None:
        """A cable between two cards, each a place and a name."""
        far = self.namespaces.name(other[0])
        self.run(one[0], f"ip link add {one[1]} type veth peer name {other[1]} netns {far}")
        for place, card in (one, other):
            self.run(place, f"ip link set {card} up")

    def _subnet(self, place: str, network: IPv4Network, table: int) -> None:
        """A place in a subnet, whose packets take a table of their own."""
        self._cable(("router", place), (place, "eth0"))
        self.run("router", f"ip addr add {network[1]}/{network.prefixlen} dev {place}")
        self.run("router", f"ip rule add pref {table} iif {place} lookup {table}")
        self.run(place, f"ip addr add {network[10]}/{network.prefixlen} dev eth0")
        self.run(place, f"ip route add default via {network[1]}")

    def _public_subnet(self) -> None:
        network = self.zone.public
        # An address of its own: one borrowed from a card changes with the next card, and takes what is known of neighbours.
        self.run("router", "ip link add public address 02:00:00:00:00:01 type bridge")
        self.run("router", f"ip addr add {network[1]}/{network.prefixlen} dev public")
        self.run("router", "ip link set public up")
        for number, (path, address) in enumerate(self.hops.items(), start=10):
            self._cable(("router", path), (path, "eth0"))
            card = f"02:00:00:00:00:{number}"
            self.run("router", f"ip link set {path} master public")
            self.run(path, f"ip link set eth0 address {card}")
            self.run(path, f"ip addr add {address}/{network.prefixlen} dev eth0")
            self.run(path, f"ip route add default via {network[1]}")
            # A VPC knows where an address is, and says nothing when nobody is there.
            self.run("router", f"ip neigh replace {address} lladdr {card} dev public nud permanent")
            if path == "instance":
                self.run("router", f"ip neigh replace {self.further} lladdr {card} dev public nud permanent")
        self.run("router", f"ip rule add pref {_PUBLIC_TABLE} iif public lookup {_PUBLIC_TABLE}")
        self.run("router", f"ip route add default via {_UPLINK['vpc']} table {_PUBLIC_TABLE}")

    def _outside(self) -> None:
        self._cable(("router", "igw"), ("igw", "vpc"))
        self.run("router", f"ip addr add {_UPLINK['router']}/30 dev igw")
        self.run("igw", f"ip addr add {_UPLINK['vpc']}/30 dev vpc")
        self.run("igw", f"ip route add {self.zone.block} via {_UPLINK['router']}")
        self._cable(("igw", "outside"), ("partner", "eth0"))
        self.run("igw", "ip addr add 198.51.100.1/24 dev outside")
        for address in (PARTNER, *(target.split(":")[0] for target in TARGETS)):
            self.run("partner", f"ip addr add {address}/24 dev eth0")
        self.run("partner", "ip route add default via 198.51.100.1")
        # Strays are dropped without a word, whatever they belong to.
        self._configure("partner", {"net.netfilter.nf_conntrack_tcp_loose": "0"})
        self._configure("igw", {"net.ipv4.ip_forward": "1", "net.ipv4.conf.all.rp_filter": "0"})
        public = {self.hops[path]: address for path, address in PUBLIC.items()} | {self.further: FURTHER}
        self.run("igw", "nft -f -", given=around.internet_gateway(public))
        self.allow([PREFIX])

    @property
    def further(self) -> str:
        """Private address of the instance that `FURTHER` belongs to."""
        return str(self.zone.public[20])

    def boot_instance(self, *, two_addresses: bool = False) -> None:
        """A new machine on the static interface: no connection is known, and the boot script's rules are loaded."""
        self.run("instance", "nft flush ruleset")
        private = [self.zone.instance, self.further] if two_addresses else [self.zone.instance]
        script = first_boot.shell(self.zone.user_data, nic="eth0", root=self._scratch, private=private)
        self.run("instance", ["bash", "-c", script])
        self.run("instance", "conntrack -F", check=False)

    def boot_gateway(self) -> None:
        """A new NAT gateway: no connection is known."""
        self.run("gateway", "nft -f -", given=around.nat_gateway(self.zone.block))
        self._configure("gateway", around.GATEWAY_SETTINGS)
        self.run("gateway", "conntrack -F", check=False)

    def forget_after(self, path: str, seconds: int) -> None:
        """Shorten the time after which an idle connection is forgotten, until the machine boots again."""
        self._configure(path, {"net.netfilter.nf_conntrack_tcp_timeout_established": str(seconds)})

    def load_rules(self, rules: str) -> None:
        """Put rules in place of the instance's own, until it boots again."""
        self.run("instance", "nft -f -", given=f"flush ruleset\n{rules}")

    def rules(self) -> str:
        """The rules that the instance was given at boot."""
        return (self._scratch / "etc" / "nftables" / "egress.nft").read_text("utf-8")

    def move(self, path: str, shards: Sequence[str] | None = None) -> None:
        """Route shards by hand, past the local AWS."""
        for shard in shards or self.kernel_tables:
            hop, table = self.hops[path], self.kernel_tables[shard]
            self.run("router", f"ip route replace default via {hop} table {table}")

    def die(self, path: str = "instance") -> None:
        """The machine is gone, and nobody says so: what is sent to it falls silent."""
        self.run("router", f"ip link set {path} down")

    def hang(self) -> None:
        """The machine's network stack lives, but it forwards nothing."""
        self.run("instance", "sysctl -q -w net.ipv4.ip_forward=0")

    def heal(self) -> None:
        """Everything works, and both ways out are new machines that know no connection. Routes stay where they are."""
        for path in self.hops:
            self.run("router", f"ip link set {path} up")
        self.run("igw", "nft -f -", given=around.CONNECTED)
        self.allow([PREFIX])
        self.unshape()
        self.boot_instance()
        self.boot_gateway()

    def cut_off(self) -> None:
        """The internet is gone, and nobody says so: neither way out leads anywhere."""
        self.run("igw", "nft -f -", given=around.CUT_OFF)

    def allow(self, networks: Iterable[IPv4Network]) -> None:
        """Who may open connections to the partner."""
        self.run("partner", "nft -f -", given=around.partner(PORT, networks))

    def shape(self, rate: str) -> None:
        """Limit what the instance sends, as its size does in EC2, e.g. `20mbit`."""
        self.run("instance", f"tc qdisc replace dev eth0 root tbf rate {rate} burst 32kb latency 50ms")

    def unshape(self) -> None:
        self.run("instance", "tc qdisc del dev eth0 root", check=False)

    def sent(self) -> int:
        """Bytes that the instance has sent."""
        return int(self.run("instance", "cat /sys/class/net/eth0/statistics/tx_bytes"))

    def dropped(self) -> int:
        """Packets that the limit of `shape` has dropped."""
        found = json.loads(self.run("instance", "tc -s -j qdisc show dev eth0"))
        return sum(int(one.get("drops", 0)) for one in found if one["kind"] == "tbf")

    def unmapped(self) -> int:
        """Packets that came to the internet gateway from an address that has no public one."""
        words = self.run("igw", "nft list counter ip internet_gateway unmapped").split()
        return int(words[words.index("packets") + 1])
