"""The rules and settings of a NAT instance's boot script, in force on a kernel."""

from __future__ import annotations

from ipaddress import IPv4Network

import pytest

from benchmarks.lab import around, first_boot
from benchmarks.lab.network import FOREIGN, FURTHER, PREFIX, PUBLIC

SINGLE = IPv4Network(PUBLIC["instance"])


@pytest.mark.parametrize("path", ["instance", "gateway"])
def test_partners_see_the_public_address_of_the_way_out(lab, shard, path):
    lab.network.move(path)
    assert lab.call(shard)["seen_as"] == PUBLIC[path]


def test_one_cell_can_leave_by_the_instance_while_the_other_stays(lab, shard, zone):
    lab.network.move("instance", [shard])
    assert [lab.call(one)["seen_as"] for one in zone.cells] == [PUBLIC["instance"], PUBLIC["gateway"]]


def test_a_partner_that_allows_the_range_serves_both_ways_out(lab, shard):
    lab.network.allow([PREFIX])
    for path in PUBLIC:
        lab.network.move(path)
        assert lab.call(shard)["seen_as"] == PUBLIC[path]


def test_a_partner_that_allows_one_address_loses_us_on_the_way_of_the_fallback(lab, shard):
    lab.network.allow([SINGLE])
    lab.network.move("instance")
    assert lab.call(shard)["seen_as"] == PUBLIC["instance"]
    lab.network.move("gateway")
    assert lab.call(shard, timeout=1) == {"error": "TimeoutError"}


def test_an_instance_with_two_addresses_deals_its_flows_out_over_both(lab, shard):
    lab.network.boot_instance(two_addresses=True)
    lab.network.move("instance")
    assert {lab.call(shard)["seen_as"] for _ in range(40)} == {PUBLIC["instance"], FURTHER}


def test_nobody_outside_can_open_a_connection_to_the_instance(lab, zone):
    lab.tool("instance", "benchmarks.lab.echo", f"{zone.instance}:22")
    outsider = lab.tool("partner", "benchmarks.lab.calls")
    assert outsider.ask("call", host=PUBLIC["instance"], port=22, timeout=1) == {"error": "TimeoutError"}
    # Somebody does listen there, and the way is open: it is the rules that answer nothing.
    lab.network.load_rules("")
    assert "number" in outsider.ask("call", host=PUBLIC["instance"], port=22, timeout=1)


def test_what_is_not_of_the_region_is_not_forwarded(lab, shard):
    lab.network.move("instance")
    before = lab.network.unmapped()
    assert lab.call(shard, source=FOREIGN, timeout=1) == {"error": "TimeoutError"}
    assert lab.network.unmapped() == before, "the instance let it out under an address that nobody has"
    # A NAT without our rules lends its address to anybody.
    lab.network.load_rules(around.plain_masquerade())
    assert lab.call(shard, source=FOREIGN, timeout=1)["seen_as"] == PUBLIC["instance"]


def test_what_has_no_public_address_does_not_leave_by_the_internet_gateway(lab, shard):
    lab.network.move("instance")
    lab.network.load_rules("")
    assert lab.call(shard, timeout=1) == {"error": "TimeoutError"}
    assert lab.network.unmapped() > 0


def test_loading_the_rules_again_keeps_open_connections(lab, shard):
    lab.network.move("instance")
    number = lab.call(shard)["number"]
    lab.network.run("instance", "nft -f -", given=lab.network.rules())
    assert lab.caller(shard).ask("speak", number=number)["heard"] == "echo"


def _settings():
    # Collected without a lab, so that each setting is a test of its own.
    from benchmarks.egress.zone import first_zone

    return first_boot.settings(first_zone().user_data, nic="eth0")


@pytest.mark.parametrize(("name", "value"), _settings().items())
def test_a_setting_of_the_boot_script_is_in_force(lab, name, value):
    def in_force():
        return lab.network.run("instance", f"sysctl -n {name}").strip()

    if name in first_boot.WITHHELD:
        other = int(in_force()) - 1
        lab.network.run("instance", f"sysctl -q -w {name}={other}", check=False)
        assert in_force() != str(other), "it can be set after all: take it from the list of what is withheld"
        pytest.skip(f"{name}: the kernel lets nobody set it in a namespace (EINVAL), only on a machine")
    assert in_force() == value
