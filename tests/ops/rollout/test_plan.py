"""A plan is made of what differs, from what really stands, and says why it may not be carried out."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from fleet.load import load
from fleet.phases import every_stack
from ops.guard.snapshot import Stack
from ops.rollout.plan import Allowed, Found, Plan, Seen, Stage, decide
from ops.rollout.standing import Deployed, found, text
from tests.ops.rollout.cloud import LONG_AGO

FLEET = load(Path(__file__).parents[3] / "blueprints/hypergrowth")
STACKS = [plan.name for plan in every_stack(FLEET)]
SAME = Found("UPDATE_COMPLETE", same=True)
OTHER = Found("UPDATE_COMPLETE", same=False)


def plan(stacks: dict[str, Found], bundles: Collection[tuple[str, str]] = (), **how: object) -> Plan:
    """Everything else is as it shall be."""
    named = {(cell.name, "platform"): ("sha256:new", "sha256:new") for cell in FLEET.cells}
    named |= dict.fromkeys(bundles, ("sha256:old", "sha256:new"))
    return decide(FLEET, Seen(dict.fromkeys(STACKS, SAME) | stacks, named), {}, **how)


def test_nothing_is_to_be_done_where_all_is_as_it_shall_be():
    assert plan({}).legs == ()
    assert plan({}).same == len(STACKS) + len(FLEET.cells)


def test_a_stack_that_is_as_wanted_travels_no_more_when_a_run_is_taken_up_again():
    both = plan({"skyline-use1-a-cell": OTHER, "skyline-use1-b-cell": OTHER}, [("use1-a", "platform")])
    rest = plan({"skyline-use1-b-cell": OTHER}, [("use1-a", "platform")])
    assert both.stacks == ("skyline-use1-a-cell", "skyline-use1-b-cell")
    assert [(leg.wave.stacks, leg.wave.bundles) for leg in rest.legs] == [
        ((), (("use1-a", "platform"),)),
        (("skyline-use1-b-cell",), ()),
    ]


@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("UPDATE_IN_PROGRESS", "CloudFormation is at work on it; wait"),
        ("ROLLBACK_COMPLETE", "its creation failed, and nothing of it is left; delete it"),
        ("UPDATE_ROLLBACK_FAILED", "could not go back; continue its roll-back"),
        ("DELETE_FAILED", "does not update a stack that is so"),
    ],
)
def test_a_stack_that_cloudformation_does_not_update_speaks_against_it(status, says):
    (against,) = plan({"skyline-use1-a-cell": Found(status)}).against
    assert against.startswith(f"skyline-use1-a-cell is {status}: ")
    assert says in against


@pytest.mark.parametrize("status", [None, "REVIEW_IN_PROGRESS"])
def test_a_stack_that_never_was_is_new(status):
    found = plan({"skyline-use1-a-cell": Found(status)})
    assert (found.new, found.against) == ({"skyline-use1-a-cell"}, ())


def test_two_databases_that_name_each_other_cannot_both_be_the_first():
    name = "skyline-dsql-bookings-us-g2-use1"
    cluster = {"Type": "AWS::DSQL::Cluster", "Properties": {"MultiRegionProperties": {"Clusters": ["arn"]}}}
    seen = Seen(dict.fromkeys(STACKS, SAME) | {name: Found(None)}, {})
    (against,) = decide(FLEET, seen, {name: {"Resources": {"Cluster": cluster}}}).against
    assert against.startswith(f"{name} names a peer, and stands nowhere yet: a pair is deployed pending first")


def test_a_service_alone_moves_its_bundles_and_no_stack():
    bundles = [("use1-a", "service-sessions"), ("use1-a", "platform"), ("use1-b", "service-sessions")]
    found = plan({"skyline-use1-a-cell": OTHER}, bundles, service="sessions")
    assert found.stacks == ()
    assert found.bundles == (("use1-a", "service-sessions"), ("use1-b", "service-sessions"))


def allowed(let: Collection[str], planned: Collection[str]) -> Allowed:
    return Allowed(frozenset(let), frozenset(), frozenset(planned), frozenset())


def test_of_an_approved_plan_no_more_is_done_than_was_let():
    a, b = "skyline-use1-a-cell", "skyline-use1-b-cell"
    found = plan({a: OTHER, b: OTHER}, allowed=allowed([a], [a, b]))
    assert (found.stacks, found.against) == ((a,), ())


def test_what_differs_beside_an_approved_plan_speaks_against_it():
    a, b = "skyline-use1-a-cell", "skyline-use1-b-cell"
    (against,) = plan({a: OTHER, b: OTHER}, allowed=allowed([a], [a])).against
    assert against == f"{b}: differs from the assembly and is not in the plan that was approved; plan again"


def test_a_change_of_everything_stops_after_the_first_cell_and_after_its_region():
    found = plan(dict.fromkeys(STACKS, OTHER))
    stages = [leg.stage for leg in found.legs]
    assert stages == sorted(stages, key=list(Stage).index)
    first = [leg for leg in found.legs if leg.stage is Stage.FIRST_CELL]
    assert [cell for leg in first for cell in leg.wave.cells] == ["use1-a"]
    region = [leg for leg in found.legs if leg.stage is Stage.FIRST_REGION]
    assert {cell for leg in region for cell in leg.wave.cells} == {f"use1-{key}" for key in "bcdef"}
    assert all(leg.stage is Stage.FLEET for leg in found.legs if leg.wave.region not in (None, "us-east-1"))


def test_a_cells_wave_is_watched_by_its_own_alarm_and_its_regions():
    (leg,) = plan({"skyline-euw1-b-cell": OTHER}).legs
    assert [(alarm.region, alarm.name) for alarm in leg.watched] == [
        ("eu-west-1", "skyline-euw1-b"),
        ("eu-west-1", "skyline-region-euw1-unwell"),
    ]


def test_what_reaches_all_is_watched_by_all():
    (leg,) = plan({"skyline-edge-site": OTHER}).legs
    assert len(leg.watched) == len(FLEET.cells) + len(FLEET.regions)


def test_an_alarm_that_a_later_wave_makes_is_not_waited_for():
    absent = Found(None)
    found = plan(dict.fromkeys(STACKS, absent))
    seen_before: set[str] = set()
    for leg in found.legs:
        seen_before.update(leg.wave.stacks)
        for alarm in leg.watched:
            if "unwell" not in alarm.name:
                assert f"{alarm.name}-cell" in seen_before


def test_a_cell_that_is_new_is_watched_from_its_own_wave_on():
    found = plan(dict.fromkeys(STACKS, Found(None)))
    for leg in found.legs:
        for cell in leg.wave.cells:
            assert f"skyline-{cell}" in [alarm.name for alarm in leg.watched]


def test_stacks_of_a_wave_that_need_nothing_of_each_other_go_side_by_side():
    foundations = [f"skyline-use1-{kind}" for kind in ("keys", "registry", "network", "egress")]
    (leg,) = plan(dict.fromkeys(foundations, OTHER)).legs
    keys, registry, network, egress = foundations
    assert leg.levels == ((keys,), (registry, network), (egress,))


def stack(template: dict[str, object], **tags: str) -> Stack:
    return Stack("acme-a", "1" * 12, "us-east-1", template, text(template), tags)


@pytest.mark.parametrize(
    ("there", "same"),
    [
        (stack({"Description": "a § b", "Resources": {}}, team="x"), True),
        (stack({"Resources": {}, "Description": "a § b"}, team="x"), True),
        (stack({"Description": "a ? b", "Resources": {}}, team="x"), True),  # as CloudFormation gives it back
        (stack({"Description": "a § c", "Resources": {}}, team="x"), False),
        (stack({"Description": "a § b", "Resources": {}}, team="y"), False),
        (stack({"Description": "a § b", "Resources": {}}), False),
    ],
)
def test_a_stack_is_as_wanted_by_its_template_and_its_tags(there, same):
    wanted = stack({"Description": "a § b", "Resources": {}}, team="x")
    assert found(wanted, Deployed("CREATE_COMPLETE", LONG_AGO, there)).same is same
