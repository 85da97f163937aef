"""The page of a report: it asks nobody, whoever reads it without colours or by ear learns the same, names stay text."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from itertools import pairwise

import pytest

from ops.diff.map import FleetMap, fleet_map
from ops.diff.page import page
from ops.diff.places import Places
from ops.guard.change import Action, Change
from ops.guard.report import Reason, Report, Verdict
from tests.ops.diff import reports

VOID = {"meta", "path"}


class Read(HTMLParser):
    """Every element in order, every text, and what was left open."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] != "style":
            self.texts.append(data)

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.elements if tag in tags]

    @property
    def text(self) -> str:
        return re.sub(r"\s+", " ", " ".join(self.texts))


def html(report: Report) -> str:
    return page(report, reports.hypergrowth(), reports.hypergrowth())


def drawn(report: Report) -> FleetMap:
    one = reports.hypergrowth()
    return fleet_map(report, Places(one, one), one, one)


each_sample = pytest.mark.parametrize("name", reports.SAMPLES)


@each_sample
def test_every_element_is_closed_and_every_id_is_there_once(name: str):
    read = Read(html(reports.SAMPLES[name]()))
    assert read.open == []
    ids = [one["id"] for _, one in read.elements if "id" in one]
    assert len(ids) == len(set(ids))
    referred = [one["aria-labelledby"] for _, one in read.elements if "aria-labelledby" in one]
    referred += [str(one["href"]).removeprefix("#") for one in read.all("a")]
    assert set(referred) <= set(ids)


