"""`hypercell nat cost`: what a person reads of both ways out, and what a program gets."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from fleet import egress_cost
from ops.egress.cost import show

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"
HYPERGROWTH = BLUEPRINTS / "hypergrowth"


@pytest.fixture
def day_one(tmp_path):
    """day-one with another `egress`."""

    def write(says):
        folder = tmp_path / "day-one"
        shutil.copytree(BLUEPRINTS / "day-one", folder)
        file = folder / "fleet.yaml"
        text = file.read_text()
        assert "egress: {path: managed, monthly: 500GB}" in text
        file.write_text(text.replace("egress: {path: managed, monthly: 500GB}", says))
        return folder

    return write


def answer(capsys, folder, **asked):
    assert show(folder, as_json=True, **asked) == 0
    return json.loads(capsys.readouterr().out)


def text(capsys, folder, **asked):
    assert show(folder, **asked) == 0
    return capsys.readouterr().out


def test_a_program_gets_every_zone_with_its_figures_and_the_prices_behind_them(capsys):
    found = answer(capsys, HYPERGROWTH)
    assert len(found["zones"]) == 12
    # A large with an own range: 730 x (0.045 + 0.1185), the controller, 2,500 GB.
    one = found["zones"][0]
    assert one["instances"] == pytest.approx(730 * 0.1635 + found["controller"] + 2500 * 0.045)
    assert one["managed"] == pytest.approx(730 * 0.045 + 250_000 * 0.045)
    assert one["saved"] == pytest.approx(one["managed"] - one["instances"])
    assert one["ratio"] == pytest.approx(one["managed"] / one["instances"])
    assert [size["size"] for size in one["sizes"]][:2] == ["medium", "large"]
    assert found["totals"]["saved"] == pytest.approx(sum(zone["saved"] for zone in found["zones"]))
    assert found["totals"]["declared"] == pytest.approx(found["totals"]["instances"])
    assert found["prices"]["c8gn.large"]["day"] == "2026-07-20"
    assert found["left_out"] == egress_cost.LEFT_OUT


def test_addresses_are_a_price_only_where_they_are_paid_for(capsys):
    assert "public-address" not in answer(capsys, HYPERGROWTH)["prices"]
    assert "public-address" in answer(capsys, BLUEPRINTS / "day-one")["prices"]


def test_one_region_or_one_zone_can_be_asked_for(capsys):
    zones = answer(capsys, HYPERGROWTH, region="eu-west-1")["zones"]
    assert {one["region"] for one in zones} == {"eu-west-1"}
    assert len(zones) == 3
    (one,) = answer(capsys, HYPERGROWTH, zone="usw2-az2")["zones"]
    assert one["zone"] == "usw2-az2"


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"region": "us-est-1"}, "--region: us-est-1 is no region of skyline; did you mean us-east-1?\n"),
        ({"zone": "use1-az3"}, "--zone: use1-az3 is no zone of skyline; did you mean use1-az4?\n"),
        (
            {"region": "eu-west-1", "zone": "mars"},
            "--zone: mars is no zone of eu-west-1; use one of euw1-az1, euw1-az2, euw1-az3\n",
        ),
    ],
)
def test_what_the_fleet_does_not_have_is_one_clear_line(capsys, asked, words):
    assert show(HYPERGROWTH, **asked) == 2
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", words)


def test_a_person_reads_money_assumptions_prices_and_what_is_left_out(capsys):
    said = text(capsys, HYPERGROWTH, region="us-east-1")
    (row,) = [line for line in said.splitlines() if "use1-az2" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")][:4] == ["use1-az2", "instances", "c8gn.large", "250 TB"]
    assert "assumed: 1 % of the bytes leave by the gateway in spite of instances" in said
    assert "prices: list prices of us-east-1, 2026-07-20 to 2026-11-25; not verified: schedules, c8gn.12xlarge" in said
    assert f"left out: {egress_cost.LEFT_OUT}" in said
    assert "would save" not in said


def test_the_share_on_the_gateway_is_the_readers_to_choose(capsys):
    none, half = (answer(capsys, HYPERGROWTH, gateway_share=share) for share in (0, 0.5))
    assert none["gateway_share"] == 0
    # Half of 3 PB, at 0.045 a GB.
    assert half["totals"]["instances"] - none["totals"]["instances"] == pytest.approx(1.5e6 * 0.045)
    assert "assumed: 50 % of the bytes" in text(capsys, HYPERGROWTH, gateway_share=0.5)


def test_a_managed_region_is_told_what_instances_would_save(capsys, day_one):
    said = text(capsys, day_one("egress: {path: managed, peak: 4Gbps, monthly: 90TB}"))
    saved = 3 * (0.99 * 90_000 * 0.045 - 730 * (0.1185 + 0.005) - egress_cost.controller())
    assert f"us-east-1: path: instances, size: large would save {saved:,.0f} USD a month" in said


def test_a_managed_region_with_little_traffic_is_told_nothing(capsys):
    assert "would save" not in text(capsys, BLUEPRINTS / "day-one")


def test_a_region_hears_of_a_smaller_size_that_carries_its_peak(capsys):
    # Three zones of a large (0.1185) that could be a medium (0.0593).
    less = 3 * 730 * (0.1185 - 0.0593)
    said = text(capsys, BLUEPRINTS / "growth")
    assert f"us-east-1: medium carries the peak of 1 Gbps too, for {less:,.0f} USD a month less" in said
    assert "too, for" not in text(capsys, HYPERGROWTH)


def test_advice_is_for_the_region_whichever_zone_was_asked_for(capsys, day_one):
    folder = day_one("egress: {path: managed, peak: 4Gbps, monthly: 90TB}")
    whole, one = text(capsys, folder), text(capsys, folder, zone="use1-az2")
    advice = [line for line in whole.splitlines() if "would save" in line]
    assert advice == [line for line in one.splitlines() if "would save" in line]


def test_without_declared_traffic_there_is_a_break_even_and_no_money(capsys, day_one):
    folder = day_one("egress: {path: managed}")
    said = text(capsys, folder)
    assert "us-east-1 declares no egress.monthly: only the traffic from which on instances pay can be told" in said
    assert "total" not in said
    found = answer(capsys, folder, zone="use1-az1")
    assert found["zones"][0]["managed"] is None
    assert found["zones"][0]["break_even"] > 1000


def test_traffic_that_no_instance_carries_is_shown_with_its_gateway(capsys, day_one):
    (one, *_) = answer(capsys, day_one("egress: {path: managed, peak: 200Gbps, monthly: 1PB}"))["zones"]
    assert (one["size"], one["instances"], one["saved"]) == (None, None, None)
    assert one["managed"] > 45_000
