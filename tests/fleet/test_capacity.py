"""The arithmetic of what may be lost: what one cell carries when others are gone."""

from __future__ import annotations

import pytest

from fleet import capacity

H = "hypergrowth"
SERVICES = "services/flights.yaml"


@pytest.fixture
def loaded(edited):
    from fleet.load import load

    return lambda blueprint, edits=(): load(edited(blueprint, list(edits)))


@pytest.mark.parametrize(
    ("cells", "lost", "running", "limits"),
    [(3, 2, 1.5, 3.0), (4, 2, 1.33, 2.0), (5, 2, 1.25, 1.67), (1, 0, 1.0, 1.0), (3, 1, 1.5, 1.5), (3, 0, 1.0, 1.0)],
)
def test_the_price_of_hosting_cells_falls_with_their_number(cells, lost, running, limits):
    assert capacity.price(cells, lost) == pytest.approx((running, limits), abs=0.005)


def test_running_pods_carry_the_peak_with_one_hosting_cell_gone(fleet):
    for service in fleet.services.values():
        for region in fleet.regions.values():
            left = len(capacity.hosts(service, region)) - 1
            carried = left * capacity.running_pods_per_cell(service, region) * service.demand.per_pod
            assert carried >= service.demand.peak(region.name)


def test_limits_carry_the_peak_with_two_hosting_cells_gone_and_not_by_much(fleet):
    for service in fleet.services.values():
        for region in fleet.regions.values():
            left = len(capacity.hosts(service, region)) - fleet.policies.survive.cells
            limit, per_pod = capacity.limit_pods_per_cell(service, region), service.demand.per_pod
            worst = max(service.demand.peak(region.name) / left, 0)
            shifted = capacity.peak_with_a_region_lost(service, region) / len(capacity.hosts(service, region))
            assert limit * per_pod >= max(worst, shifted)
            assert (limit - 1) * per_pod < max(worst, shifted)


def test_a_lost_region_leaves_its_peak_to_the_others_of_its_market_by_weight(loaded):
    fleet = loaded("growth", [("fleet.yaml", "regions: 0}", "regions: 1}")])
    service = fleet.services["sessions"]
    east, west = fleet.regions["us-east-1"], fleet.regions["us-west-2"]
    both = service.demand.peak(east.name) + service.demand.peak(west.name)
    assert capacity.peak_with_a_region_lost(service, east) == both
    assert capacity.limit_pods_per_cell(service, east) * 3 * service.demand.per_pod >= both


def test_no_region_takes_more_when_none_may_be_lost(loaded):
    fleet = loaded("growth")
    for service in fleet.services.values():
        for region in fleet.regions.values():
            assert capacity.peak_with_a_region_lost(service, region) == service.demand.peak(region.name)


def test_a_draining_cell_carries_nothing_and_the_others_take_its_share(loaded):
    before = loaded("growth")
    service, region = before.services["egressor"], before.regions["us-east-1"]
    assert capacity.served(region.cells["z"]) == ()
    assert capacity.hosts(service, region) == tuple(region.cells[key] for key in "abc")


def test_there_is_always_a_pod_in_each_zone(fleet_of):
    fleet = fleet_of("day-one")
    for region in fleet.regions.values():
        for service in fleet.services.values():
            assert capacity.running_pods_per_cell(service, region) >= len(region.zones)


def test_the_burst_pool_holds_what_one_lost_cell_leaves_to_this_one(fleet):
    for cell in fleet.cells:
        assert 0 < capacity.burst_cpu(cell) < capacity.running_cpu(cell)


def test_a_cell_that_serves_nobody_keeps_a_gateway_in_each_zone(fleet_of):
    region = fleet_of("growth").regions["us-east-1"]
    assert capacity.ingress_pods(region.cells["z"]) == (len(region.zones), len(region.zones))


def test_gateways_carry_the_routed_peak_with_a_cell_gone(fleet):
    for region in fleet.regions.values():
        routed = sum(s.demand.peak(region.name) for s in fleet.services.values() if s.routes)
        running = [capacity.ingress_pods(cell)[0] for cell in region.standing_cells]
        for lost in range(len(running)):
            left = sum(pods for place, pods in enumerate(running) if place != lost)
            assert left * capacity.GATEWAY_RPS >= routed


def test_proxies_are_a_part_of_what_a_pod_requests_only_where_there_is_a_mesh(fleet_of):
    meshed, bare = fleet_of("growth").regions["us-east-1"], fleet_of("day-one").regions["us-east-1"]
    service = fleet_of("growth").services["sessions"]
    assert capacity.pod_cpu(service, meshed) == service.demand.cpu + capacity.SIDECAR_CPU
    assert capacity.pod_memory(fleet_of("day-one").services["sessions"], bare) == (
        fleet_of("day-one").services["sessions"].demand.memory
    )
