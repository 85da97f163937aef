"""Ways out with more than one public address each."""

import json
import re
import shutil

import pytest

from fleet import egress_cost, headroom, names, phases
from fleet.load import load
from stacks.templates import write_templates
from tests.conftest import BLUEPRINTS

EACH = 3


@pytest.fixture(scope="module")
def wide(tmp_path_factory):
    """The growth blueprint with three of Amazon's addresses for each way out: its first region, and the template of its egress."""
    folder = tmp_path_factory.mktemp("wide") / "growth"
    shutil.copytree(BLUEPRINTS / "growth", folder)
    file = folder / "fleet.yaml"
    text = re.sub(r"byoip_pool: ipv4pool-ec2-\w+", f"addresses: {EACH}", file.read_text())
    assert "elastic_ips: 12" in text
    file.write_text(text.replace("elastic_ips: 12", "elastic_ips: 30, nat_gateway_addresses: 3"))
    fleet = load(folder)
    region = next(iter(fleet.regions.values()))
    plans = tuple(p for p in phases.every_stack(fleet) if p.name == names.stack(fleet, region.code, "egress"))
    out = tmp_path_factory.mktemp("out")
    write_templates(fleet, plans, out, judged=False)
    return region, json.loads((out / f"{plans[0].name}.template.json").read_text())["Resources"]


def of_type(resources, kind):
    return {key: r["Properties"] for key, r in resources.items() if r["Type"] == kind}


def test_every_address_stands_on_one_way_out(wide):
    region, resources = wide
    addresses = of_type(resources, "AWS::EC2::EIP")
    assert len(addresses) == len(region.zones) * 2 * EACH
    used = []
    for gateway in of_type(resources, "AWS::EC2::NatGateway").values():
        assert len(gateway["SecondaryAllocationIds"]) == EACH - 1
        used += [gateway["AllocationId"], *gateway["SecondaryAllocationIds"]]
    used += [one["AllocationId"] for one in of_type(resources, "AWS::EC2::EIPAssociation").values()]
    assert sorted(one["Fn::GetAtt"][0] for one in used) == sorted(addresses)


def test_an_interface_has_a_private_address_for_each_public_one(wide):
    _region, resources = wide
    associations = of_type(resources, "AWS::EC2::EIPAssociation").values()
    for key, interface in of_type(resources, "AWS::EC2::NetworkInterface").items():
        assert interface["SecondaryPrivateIpAddressCount"] == EACH - 1
        mine = [one for one in associations if one["NetworkInterfaceId"] == {"Ref": key}]
        chosen = [one["PrivateIpAddress"]["Fn::Select"] for one in mine if "PrivateIpAddress" in one]
        assert sorted(place for place, _ in chosen) == [0, 1]
        assert all(of == {"Fn::GetAtt": [key, "SecondaryPrivateIpAddresses"]} for _, of in chosen)
        assert len(mine) == EACH


def test_an_instance_boots_when_all_its_addresses_are_there(wide):
    _region, resources = wide
    associations = {key for key, r in resources.items() if r["Type"] == "AWS::EC2::EIPAssociation"}
    awaited = [set(r["DependsOn"]) for r in resources.values() if r["Type"] == "AWS::AutoScaling::AutoScalingGroup"]
    assert set().union(*awaited) >= associations
    assert all(len(one & associations) == EACH for one in awaited)


def test_the_boot_script_expects_every_address(wide):
    _region, resources = wide
    for machine in of_type(resources, "AWS::EC2::LaunchTemplate").values():
        parts = machine["LaunchTemplateData"]["UserData"]["Fn::Base64"]["Fn::Join"][1]
        text = "".join(part if isinstance(part, str) else f"<{next(iter(part.values()))}>" for part in parts)
        (line,) = [one for one in text.splitlines() if one.startswith("ADDRESSES=")]
        assert len(line.split()) == EACH


def test_amazons_addresses_are_counted_and_paid_for(wide):
    region, _resources = wide
    limits = {(one.name, one.where): one.used for one in headroom.limits(region.fleet)}
    assert limits["elastic IP addresses", region.name] == len(region.zones) * 2 * EACH
    assert limits["addresses of one NAT gateway", region.name] == EACH
    dearer = egress_cost.managed(0, billed=region.egress.billed_addresses) - egress_cost.managed(0, billed=1)
    assert dearer == pytest.approx((EACH - 1) * 730 * 0.005)
