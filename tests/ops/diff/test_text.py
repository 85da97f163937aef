"""A report in a terminal: the verdict first, equal changes once, nothing lost without a word, names tamed."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import Literal

import pytest
from rich.console import Console

from ops.diff.text import show
from ops.guard.change import Action, Change
from ops.guard.report import Reason, Report, Shared, Verdict
from tests.ops.diff import reports


def printed(report: Report, width: int = 80, *, terminal: bool = False) -> str:
    file = io.StringIO()
    colours: Literal["standard"] | None = "standard" if terminal else None
    show(
        report,
        Console(file=file, width=width, highlight=False, force_terminal=terminal, color_system=colours),
        reports.hypergrowth(),
    )
    return file.getvalue()


def words(text: str) -> str:
    """Without what depends on the width."""
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize(
    ("report", "line"),
    [
        (reports.calm(), "ALLOWED, 1 change: 1 update  skyline"),
        (reports.rolling(), "ALLOWED WITH ROLL-OUT, in 24 waves  skyline"),
        (reports.refused(), "REFUSED, for 4 reasons  skyline"),
        (reports.report(), "ALLOWED, nothing changes  skyline"),
        (
            reports.report(verdict=Verdict.UNDECIDED, reasons=(Reason("unreadable", "a", "b", "c", refuses=False),)),
            "UNDECIDED, 1 thing could not be judged  skyline",
        ),
    ],
)
def test_the_verdict_is_the_first_line_and_legible_without_colour(report: Report, line: str):
    assert printed(report).splitlines()[0] == line


def test_equal_changes_of_24_cells_are_one_line():
    text = printed(reports.rolling())
    assert "24 cells: update AWS::EKS::Addon VpcCni (Properties.AddonVersion)" in text
    assert text.count("VpcCni") == 1


def test_cells_of_a_whole_region_are_called_by_it_and_few_by_their_names():
    some = [reports.addon(cell) for cell in (*reports.cells("eu-west-1"), "use1-b")]
    assert "use1-b, eu-west-1 (6 cells): update" in printed(reports.report(*some))
    assert "use1-a, use1-b: update" in printed(reports.report(reports.addon("use1-b"), reports.addon("use1-a")))


def test_all_cells_but_a_few_are_called_so():
    most = [cell for cell in reports.cells() if cell not in ("usw2-f", "euc1-a")]
    assert "22 cells (all but usw2-f, euc1-a): update" in printed(reports.report(*map(reports.addon, most)))
    east = [reports.addon(cell) for cell in reports.cells("us-east-1")[1:]]
    assert "us-east-1 (5 cells, not use1-a): update" in printed(reports.report(*east))


def test_what_is_the_same_but_for_the_name_of_its_cell_is_one_line():
    some = [
        Change(Action.DELETE, f"{cell}/platform", f"NodePool.karpenter.sh {cell}-general", "NodePool.karpenter.sh")
        for cell in reports.cells()
    ]
    text = printed(reports.report(*some))
    assert "24 cells: delete NodePool.karpenter.sh <cell>-general" in text


def test_what_differs_in_a_field_is_not_said_to_be_the_same():
    other = Change(Action.UPDATE, "skyline-use1-b-cell", "VpcCni", "AWS::EKS::Addon", fields=("DeletionPolicy",))
    text = printed(reports.report(reports.addon("use1-a"), other))
    assert "use1-a: update AWS::EKS::Addon VpcCni (Properties.AddonVersion)" in text
    assert "use1-b: update AWS::EKS::Addon VpcCni (DeletionPolicy)" in text


def test_more_names_than_a_line_has_room_for_are_counted_with_where_they_stand():
    some = [Change(Action.CREATE, "use1-a/platform", f"ConfigMap a/c{n}", "ConfigMap") for n in range(10)]
    text = words(printed(reports.report(*some)))
    assert "ConfigMap a/c5 and 4 more (all: --json)" in text


def test_a_reason_says_where_why_and_what_to_do():
    text = words(printed(reports.refused()))
    assert (
        "absence fleet.yaml regions.us-west-2.cells.f why cell usw2-f is gone and has no tombstone "
        "do set its state to draining" in text
    )
    assert "unreadable (undecided) skyline-euc1-egress/Nats" in text


def reasons_of(*reasons: Reason, changes: tuple[Change, ...] = ()) -> str:
    text = words(printed(reports.report(*changes, verdict=Verdict.REFUSED, reasons=reasons)))
    return text.partition(" Reasons ")[2].partition(" Changes ")[0].strip()


def test_one_reason_in_many_cells_is_said_once_with_every_place():
    many = [Reason("wipe", f"{cell}/platform/Namespace x", f"{cell} loses x", "keep it") for cell in reports.cells()]
    assert reasons_of(*many) == ("wipe 24 times <cell>/platform/Namespace x in 24 cells why <cell> loses x do keep it")


def test_resources_of_which_the_same_is_said_stand_together_whatever_their_type():
    paths = {"skyline-use1-network/Vpc": "AWS::EC2::VPC", "skyline-use1-network/Acl": "AWS::EC2::NetworkAcl"}
    changes = tuple(Change(Action.DELETE, *path.split("/"), of) for path, of in paths.items())
    many = [
        Reason("traffic", path, f"{of} would go", f"sign {path} of skyline-use1-network") for path, of in paths.items()
    ]
    assert reasons_of(*many, changes=changes) == (
        # Both are of one stack, so its name stays.
        "traffic 2 times skyline-use1-network/Vpc, Acl why <type> would go do sign <resource> of skyline-use1-network"
    )


def test_digests_of_several_stacks_are_left_open():
    many = [
        Reason(
            "traffic", f"skyline-{cell}-cell/Cluster", "would go", f"base: {{skyline-{cell}-cell: sha256:{digit * 64}}}"
        )
        for cell, digit in (("use1-a", "a"), ("use1-b", "b"))
    ]
    assert reasons_of(*many).endswith("why would go do base: {<stack>: <digest>}")


def test_reasons_that_differ_in_more_than_their_place_stay_apart():
    text = reasons_of(
        Reason("wipe", "use1-a/platform/A", "loses 1", "b"), Reason("wipe", "use1-b/platform/A", "loses 2", "b")
    )
    assert "loses 1" in text
    assert "loses 2" in text


def test_a_remedy_of_several_reasons_is_said_once_and_each_reason_with_all_that_it_has_against():
    text = reasons_of(
        Reason("guard", "skyline-edge-dns/A", "loses 1", "keep it"),
        Reason("guard", "skyline-edge-dns/A", "loses 2", "keep it"),
        Reason("guard", "skyline-edge-dns/B", "loses 3", "keep it"),
    )
    assert text == (
        "guard 3 times skyline-edge-dns/A why loses 1 why loses 2 skyline-edge-dns/B why loses 3 do keep it"
    )


def test_what_refuses_comes_before_what_is_undecided():
    text = reasons_of(Reason("unreadable", "x", "a", "b", refuses=False), Reason("scope", "y", "c", "d"))
    assert text.startswith("scope y why c do d unreadable (undecided) x")


def test_stacks_that_begin_or_end_are_counted_by_type_and_what_held_data_is_named():
    head = reports.hypergrowth()
    gone = {"skyline-usw2-e-cell", "skyline-usw2-f-cell"}
    later = head.model_copy(update={"stacks": {name: one for name, one in head.stacks.items() if name not in gone}})
    changes = [
        Change(Action.DELETE, stack, name, of, stateful=of == "AWS::EKS::Cluster")
        for stack in sorted(gone)
        for name, of in (("A", "AWS::EC2::Route"), ("B", "AWS::EC2::Route"), ("C", "AWS::EKS::Cluster"))
    ]
    file = io.StringIO()
    show(reports.report(*changes), Console(file=file, width=120), later, head)
    text = words(file.getvalue())
    assert "usw2-e, usw2-f: delete 4 resources of each ending stack: 4 AWS::EC2::Route" in text
    assert "usw2-e, usw2-f: delete AWS::EKS::Cluster C [stateful]" in text


PROBERS = {
    "skyline-euc1-egress": ("ProberEuc1Az1Function1A7BF738", "ProberEuc1Az2FunctionE748C58B"),
    "skyline-use1-egress": ("ProberUse1Az1Function91345F39", "ProberUse1Az4FunctionB1ECAC94"),
}


def test_what_is_the_same_in_each_zone_is_said_once_without_the_digests_of_its_ids():
    some = [Change(Action.UPDATE, stack, name, "T") for stack, names in PROBERS.items() for name in names]
    text = words(printed(reports.report(*some)))
    assert "us-east-1, eu-central-1: update 4 T Prober<Zone>Function" in text


def test_a_few_zones_of_one_place_keep_their_names():
    some = [Change(Action.UPDATE, "skyline-use1-egress", name, "T") for name in PROBERS["skyline-use1-egress"]]
    text = words(printed(reports.report(*some)))
    assert "us-east-1: update 2 T ProberUse1Az1Function91345F39, ProberUse1Az4FunctionB1ECAC94" in text


def test_reasons_that_differ_by_zone_and_region_are_one():
    many = [
        Reason("scope", f"{stack}/{name}", f"would touch 6 cells of {region} in {zone}", "cell by cell")
        for (stack, names), region, zones in zip(
            PROBERS.items(),
            ("eu-central-1", "us-east-1"),
            (("euc1-az1", "euc1-az2"), ("use1-az1", "use1-az4")),
            strict=True,
        )
        for name, zone in zip(names, zones, strict=True)
    ]
    assert reasons_of(*many) == (
        "scope 4 times skyline-<code>-egress/Prober<Zone>Function in us-east-1, eu-central-1 "
        "why would touch 6 cells of <region> in <zone> do cell by cell"
    )


def test_what_cells_share_alike_in_several_regions_is_one_line():
    shared = tuple(
        Shared(f"{stack}/Table", frozenset(reports.cells(region)), "one a region")
        for stack, region in (("skyline-use1-egress", "us-east-1"), ("skyline-euw1-egress", "eu-west-1"))
    )
    text = words(printed(reports.report(shared=shared)))
    assert (
        "skyline-<code>-egress/Table in us-east-1, eu-west-1 reached from 6 cells each; declared: one a region" in text
    )


def test_members_of_a_list_that_change_alike_are_one_field():
    fields = ("Properties.Rules.0.Priority", "Properties.Rules.1.Priority", "Properties.Tags.3")
    text = words(printed(reports.report(Change(Action.UPDATE, "skyline-edge-dns", "A", "T", fields=fields))))
    assert "T A (Properties.Rules.*.Priority, Properties.Tags.3)" in text


def test_waves_of_what_is_refused_are_what_would_be():
    assert "\nWaves, if it were let pass\n" in printed(replace(reports.rolling(), verdict=Verdict.REFUSED))
    assert "\nWaves\n" in printed(reports.rolling())


def test_what_is_touched_is_in_cells_zones_regions_and_traffic():
    text = words(printed(reports.rolling()))
    assert "touches 24 of 24 cells, 12 of 12 zones, 4 of 4 regions, 100 % of the traffic" in text
    assert "touches 1 of 24 cells, 3 of 12 zones, 1 of 4 regions, 4.2 % of the traffic" in words(
        printed(reports.calm())
    )
    assert "touches nothing that stands" in words(printed(reports.report()))


def test_a_change_of_the_whole_fleet_says_so():
    text = words(printed(reports.refused()))
    assert "something of the whole fleet" in text
    assert "the fleet: update AWS::Route53::HostedZone Zone" in text


def test_inputs_waves_shared_fate_and_exceptions_have_their_part():
    text = words(printed(reports.rolling()) + printed(reports.refused()))
    assert "charts/istiod.yaml us-east-1 (6 cells) chart table of 6 cells" in text
    assert "24 cell euc1-f 1 stack, 1 bundle euc1-f" in text
    assert "skyline-euc1-egress/Nats reached from eu-central-1 (6 cells); NOT on the declared list" in text
    assert "retire-debug skyline-euc1-streams/Debug" in text


@pytest.mark.parametrize("width", [80, 160])
@pytest.mark.parametrize("name", reports.SAMPLES)
def test_no_line_is_wider_than_the_terminal_and_no_word_is_cut(name: str, width: int):
    report = reports.SAMPLES[name]()
    text = printed(report, width)
    assert max(map(len, text.splitlines())) <= width
    assert "\N{HORIZONTAL ELLIPSIS}" not in text
    bare = re.sub(r"\s+", "", text)
    for reason in report.reasons:
        if reason.where != reports.HOSTILE:
            assert re.sub(r"\s+", "", reason.remedy) in bare


def test_names_steer_no_terminal():
    text = printed(reports.hostile(), terminal=True)
    ours = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "\x1b" not in ours
    assert "\u202e" not in ours
    assert "\\x1b[31mred \\u202etxet" in words(ours)


def test_every_change_is_in_some_line():
    text = words(printed(reports.huge(300)))
    assert all(f"ConfigMap s{at}/c{at} " in text for at in range(300))
