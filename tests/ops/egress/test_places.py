"""Which zones and cells a verb is about, and what is said when there are none."""

from __future__ import annotations

import pytest

from ops.egress.places import Unusable, places


def test_without_names_every_zone_with_an_instance_is_meant(fleet):
    found = places(fleet)
    assert len(found) == 12
    assert {len(place.shards) for place in found} == {6}
    assert found[0].shards[0] == "use1-a/use1-az1"


@pytest.mark.parametrize(
    ("names", "zones", "cells"),
    [
        ({"region": "us-west-2"}, {"usw2-az1", "usw2-az2", "usw2-az3"}, 6),
        ({"zone": "use1-az2"}, {"use1-az2"}, 6),
        ({"cell": "use1-a"}, {"use1-az1", "use1-az2", "use1-az4"}, 1),
        ({"region": "us-east-1", "zone": "use1-az2", "cell": "use1-f"}, {"use1-az2"}, 1),
    ],
)
def test_names_narrow_it(fleet, names, zones, cells):
    found = places(fleet, **names)
    assert {place.zone for place in found} == zones
    assert {len(place.cells) for place in found} == {cells}


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (
            {"region": "us-west-3"},
            "--region: 'us-west-3' is no region here; one of us-east-1, us-west-2, eu-west-1, eu-central-1",
        ),
        (
            {"region": "us-east-1", "zone": "use1-az3"},
            "--zone: 'use1-az3' is no zone here; one of use1-az1, use1-az2, use1-az4",
        ),
        (
            {"region": "us-west-2", "cell": "use1-a"},
            "--cell: 'use1-a' is no cell here; one of usw2-a, usw2-b, usw2-c, usw2-d, usw2-e, usw2-f",
        ),
        ({"zone": "usw2-az1", "cell": "use1-a"}, "--zone: 'usw2-az1' is in us-west-2, and cell use1-a is in us-east-1"),
    ],
)
def test_a_name_that_is_none_is_told_which_there_are(fleet, names, said):
    with pytest.raises(Unusable) as error:
        places(fleet, **names)
    assert str(error.value) == said


def test_a_region_with_gateways_only_has_nothing_to_move(fleet_of):
    small = fleet_of("day-one")
    (name,) = small.regions
    with pytest.raises(Unusable, match=rf"regions\.{name}\.egress\.path: 'managed' has NAT gateways only"):
        places(small, region=name)
    with pytest.raises(Unusable, match=r"egress\.path of every region"):
        places(small)
