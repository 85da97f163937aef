"""The whole hypergrowth fleet in the local AWS: the demo, as a test."""

from __future__ import annotations

from typing import Any

import pytest

pytestmark = pytest.mark.whole


def test_hypergrowth_stands_as_written(hypergrowth: Any, stands_as_written: Any) -> None:
    stands_as_written(hypergrowth)


def test_every_way_out_stands_by_another(hypergrowth: Any) -> None:
    for market in hypergrowth.picture.markets:
        for region in market.regions:
            routes = [way.route for zone in region.zones for way in zone.ways]
            assert [len(zone.ways) for zone in region.zones] == [1] * len(region.zones)
            assert len(set(routes)) == len(region.zones)
            assert {way.kind for zone in region.zones for way in zone.ways} == {"gateway"}
            assert {way.shards for zone in region.zones for way in zone.ways} == {len(region.cells)}
            assert all(way.standby and way.standby != way.address for zone in region.zones for way in zone.ways)


def test_every_pair_of_peers_is_linked_both_ways(hypergrowth: Any) -> None:
    for database in hypergrowth.picture.databases:
        one, other = database.clusters
        assert (one.peers, other.peers) == ((other.region,), (one.region,))
        assert one.witness == other.witness != ""


def test_a_release_wave_is_seen_on_the_cells_it_reached(hypergrowth: Any) -> None:
    images: dict[str, set[str]] = {}
    fleet = hypergrowth.fleet
    for market in hypergrowth.picture.markets:
        for region in market.regions:
            for cell in region.cells:
                images.setdefault(cell.image, set()).add(fleet.cell(cell.name).release.node_image)
    assert len(images) > 1
    assert all(len(releases) == 1 for releases in images.values())
