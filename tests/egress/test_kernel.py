"""The rules of a NAT instance on the kernel's own network stack, in namespaces.

client (10.9.0.10) - router - NAT (10.8.0.10, one card in and out) and partner (203.0.113.10). The router plays the VPC:
its table for what comes from the client is the route that a controller swaps. The internet gateway's translation to
the elastic address is left out: the partner sees the instance's private address.
"""

import os
import shutil
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from fleet.load import load
from hypercell.egress import user_data

SERVER = """
import socket
listener = socket.create_server(("203.0.113.10", 80))
while True:
    connection, peer = listener.accept()
    connection.sendall(peer[0].encode() + b"\\n")
"""
# Reads the peer's greeting, waits for a line on its input, then speaks on the same connection.
CLIENT = """
import socket, sys
connection = socket.create_connection(("203.0.113.10", 80), timeout=3, source_address=(sys.argv[1], 0))
print(connection.makefile().readline().strip(), flush=True)
sys.stdin.readline()
try:
    connection.sendall(b"still there?")
    print(connection.recv(1) or "closed")
except ConnectionResetError:
    print("reset")
except TimeoutError:
    print("silence")
"""


class Lab:
    """Four namespaces; `run` in one of them."""

    def __init__(self, cleanup: ExitStack) -> None:
        self.prefix = f"egress{os.getpid()}"
        for place in ("client", "router", "nat", "partner"):
            subprocess.run(["ip", "netns", "add", f"{self.prefix}-{place}"], check=True)
            cleanup.callback(subprocess.run, ["ip", "netns", "del", f"{self.prefix}-{place}"], check=True)
            self.run(place, "ip link set lo up")
        for place, network in (("client", "10.9.0"), ("nat", "10.8.0"), ("partner", "203.0.113")):
            self.run("router", f"ip link add {place} type veth peer name eth0 netns {self.prefix}-{place}")
            self.run("router", f"ip addr add {network}.1/24 dev {place}")
            self.run("router", f"ip link set {place} up")
            self.run(place, f"ip addr add {network}.10/24 dev eth0")
            self.run(place, "ip link set eth0 up")
            self.run(place, f"ip route add default via {network}.1")
        for place in ("router", "nat"):
            self.run(place, "sysctl -q -w net.ipv4.ip_forward=1")
        self.run("router", "ip rule add iif client lookup 100")
        # A second address of the client that no region owns.
        self.run("client", "ip addr add 10.200.0.10/32 dev lo")
        self.run("router", "ip route add 10.200.0.10/32 via 10.9.0.10")

    def run(self, place: str, command: str, **options) -> subprocess.CompletedProcess:
        return subprocess.run(self.inside(place, *command.split()), check=True, **options)

    def inside(self, place: str, *command: str) -> list[str]:
        return ["ip", "netns", "exec", f"{self.prefix}-{place}", *command]

    def route_clients(self, by: str) -> None:
        """`gateway` stands for any other way: here, straight to the partner."""
        target = {"nat": "via 10.8.0.10", "gateway": "via 203.0.113.10"}[by]
        self.run("router", f"ip route replace default {target} table 100")


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    missing = [program for program in ("ip", "nft", "sysctl") if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: apt-get install nftables iproute2 procps")
    if os.geteuid() != 0 or subprocess.run(["unshare", "-n", "true"], check=False).returncode != 0:
        pytest.skip("needs root and network namespaces")
    fleet = load(Path(__file__).parents[2] / "blueprints" / "hypergrowth")
    rules = tmp_path_factory.mktemp("nat") / "egress.nft"
    rules.write_text(user_data.ruleset(fleet.regions["us-east-1"], nic="eth0"))
    with ExitStack() as cleanup:
        lab = Lab(cleanup)
        lab.run("nat", f"nft -f {rules}")
        lab.run("nat", "sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0")
        server = subprocess.Popen(lab.inside("partner", sys.executable, "-c", SERVER))
        cleanup.callback(server.wait)
        cleanup.callback(server.kill)
        _wait_for(lab)
        yield lab


def _wait_for(lab):
    for _ in range(50):
        if subprocess.run(lab.inside("partner", "ss", "-Hltn", "sport = :80"), capture_output=True, check=True).stdout:
            return
        time.sleep(0.1)
    pytest.fail("the partner does not listen")


def call(lab, source="10.9.0.10"):
    return subprocess.Popen(
        lab.inside("client", sys.executable, "-c", CLIENT, source),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_partners_see_the_instances_address(lab):
    lab.route_clients("nat")
    client = call(lab)
    assert client.communicate("\n", timeout=10)[0].splitlines()[0] == "10.8.0.10"


def test_what_is_not_of_the_region_is_not_forwarded(lab):
    lab.route_clients("nat")
    client = call(lab, source="10.200.0.10")
    assert client.communicate("\n", timeout=10)[0] == ""


def test_nobody_outside_can_open_a_connection_to_the_instance(lab):
    probe = "import socket; socket.create_connection(('10.8.0.10', 22), timeout=1)"
    found = subprocess.run(
        lab.inside("partner", sys.executable, "-c", probe), check=False, capture_output=True, text=True
    )
    assert "TimeoutError" in found.stderr


def test_a_connection_from_before_a_swap_is_told_to_start_anew(lab):
    lab.route_clients("gateway")
    client = call(lab)
    assert client.stdout.readline().strip() == "10.9.0.10"
    lab.route_clients("nat")
    said, _ = client.communicate("\n", timeout=10)
    assert said.strip() == "reset"