@each_sample
def test_it_asks_nobody_and_runs_nothing(name: str):
    text = html(reports.SAMPLES[name]())
    read = Read(text)
    policy = next(one for one in read.all("meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert policy["content"] == "default-src 'none'; style-src 'unsafe-inline'"
    assert not read.all("script", "link", "img", "iframe", "object", "embed", "form", "base", "use", "image")
    for tag, attributes in read.elements:
        assert not {one for one in attributes if one.startswith("on") or one in ("src", "srcset", "action", "data")}, (
            tag
        )
        assert str(attributes.get("href", "#")).startswith("#")
    style = text.partition("<style>")[2].partition("</style>")[0]
    assert "url(" not in style
    assert "@import" not in style


def test_names_stay_text():
    harmless, wild = (Read(html(reports.hostile(name))) for name in ("a name / of no harm", reports.HOSTILE))
    assert [tag for tag, _ in wild.elements] == [tag for tag, _ in harmless.elements]
    for (_, one), (_, other) in zip(wild.elements, harmless.elements, strict=True):
        assert one.keys() == other.keys()
    assert "<script>alert(1)</script>" in wild.text
    assert "{{7*7}}" in wild.text
    assert not {"\x1b", "\u202e"} & set(html(reports.hostile()))


@each_sample
def test_a_reader_by_ear_finds_landmarks_headings_in_order_and_titled_tables(name: str):
    read = Read(html(reports.SAMPLES[name]()))
    assert read.all("html") == [{"lang": "en"}]
    assert [len(read.all(tag)) for tag in ("header", "nav", "main", "footer", "h1")] == [1] * 5
    levels = [int(tag[1]) for tag, _ in read.elements if re.fullmatch("h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(one.get("scope") in ("col", "row") for one in read.all("th"))
    assert all("aria-labelledby" in one for one in read.all("section"))
    assert all(one.get("aria-hidden") == "true" for one in read.all("svg"))


def test_the_verdict_stands_in_the_title_and_in_the_heading():
    text = html(reports.refused())
    assert "<title>skyline: refused</title>" in text
    assert re.search(r"<h1>Refused <span[^>]*>for 4 reasons</span></h1>", text)


def test_every_reason_and_every_change_is_on_the_page():
    report = reports.huge(500)
    text = html(report)
    assert all(f"ConfigMap s{at}/c{at}<" in text for at in range(500))
    assert all(f"reason {at} " in text for at in range(900))


def test_the_map_has_every_market_region_zone_and_cell():
    one = reports.hypergrowth()
    found = drawn(reports.refused())
    assert {market.name for market in found.markets} == {region.market for region in one.regions.values()}
    regions = [region for market in found.markets for region in market.regions]
    assert {region.name: region.zones for region in regions} == {n: r.zones for n, r in one.regions.items()}
    assert sorted(cell.name for region in regions for cell in region.cells) == sorted(one.cells)
    assert sum(region.share for region in regions) == pytest.approx(1)
    read = Read(html(reports.refused()))
    assert all(f" {cell} " in read.text for cell in one.cells)


def rows(report: Report) -> dict[str, tuple[str, bool, bool]]:
    """Cell to its mark, whether that is by something shared, and whether it is refused."""
    return {
        cell.name: (cell.mark.key, cell.mark.by_others, cell.mark.refused)
        for market in drawn(report).markets
        for region in market.regions
        for cell in region.cells
    }


def test_a_cell_has_the_mark_of_the_gravest_change_that_reaches_it():
    found = rows(reports.refused())
    assert found["usw2-f"] == ("delete", False, True)
    assert found["usw2-a"] == ("none", False, False)
    assert found["euw1-c"] == ("update", False, False)
    # By the network and the table of its region, and by nothing of its own.
    assert found["use1-a"] == ("delete", True, False)
    assert found["euc1-a"] == ("may-replace", True, False)


def test_what_a_cell_has_of_its_own_and_shares_alike_counts_as_its_own():
    shared = Change(Action.UPDATE, "skyline-use1-network", "Acl", "AWS::EC2::NetworkAcl")
    report = reports.report(reports.addon("use1-a"), shared, radii={shared.path: reports.radius("use1-a", "use1-b")})
    found = rows(report)
    assert found["use1-a"] == ("update", False, False)
    assert found["use1-b"] == ("update", True, False)
    assert "use1-a: update, 1 change of its own, 1 change of what it shares" in html(report)


def test_a_cell_is_touched_in_the_zones_that_a_change_reaches_and_in_no_other():
    report = reports.calm()
    path = report.changes[0].path
    zonal = replace(reports.radius("use1-a"), zones=frozenset(("use1-az2",)))
    cells = drawn(replace(report, radii={path: zonal})).markets[0].regions[0].cells
    assert dict(cells[0].zones) == {"use1-az1": False, "use1-az2": True, "use1-az4": False}
    assert set(dict(cells[1].zones).values()) == {False}


def test_a_zone_that_only_one_side_has_is_on_the_map():
    base = reports.hypergrowth()
    east = base.regions["us-east-1"].model_copy(update={"zones": ("use1-az1", "use1-az2", "use1-az6")})
    cell = base.cells["use1-a"].model_copy(update={"zones": east.zones})
    head = base.model_copy(
        update={"regions": {**base.regions, "us-east-1": east}, "cells": {**base.cells, "use1-a": cell}}
    )
    report = replace(reports.calm(), radii={reports.calm().changes[0].path: reports.radius("use1-a")})
    card = fleet_map(report, Places(head, base), head, base).markets[0].regions[0]
    assert card.zones == ("use1-az1", "use1-az2", "use1-az6", "use1-az4")
    assert dict(card.cells[0].zones) == {"use1-az1": True, "use1-az2": True, "use1-az6": False, "use1-az4": True}


def test_a_creation_that_touches_nothing_that_stands_marks_its_cell_and_no_zone():
    made = Change(Action.CREATE, "skyline-use1-a-cell", "Topic", "AWS::SNS::Topic")
    cell = drawn(reports.report(made, radii={made.path: reports.radius()})).markets[0].regions[0].cells[0]
    assert (cell.mark.key, cell.mark.own) == ("create", 1)
    assert set(dict(cell.zones).values()) == {False}


def test_stacks_of_regions_and_of_the_fleet_stand_where_they_serve_and_are_counted():
    one = reports.hypergrowth()
    found = drawn(reports.refused())
    east = found.markets[0].regions[0]
    assert [(part.name, part.mark.key, part.mark.refused) for part in east.parts] == [
        ("service-sessions", "delete", True),
        ("network", "replace", True),
    ]
    assert [(part.name, part.mark.key) for part in found.parts] == [("edge-dns", "update")]
    regions = [region for market in found.markets for region in market.regions]
    counted = sum(len(region.parts) + region.quiet for region in regions) + len(found.parts) + found.quiet
    assert counted == sum(stack.cell is None for stack in one.stacks.values())


def test_a_cell_of_one_side_alone_says_so_and_has_its_traffic_before_and_after():
    base = reports.hypergrowth()
    head = base.model_copy(update={"cells": {name: one for name, one in base.cells.items() if name != "usw2-f"}})
    found = fleet_map(reports.refused(), Places(head, base), head, base)
    gone = found.markets[0].regions[1].cells[-1]
    assert (gone.name, gone.state) == ("usw2-f", "gone")
    assert (gone.before, gone.after) == (pytest.approx(1 / 24), 0)
    back = fleet_map(reports.calm(), Places(base, head), base, head).markets[0].regions[1].cells[-1]
    assert (back.name, back.state, back.before) == ("usw2-f", "new", 0)


def test_a_cell_has_the_number_of_its_first_wave():
    cells = drawn(reports.rolling()).markets[0].regions[1].cells
    assert [cell.wave for cell in cells] == [7, 8, 9, 10, 11, 12]


def test_a_stack_that_no_record_knows_is_on_the_map_all_the_same():
    odd = Change(Action.DELETE, "skyline-forgotten", "Queue", "AWS::SQS::Queue")
    reason = Reason("absence", odd.path, "a", "b")
    report = reports.report(odd, verdict=Verdict.REFUSED, reasons=(reason,))
    assert ("skyline-forgotten", "delete") in [(part.name, part.mark.key) for part in drawn(report).parts]
