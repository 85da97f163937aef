"""A change may go, go in waves, or not go: by what it touches and by what it ends."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fleet.exemption import Exemption
from ops.guard.report import Report, Verdict
from ops.guard.snapshot import Snapshot
from tests.ops.guard.fleets import Edit, edited, judged, recorded, rules, signed, the

KEYS, NETWORK, EGRESS = "skyline-use1-keys", "skyline-use1-network", "skyline-use1-egress"
TRAFFIC = "skyline-edge-traffic-use1"


def drop(name: str) -> Edit:
    return lambda resources: resources.pop(name)


def put(name: str, field: str, value: Any) -> Edit:
    return lambda resources: resources[name]["Properties"].update({field: value})


def moved_on(release: str) -> Edit:
    """The system nodes of a cell on another image."""

    def edit(resources: dict[str, Any]) -> None:
        [nodes] = [one for one in resources.values() if one["Type"] == "AWS::EKS::Nodegroup"]
        nodes["Properties"]["ReleaseVersion"] = release

    return edit


def test_nothing_changed_is_allowed(big: Snapshot) -> None:
    report = judged(big, big)
    assert (report.verdict, report.changes, report.waves) == (Verdict.ALLOWED, (), ())


def test_a_change_of_one_cell_is_allowed(big: Snapshot) -> None:
    report = judged(big, edited(big, "skyline-use1-a-cell", moved_on("1.35.1-20261201")))
    assert report.verdict is Verdict.ALLOWED
    assert report.radius.cells == {"use1-a"}
    assert report.radius.share == pytest.approx(1 / 24)


def test_a_change_of_every_cell_goes_in_waves_of_one(big: Snapshot) -> None:
    head = big
    for cell in big.record.cells:
        head = edited(head, f"skyline-{cell}-cell", moved_on("1.35.1-20261201"))
    report = judged(big, head)
    assert report.verdict is Verdict.ROLLOUT
    assert len(report.radius.cells) == 24
    assert report.radius.share == pytest.approx(1)
    assert [len(wave.radius.cells) for wave in report.waves] == [1] * 24


def test_a_change_of_what_a_region_shares_is_refused_even_in_waves(big: Snapshot) -> None:
    name = the(big, EGRESS, "AWS::EC2::SecurityGroup", "Probe")
    report = judged(big, edited(big, EGRESS, put(name, "GroupName", "another")))
    assert report.verdict is Verdict.REFUSED
    [reason] = [one for one in report.reasons if one.rule == "scope"]
    assert reason.what == "would touch 6 cells of us-east-1 at once, and change_scope is cell"


def test_a_scope_is_the_narrower_one_of_before_and_after(big: Snapshot) -> None:
    def wider(fields: dict[str, Any]) -> None:
        fields["change_scope"] = "region"

    name = the(big, EGRESS, "AWS::EC2::SecurityGroup", "Probe")
    head = recorded(edited(big, EGRESS, put(name, "Tags", [])), wider)
    assert judged(big, head).verdict is Verdict.REFUSED
    base = recorded(big, wider)
    assert judged(base, head).verdict is Verdict.ALLOWED


def test_two_weights_in_one_stack_cannot_be_told_apart_by_waves(big: Snapshot) -> None:
    cells = [the(big, TRAFFIC, "AWS::Route53::RecordSet", f"'use1-{key}'") for key in "ab"]
    one = edited(big, TRAFFIC, put(cells[0], "Weight", 50))
    two = edited(one, TRAFFIC, put(cells[1], "Weight", 50))
    assert not [reason for reason in judged(big, one).reasons if reason.rule == "scope"]
    assert [where for rule, where in rules(judged(big, two)) if rule == "scope"] == sorted(
        f"{TRAFFIC}/{name}" for name in cells
    )


def test_a_key_is_not_deleted_orphaned_or_renamed_without_a_signature(big: Snapshot) -> None:
    name = next(name for name, one in big.stacks[KEYS].resources.items() if one["Type"] == "AWS::KMS::Key")
    report = judged(big, edited(big, KEYS, drop(name)))
    assert report.verdict is Verdict.REFUSED
    assert ("stateful", f"{KEYS}/{name}") in rules(report)


@pytest.fixture
def dropped(big: Snapshot) -> tuple[Snapshot, str]:
    """A private zone is gone from its template."""
    name = the(big, NETWORK, "AWS::Route53::HostedZone")
    return edited(big, NETWORK, drop(name)), name


def exemption(big: Snapshot, name: str, **said: Any) -> Exemption:
    right = {
        "action": "orphan",
        "resources": [f"{NETWORK}/{name}"],
        "base": {NETWORK: big.stacks[NETWORK].digest},
        "reason": "nobody asks it",
        "who": "platform",
        "until": "2026-11-25",
    }
    return Exemption.model_validate(right | said)


def stateful(report: Report) -> list[str]:
    return [reason.remedy for reason in report.reasons if reason.rule == "stateful"]


def test_an_exception_for_the_very_resource_on_the_very_template_holds_on_its_last_day(
    big: Snapshot, dropped: tuple[Snapshot, str]
) -> None:
    head, name = dropped
    report = judged(big, signed(head, zone=exemption(big, name)))
    assert not stateful(report)
    assert report.exempted == (("zone", f"{NETWORK}/{name}"),)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"until": "2026-11-24"}, "2026-11-24 is over"),
        (
            {"base": {NETWORK: f"sha256:{'0' * 64}"}},
            f"it was written on top of sha256:{'0' * 64}, and {NETWORK} now is",
        ),
        ({"action": "delete"}, "action: orphan"),
        ({"resources": [f"{NETWORK}/Other"]}, "action: orphan"),
    ],
)
def test_an_exception_for_anything_else_does_not(
    big: Snapshot, dropped: tuple[Snapshot, str], said: dict[str, Any], why: str
) -> None:
    head, name = dropped
    report = judged(big, signed(head, zone=exemption(big, name, **said)))
    [remedy] = stateful(report)
    assert why in remedy
    assert big.stacks[NETWORK].digest in remedy or "is over" in remedy
    assert report.exempted == ()
    assert [key for key, _ in report.unused] == ["zone"]


def test_what_one_service_keeps_in_a_region_goes_region_by_region_without_a_signature(big: Snapshot) -> None:
    """A team gives whoever takes a message more time; the queue is that of five cells."""

    def more(resources: dict[str, Any]) -> None:
        queue = next(one for one in resources.values() if one["Type"] == "AWS::SQS::Queue")
        queue["Properties"]["VisibilityTimeout"] = 77

    name = next(
        name
        for name, stack in big.stacks.items()
        if big.record.stacks[name].kind == "service"
        and any(one["Type"] == "AWS::SQS::Queue" for one in stack.resources.values())
    )
    report = judged(big, edited(big, name, more))
    assert report.reasons == ()
    assert report.verdict is Verdict.ROLLOUT
    assert len(report.radius.cells) > 1


def test_signing_for_the_scope_lets_a_shared_change_pass(big: Snapshot) -> None:
    name = the(big, EGRESS, "AWS::EC2::SecurityGroup", "Probe")
    head = edited(big, EGRESS, put(name, "Tags", []))
    said = {"action": "exceed-scope", "resources": [f"{EGRESS}/{name}"], "base": {EGRESS: big.stacks[EGRESS].digest}}
    report = judged(big, signed(head, wide=exemption(big, name, **said)))
    assert (report.verdict, report.reasons) == (Verdict.ALLOWED, ())
    assert len(report.radius.cells) == 6


def test_without_the_files_nobody_can_tell(big: Snapshot) -> None:
    head = replace(edited(big, "skyline-use1-a-cell", moved_on("1.35.1-20261201")), fleet=None)
    report = judged(big, head)
    assert (report.verdict, report.verdict.exit_code) == (Verdict.UNDECIDED, 2)
    assert [reason.rule for reason in report.reasons] == ["unreadable"]


def test_two_fleets_are_not_compared(big: Snapshot) -> None:
    other = recorded(big, lambda fields: fields.update(fleet="other"))
    report = judged(big, other)
    assert (report.verdict, [reason.rule for reason in report.reasons]) == (Verdict.UNDECIDED, ["fleet"])


def test_a_stage_to_the_next_is_one_fleet(standing: Any) -> None:
    """From growth to hypergrowth in one step nothing is undecided, and much is refused."""
    report = judged(standing("growth"), standing("hypergrowth"))
    assert report.verdict is Verdict.REFUSED
    assert not [reason for reason in report.reasons if not reason.refuses]


SERVICE, STREAMS = "skyline-use1-service-slipstream", "skyline-use1-streams"


def test_a_permission_more_is_noticed_by_nobody_and_one_less_by_all_who_hold_it(big: Snapshot) -> None:
    name = the(big, SERVICE, "AWS::IAM::Role")
    more = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "arn:aws:sqs:us-east-1:333333333331:q"}

    def policy(resources: dict[str, Any]) -> list[Any]:
        found: list[Any] = resources[name]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"]
        return found

    report = judged(big, edited(big, SERVICE, lambda resources: policy(resources).append(more)))
    assert (report.verdict, report.radius.cells) == (Verdict.ALLOWED, frozenset())
    report = judged(big, edited(big, SERVICE, lambda resources: policy(resources).pop()))
    assert report.radius.cells == {"use1-a", "use1-b", "use1-c"}
    assert [rule for rule, _ in rules(report)] == ["wipe"]


def test_a_tombstone_of_a_stream_covers_what_is_the_streams(big: Snapshot) -> None:
    def without(resources: dict[str, Any]) -> None:
        for name in [name for name in resources if name.startswith("DeliveriesDebug")]:
            del resources[name]

    head = edited(big, STREAMS, without)
    assert {rule for rule, _ in rules(judged(big, head))} == {"stateful", "guard"}
    buried = recorded(
        head,
        lambda fields: fields.update(streams=["prices", "searches"], removed=[*fields["removed"], "streams/debug"]),
    )
    report = judged(big, buried)
    assert (report.verdict, report.reasons, report.radius.cells) == (Verdict.ALLOWED, (), frozenset())
