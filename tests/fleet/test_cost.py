"""The estimate: complete, and moved by what moves a bill."""

from pathlib import Path

import pytest

from fleet import egress, egress_cost, endpoints
from fleet.cost import estimate, total
from fleet.load import load
from fleet.prices import PRICES, price
from ops.cost import show

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
FLEET, SERVICES = "fleet.yaml", "services/flights.yaml"


@pytest.mark.parametrize("name", ["day-one", "growth", "hypergrowth"])
def test_every_line_is_its_count_at_its_price(fleet_of, name):
    for line in estimate(fleet_of(name)):
        assert line.count > 0
        assert line.monthly / (line.count * price(line.price).usd) in (pytest.approx(1), pytest.approx(730))


def test_each_stage_costs_more_than_the_one_before(fleet_of):
    day_one, growth, hypergrowth = (total(estimate(fleet_of(n))) for n in ("day-one", "growth", "hypergrowth"))
    assert day_one < growth < hypergrowth


def money(fleet, what):
    return total(tuple(line for line in estimate(fleet) if line.what == what))


def gigabytes(fleet):
    return sum(len(region.zones) * region.egress.monthly / 1e9 for region in fleet.regions.values())


def test_every_byte_of_a_managed_region_is_paid_for_and_one_in_a_hundred_where_instances_carry_it(fleet_of):
    a_byte = PRICES["nat-gateway-byte"].usd
    day_one, hypergrowth = fleet_of("day-one"), fleet_of("hypergrowth")
    assert money(day_one, "GB through NAT gateways") == pytest.approx(gigabytes(day_one) * a_byte)
    assert money(hypergrowth, "GB through NAT gateways") == pytest.approx(gigabytes(hypergrowth) * a_byte / 100)


def test_instances_are_paid_for_with_the_controller_that_moves_routes_to_them(fleet_of):
    watching = [line for line in estimate(fleet_of("hypergrowth")) if line.what.startswith("NAT controller")]
    assert total(tuple(watching)) == pytest.approx(12 * egress_cost.controller())
    assert money(fleet_of("hypergrowth"), "NAT instances c8gn.large") == pytest.approx(12 * 730 * 0.1185)
    assert not [line for line in estimate(fleet_of("day-one")) if "NAT controller" in line.what]


def test_what_gateways_alone_would_cost_more_is_shown_beside_the_total(fleet_of, capsys):
    fleet = fleet_of("growth")
    show(BLUEPRINTS / "growth", as_json=False)
    said = capsys.readouterr().out
    assert f"total {total(estimate(fleet)):,.0f} USD" in said
    saved = egress_cost.saved(egress_cost.ways_out(fleet))
    assert f"NAT gateways alone would cost {saved:,.0f} USD a month more" in said
    assert "NAT instances would" not in said


def test_what_instances_would_cost_less_is_shown_where_a_gateway_carries_much(edited, capsys):
    show(edited("day-one", [(FLEET, "monthly: 500GB", "monthly: 90TB")]), as_json=False)
    # 3 x (0.99 x 90,000 GB - a medium, its address and the controller)
    less = 3 * (0.99 * 90_000 * 0.045 - 730 * (0.0593 + 0.005) - egress_cost.controller())
    assert f"NAT instances would cost {less:,.0f} USD a month less" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["day-one", "growth", "hypergrowth"])
def test_the_budgets_of_the_teams_hold_the_estimate_with_some_room_and_would_notice_a_doubling(fleet_of, name):
    granted, needed = sum(team.budget for team in fleet_of(name).teams.values()), total(estimate(fleet_of(name)))
    assert 1.02 * needed < granted < 1.7 * needed


def test_addresses_of_an_own_range_are_free(fleet_of):
    assert not money(fleet_of("hypergrowth"), "public addresses of NAT")
    assert money(fleet_of("day-one"), "public addresses of NAT")


@pytest.mark.parametrize("family", egress.SUSTAINED)
def test_every_size_of_a_nat_instance_has_a_price_and_a_larger_one_costs_more(family):
    prices = [price(f"{family}.{size}").usd for size in egress.SUSTAINED[family]]
    assert prices[0] > 0
    assert prices == sorted(set(prices))


