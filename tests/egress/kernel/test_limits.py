"""Where a NAT instance ends: source ports. What it counts of that is read by the very script it runs."""

from __future__ import annotations

import json
import os
import re
import sys

import pytest

from benchmarks.lab import first_boot
from benchmarks.lab.network import PARTNER, PORT, TARGETS

PORTS = 40
CALLS = 60
# Nothing of a real card is here: veth has no counters of AWS's limits.
ETHTOOL = """#!/bin/sh
echo '     bw_in_allowance_exceeded: 0'
echo '     pps_allowance_exceeded: 0'
"""
AWS = """#!/bin/sh
while [ "$1" != --metric-data ]; do shift; done
echo "$2" > "$PUBLISHED"
"""
RUN = """
import pathlib, sys
sys.path.insert(0, sys.argv[1])
import nat_metrics
nat_metrics.STATE = pathlib.Path(sys.argv[1], "state.json")
nat_metrics.main("eth0", "us-east-1", "fleet/egress", "use1-az1")
"""


@pytest.fixture
def few_ports(lab):
    """The instance's own rules, with so few source ports that a test can use them up."""
    given = "masquerade fully-random"
    rules = lab.network.rules()
    assert rules.count(given) == 1
    lab.network.load_rules(
        rules.replace(given, f"meta l4proto tcp masquerade to :40000-{40000 + PORTS - 1} fully-random")
    )
    lab.network.move("instance")


@pytest.fixture
def published(lab, zone, tmp_path):
    """Run the instance's metrics script once, and return what it published."""
    (tmp_path / "nat_metrics.py").write_text(first_boot.heredoc(zone.user_data, "METRICS"))
    for name, text in (("ethtool", ETHTOOL), ("aws", AWS)):
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    environment = [f"PATH={tmp_path}:{os.environ['PATH']}", f"PUBLISHED={tmp_path / 'published.json'}"]

    def run():
        lab.network.run("instance", ["env", *environment, sys.executable, "-c", RUN, str(tmp_path)])
        return {one["MetricName"]: one["Value"] for one in json.loads((tmp_path / "published.json").read_text())}

    return run


def test_there_are_as_many_connections_to_a_destination_as_ports(lab, few_ports, shard):
    assert lab.caller(shard).ask("call_many", host=PARTNER, port=PORT, times=CALLS) == PORTS


def test_a_second_address_brings_as_many_ports_again(lab, shard):
    lab.network.boot_instance(two_addresses=True)
    rules, ports = lab.network.rules(), f"40000-{40000 + PORTS - 1}"
    for address in (lab.zone.instance, lab.network.further):
        assert rules.count(f" : {address}") == 1
    # The same rule, each address with few ports.
    spread = re.search(r"snat to jhash (.+) map \{(.+)\} fully-random", rules)
    one, two = (part.split(":")[1].strip() for part in spread[2].split(","))
    few = f"snat to jhash {spread[1]} map {{ 0 : {one} . {ports}, 1 : {two} . {ports} }} fully-random"
    rules = rules.replace("meta l4proto { tcp, udp } ", "meta l4proto tcp ").replace(spread[0], few)
    lab.network.load_rules(rules.replace("snat to jhash", "snat ip to jhash"))
    lab.network.move("instance")
    assert PORTS < lab.caller(shard).ask("call_many", host=PARTNER, port=PORT, times=3 * PORTS) <= 2 * PORTS


def test_another_destination_has_the_same_ports_again(lab, few_ports, shard):
    lab.caller(shard).ask("call_many", host=PARTNER, port=PORT, times=CALLS)
    host, port = TARGETS[0].split(":")
    assert lab.caller(shard).ask("call_many", host=host, port=int(port), times=CALLS) == PORTS


def test_connections_without_a_port_are_published_as_failed_inserts(lab, few_ports, shard, published):
    assert "InsertFailed" not in published(), "the first run knows no growth"
    assert published()["InsertFailed"] == 0
    lab.caller(shard).ask("call_many", host=PARTNER, port=PORT, times=CALLS)
    found = published()
    assert found["InsertFailed"] >= CALLS - PORTS
    assert found["BytesOut"] > 0


def test_connections_told_to_start_anew_are_published(lab, shard, published):
    lab.network.move("gateway")
    number = lab.call(shard)["number"]
    published()
    lab.network.move("instance")
    assert lab.caller(shard).ask("speak", number=number)["heard"] == "reset"
    assert published()["Resets"] >= 1
