"""The day-one fleet in the local AWS, and the picture of it."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.console import Console

from fleet import names
from local.compare import read_back
from ops.console import print_json
from ops.picture import show


def test_day_one_stands_as_written(day_one: Any, stands_as_written: Any) -> None:
    stands_as_written(day_one)


def test_a_weight_that_somebody_changed_is_reported_with_both_values(day_one: Any) -> None:
    fleet = day_one.fleet
    route53 = day_one.read.deployment.client("route53", fleet.accounts["edge"], fleet.edge.control_region)
    (region,) = fleet.regions.values()
    zone, name = day_one.picture.zone, names.region_origin(region) + "."
    (record,) = [
        one
        for one in route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        if one["Name"] == name and one["Type"] == "A"
    ]

    def change(weight: int) -> None:
        changed = {"Action": "UPSERT", "ResourceRecordSet": {**record, "Weight": weight}}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch={"Changes": [changed]})

    change(7)
    try:
        found = [str(difference) for difference in read_back(day_one.read.deployment).differences]
    finally:
        change(record["Weight"])

    assert len(found) == 1
    assert found[0].endswith(".Weight: the template says 100, 7 stands")


@pytest.mark.parametrize("width", [100, 120])
def test_the_picture_says_what_stands_in_a_hundred_columns(day_one: Any, width: int) -> None:
    file = io.StringIO()
    show(day_one.picture, Console(file=file, width=width, no_color=True, highlight=False))
    text = file.getvalue()

    assert max(map(len, text.splitlines())) <= width
    assert [line for line in text.splitlines() if line != line.rstrip()] == []
    for word in (
        "market us",
        "us-east-1",
        "use1-z",
        "NAT gateway",
        "www.skyline.example",
        "bookings-us",
        "recorded only",
    ):
        assert word in text
    recorded = sum(day_one.picture.totals.recorded.values())
    assert f"{recorded:,} of the {day_one.picture.totals.resources:,} resources are recorded only" in " ".join(
        text.split()
    )


def test_the_picture_is_json_too(day_one: Any, capsys: pytest.CaptureFixture[str]) -> None:
    print_json(day_one.picture)

    drawn = json.loads(capsys.readouterr().out)
    assert drawn["markets"][0]["regions"][0]["cells"][0]["name"] == "use1-z"