def test_larger_sizes_cost_in_proportion_and_are_not_verified():
    scaled = price("cache.r8g.4xlarge")
    assert scaled.usd == pytest.approx(8 * PRICES["cache.r8g.large"].usd)
    assert not scaled.verified
    for known in ("c8gn.8xlarge", "c8gn.24xlarge", "cache.r7g.2xlarge"):
        family, _, size = known.rpartition(".")
        larges = 2 * int(size.removesuffix("xlarge"))
        assert PRICES[known].usd == pytest.approx(larges * PRICES[f"{family}.large"].usd, rel=0.01)


def test_what_has_no_price_is_said_and_left_out_of_the_sum(edited, capsys):
    folder = edited("growth", [(SERVICES, "cache.r7g.large", "cache.x9.mega")])
    lines = estimate(load(folder))
    assert [line.monthly for line in lines if line.price == "cache.x9.mega"] == [None, None]
    assert total(lines) == total(tuple(line for line in lines if line.monthly is not None)) > 0
    show(folder, as_json=False)
    said = capsys.readouterr().out
    assert "not in the total, because they have no price: Valkey nodes cache.x9.mega" in said
    assert "no price" in said.partition("total")[0]


def test_a_larger_control_plane_is_paid_for(edited):
    folder = edited("growth", [(FLEET, "a: {slot: 0}", "a: {slot: 0, control_plane: tier-4xl}")])
    (line,) = [line for line in estimate(load(folder)) if "tier-4xl" in line.what]
    assert (line.count, line.monthly) == (1, PRICES["eks-tier-4xl"].usd * 730)


def test_counts_are_those_of_the_templates(fleet_of, synthesized):
    def resources(*kinds):
        for kind in kinds:
            for template in synthesized(kind, of="growth").values():
                yield from ((r["Type"], r.get("Properties", {})) for r in template["Resources"].values())

    def made(type, *kinds):
        return [properties for found, properties in resources(*kinds) if found == type]

    def counted(*whats):
        lines = [line for line in estimate(fleet_of("growth")) if line.what in whats]
        return sum(line.count for line in lines)

    assert counted("KMS keys") == len(made("AWS::KMS::Key", "keys", "data-keys", "cell", "edge-site"))
    assert counted("NAT gateways") == len(made("AWS::EC2::NatGateway", "egress"))
    assert counted("EKS clusters") == len(made("AWS::EKS::Cluster", "cell"))
    assert counted("system nodes") == sum(
        group["ScalingConfig"]["DesiredSize"] for group in made("AWS::EKS::Nodegroup", "cell")
    )
    # Those of an own range are not billed.
    amazons = [one for one in made("AWS::EC2::EIP", "egress") if "PublicIpv4Pool" not in one]
    assert counted("public addresses of NAT") == len(amazons)
    balancers = made("AWS::ElasticLoadBalancingV2::LoadBalancer", "cell")
    assert counted("Network Load Balancers") == len(balancers)
    assert counted("public addresses of load balancers") == sum(
        len(one["Subnets"]) for one in balancers if one["Scheme"] == "internet-facing"
    )
    interfaces = [
        endpoint
        for endpoint in made("AWS::EC2::VPCEndpoint", "network", "database")
        if endpoint["VpcEndpointType"] == "Interface"
    ]
    assert counted("interface endpoints x zones", "database endpoints x zones") == sum(
        len(endpoint["SubnetIds"]) for endpoint in interfaces
    )
    assert len(interfaces) > len(endpoints.INTERFACE)
    acls = made("AWS::WAFv2::WebACL", "edge-site")
    assert counted("web ACLs") == len(acls)
    assert counted("rules of web ACLs") == sum(len(acl["Rules"]) for acl in acls)
    checks = [check["HealthCheckConfig"]["Type"] for check in made("AWS::Route53::HealthCheck", "edge-traffic")]
    assert counted("health checks of regions") == checks.count("CALCULATED")
    assert counted("health checks of cells") == len(checks) - checks.count("CALCULATED")
    assert counted("hosted zone", "private hosted zone") == len(made("AWS::Route53::HostedZone", "edge-dns", "network"))
    templates = {t["LaunchTemplateData"]["InstanceType"] for t in made("AWS::EC2::LaunchTemplate", "network", "egress")}
    assert templates <= {line.price for line in estimate(fleet_of("growth"))}


def test_every_price_says_where_it_comes_from_and_when():
    for name, one in PRICES.items():
        assert one.source, name
        assert one.day[:2] == "20", name
