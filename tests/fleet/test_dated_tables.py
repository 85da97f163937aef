"""Tables of what AWS offers and calls things, against the catalogue that moto recorded."""

import gzip
import json
import re
from importlib.resources import files
from ipaddress import IPv4Network
from itertools import combinations

import pytest

from fleet import egress, geography, natimages, prefixlists


def recorded(*path):
    return json.loads(gzip.decompress(files("moto").joinpath(*path).read_bytes()))


@pytest.mark.parametrize("region", geography.regions())
def test_the_nat_image_is_amazon_linux_for_graviton(region):
    images = {one["ami_id"]: one["name"] for one in recorded("ec2", "resources", "latest_amis", f"{region}.json.gz")}
    assert images[natimages.image(region)] == natimages.name(region)


@pytest.mark.parametrize("region", geography.regions())
def test_every_zone_offers_its_nat_instance(region):
    offers = recorded("ec2", "resources", "instance_type_offerings", "availability-zone-id", f"{region}.json.gz")
    offered = {(one["Location"], one["InstanceType"]) for one in offers}
    for zone in geography.eks_zones(region):
        for size in egress.SIZES:
            assert egress.offered(zone, size) == ((zone, egress.instance_type(zone, size)) in offered)


@pytest.mark.parametrize("family", egress.SUSTAINED)
def test_a_nat_instance_sustains_what_ec2_grants_to_an_internet_gateway(family):
    catalogue = recorded("ec2", "resources", "instance_types.json.gz")
    for size, most in egress.SUSTAINED[family].items():
        one = catalogue[f"{family}.{size}"]
        card = one["NetworkInfo"]["NetworkCards"][0]["BaselineBandwidthInGbps"]
        expected = card / 2 if one["VCpuInfo"]["DefaultVCpus"] >= 32 else min(5, card)
        assert most == pytest.approx(expected * 1e9)


def test_no_two_regions_share_a_prefix_list():
    known = [prefixlists.cloudfront(region) for region in geography.regions() if prefixlists.knows(region)]
    assert len(set(known)) == len(known) > 16
    assert all(re.fullmatch(r"pl-[0-9a-f]{8}", one) for one in known)


def test_health_checkers_are_networks_of_the_internet_and_leave_room():
    networks = [IPv4Network(one) for one in prefixlists.HEALTH_CHECKERS]
    assert all(network.is_global for network in networks)
    assert not any(a.overlaps(b) for a, b in combinations(networks, 2))
    assert len(networks) < prefixlists.HEALTH_CHECKERS_WEIGHT
