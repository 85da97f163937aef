"""Promotion: one bundle, one tag, in one cell; a plan first, and the way back afterwards."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ops.promotion import gates
from tests.ops.promotion.conftest import TODAY, Fleet
from tests.ops.promotion.world import refused


def test_the_first_promotion_sends_everything_and_then_the_tag(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    assert fleet.promote(platform=True) == 0
    [(tag, digest)] = fleet.world.tags.items()
    assert tag == "platform"
    assert fleet.world.holds(digest)
    writes = fleet.world.wire.writes
    assert writes[-1] == "put_image"
    assert writes.count("put_image") == 2
    out = capsys.readouterr().out
    assert f"shall be  {digest}" in out
    assert "done. It is the first: there is nothing to go back to" in out


def test_what_argo_cd_pulls_is_what_was_bundled(fleet: Fleet):
    fleet.promote(service="sessions")
    index = json.loads((fleet.out / "use1" / "z" / "index.json").read_text())
    [made] = [one for one in index["manifests"] if "service-sessions" in one["annotations"].values()]
    assert fleet.world.tags == {"service-sessions": made["digest"]}


def test_a_second_promotion_of_the_same_writes_nothing(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    fleet.promote(platform=True)
    tags, before = fleet.world.tags, len(fleet.world.wire.writes)
    assert fleet.promote(platform=True) == 0
    assert fleet.world.tags == tags
    assert len(fleet.world.wire.writes) == before
    assert capsys.readouterr().out.endswith(f"nothing to do: platform names {tags['platform']}\n")


def test_a_release_moves_its_own_tag_and_says_the_way_back(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    for wish in ({"platform": True}, {"service": "sessions"}, {"service": "flights-pricing"}):
        fleet.promote(**wish)
    before = fleet.world.tags
    fleet.release("sessions", 1)
    capsys.readouterr()
    assert fleet.promote(service="sessions") == 0
    old, after = before["service-sessions"], fleet.world.tags
    assert after.pop("service-sessions") != old
    assert after.pop("service-sessions.previous") == old
    assert after == {tag: digest for tag, digest in before.items() if tag != "service-sessions"}
    out = capsys.readouterr().out
    assert f"done. Before it was {old}: --rollback goes back to it" in out
    assert "~ Deployment sessions/sessions" in out


def test_a_rollback_moves_only_its_own_tag_and_sends_nothing(fleet: Fleet):
    for number in (1, 2):
        fleet.release("sessions", number)
        fleet.release("flights-pricing", number)
        fleet.promote(service="sessions")
        fleet.promote(service="flights-pricing")
    before, calls = fleet.world.tags, len(fleet.world.wire.calls)
    assert fleet.promote(service="sessions", rollback=True) == 0
    after = fleet.world.tags
    moved = {tag for tag in after if after[tag] != before.get(tag)}
    assert moved == {"service-sessions", "service-sessions.previous"}
    assert after["service-sessions"] == before["service-sessions.previous"]
    assert "upload_layer_part" not in fleet.world.wire.calls[calls:]


def test_a_rollback_of_a_rollback_goes_forward_again(fleet: Fleet):
    digests = []
    for number in (1, 2):
        fleet.release("sessions", number)
        fleet.promote(service="sessions")
        digests.append(fleet.world.tags["service-sessions"])
    for expected in (digests[0], digests[1], digests[0]):
        assert fleet.promote(service="sessions", rollback=True) == 0
        assert fleet.world.tags["service-sessions"] == expected


def test_a_channel_goes_to_any_digest_that_is_there(fleet: Fleet):
    digests = []
    for number in (1, 2, 3):
        fleet.release("sessions", number)
        fleet.promote(service="sessions")
        digests.append(fleet.world.tags["service-sessions"])
    assert fleet.promote(service="sessions", to=digests[0]) == 0
    assert fleet.world.tags == {"service-sessions": digests[0], "service-sessions.previous": digests[2]}


def test_a_service_that_no_file_names_any_more_is_rolled_back_by_its_tag(fleet: Fleet):
    for number in (1, 2):
        fleet.release("sessions", number)
        fleet.promote(service="sessions")
    old = fleet.world.tags["service-sessions.previous"]
    for file in ("services/flights.yaml", "placements.yaml"):
        text = (fleet.folder / file).read_text()
        (fleet.folder / file).write_text(text.replace("sessions", "logins"))
    (fleet.folder / "images/sessions.yaml").rename(fleet.folder / "images/logins.yaml")
    assert fleet.promote(service="sessions", rollback=True) == 2
    assert fleet.promote(channel="service-sessions", rollback=True) == 0
    assert fleet.world.tags["service-sessions"] == old


def test_releases_of_different_services_run_side_by_side(fleet: Fleet):
    """The second begins and ends while the first is between its blobs and its tag."""
    fleet.release("sessions", 1)
    fleet.release("flights-pricing", 1)
    codes: list[int] = []
    fleet.world.wire.before["put_image"] = lambda: codes.append(fleet.promote(service="flights-pricing"))
    codes.append(fleet.promote(service="sessions"))
    assert codes == [0, 0]
    assert fleet.world.tags.keys() == {"service-sessions", "service-flights-pricing"}
    assert all(fleet.world.holds(digest) for digest in fleet.world.tags.values())


def test_two_promotions_of_one_channel_do_not_overrule_each_other(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    fleet.promote(service="sessions")

    def faster() -> None:
        fleet.release("sessions", 2)
        assert fleet.promote(service="sessions") == 0

    fleet.release("sessions", 1)
    fleet.world.wire.before["initiate_layer_upload"] = faster
    assert fleet.promote(service="sessions") == 3
    stands = fleet.world.tags["service-sessions"]
    assert capsys.readouterr().err.startswith(f"refused: service-sessions names {stands} by now, and named sha256:")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"dry_run": True}, "nothing was changed: --dry-run"),
        ({"yes": False}, "nothing was changed: read-only without --yes"),
        ({"answer": False}, "nothing was changed"),
    ],
    ids=["dry-run", "nobody-there", "no"],
)
def test_nothing_is_sent_without_consent(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], options: dict[str, Any], said: str
):
    assert fleet.promote(platform=True, **options) == 0
    assert fleet.world.wire.writes == []
    assert capsys.readouterr().out.splitlines()[-1] == said


def test_a_person_is_asked_once_and_by_name(fleet: Fleet):
    assert fleet.promote(platform=True, answer=True) == 0
    assert fleet.asked == ["Move platform of use1-z?"]
    assert "platform" in fleet.world.tags


def test_the_plan_names_every_step_before_it_is_taken(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    fleet.promote(service="sessions")
    old = fleet.world.tags["service-sessions"]
    fleet.release("sessions", 1)
    capsys.readouterr()
    assert fleet.promote(service="sessions", dry_run=True, as_json=True) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["current"] == old
    steps = [step.partition(" sha256:")[0] for step in plan["steps"]]
    # The configuration of bundles is one and the same, and there since the first.
    assert steps == ["send", "send the manifest", "remember", "move service-sessions to"]
    assert plan["objects"] == {"added": [], "removed": [], "changed": ["Deployment sessions/sessions"]}
    fleet.promote(service="sessions")
    assert fleet.world.tags["service-sessions"] == plan["target"]


def test_a_gate_sees_both_bundles_and_stops_everything(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    fleet.promote(service="sessions")
    seen: list[Any] = []

    def gate(change: Any, of: Any, today: Any) -> list[str]:
        old, new = (sum(map(len, files.values())) for files in (change.old, change.new))
        seen.append((change.cell, change.channel, old > 5, new > 5, of.name, today))
        return ["the namespace would go"]

    monkeypatch.setattr(gates, "GATES", (gate,))
    fleet.release("sessions", 1)
    before, writes = fleet.world.tags, len(fleet.world.wire.writes)
    assert fleet.promote(service="sessions") == 3
    assert seen == [("use1-z", "service-sessions", True, True, "skyline", TODAY)]
    assert fleet.world.tags == before
    assert len(fleet.world.wire.writes) == writes
    captured = capsys.readouterr()
    assert "against it: the namespace would go" in captured.out
    assert captured.err == "refused: nothing was changed\n"
    assert fleet.promote(service="sessions", rollback=True) == 2  # nothing before it, so no gate was asked
    assert len(seen) == 1


def test_a_gate_is_not_asked_about_what_stands_already(fleet: Fleet, monkeypatch: pytest.MonkeyPatch):
    fleet.promote(platform=True)
    monkeypatch.setattr(gates, "GATES", (lambda change, of, today: ["no"],))
    assert fleet.promote(platform=True) == 0


def test_a_tag_never_names_what_was_made_for_another_channel(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    fleet.promote(service="sessions")
    fleet.promote(service="flights-pricing")
    before = fleet.world.tags
    assert fleet.promote(service="sessions", to=before["service-flights-pricing"]) == 3
    assert fleet.world.tags == before
    said = f"{before['service-flights-pricing']} was made for use1-z service-flights-pricing, and not for use1-z service-sessions"
    assert said in capsys.readouterr().out


NOWHERE = f"sha256:{'0' * 64}"


@pytest.mark.parametrize(
    ("wish", "said"),
    [
        ({}, "say what: --platform, --service NAME, or --channel TAG"),
        ({"platform": True, "service": "sessions"}, "say what: --platform"),
        ({"platform": True, "cell": "use1-y"}, "--cell use1-y: no such cell stands in this fleet; did you mean use1-z?"),
        ({"service": "session"}, "--service session: no such service is in this fleet; did you mean sessions?, or"),
        ({"channel": "latest", "rollback": True}, "--channel latest: is no channel"),
        ({"channel": "service-gone"}, "--channel service-gone: no file makes its bundle; say --rollback or --to"),
        ({"platform": True, "to": "v1"}, "--to v1: is no digest; write sha256: and 64"),
        ({"platform": True, "to": NOWHERE, "rollback": True}, "--to and --rollback: give one of them"),
        ({"platform": True, "to": NOWHERE}, f"skyline/cells/use1-z: {NOWHERE} is not there; bundles expire when"),
        ({"platform": True, "rollback": True}, "skyline/cells/use1-z: platform named nothing before; name a digest"),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_one_sentence_and_exit_code_2(
    fleet: Fleet, capsys: pytest.CaptureFixture[str], wish: dict[str, Any], said: str
):
    assert fleet.promote(**wish) == 2
    captured = capsys.readouterr()
    assert captured.err.startswith(said)
    assert captured.err.count("\n") == 1
    assert fleet.world.wire.writes == []


def test_a_registry_that_is_not_deployed_says_what_to_deploy(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    fleet.world.client.delete_repository(repositoryName=fleet.world.repository, force=True)
    assert fleet.promote(platform=True) == 2
    assert capsys.readouterr().err.endswith("; deploy skyline-use1-registry first\n")


def test_a_registry_that_may_not_be_read_is_exit_code_2(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    fleet.world.wire.breaks = lambda _number, name: refused("AccessDeniedException", name)
    assert fleet.promote(platform=True) == 2
    expected = "skyline/cells/use1-z: batch_get_image: AccessDeniedException: says the registry\n"
    assert capsys.readouterr().err == expected


def test_a_damaged_bundle_is_not_sent(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    fleet.promote(service="sessions", dry_run=True)
    for blob in fleet.out.glob("*/*/blobs/sha256/*"):
        blob.write_bytes(blob.read_bytes() + b"x")
    capsys.readouterr()
    assert fleet.promote(service="sessions") == 2
    assert "is not what its digest says" in (said := capsys.readouterr().err)
    assert said.endswith("make it again with `hypercell bundle --fresh`\n")
    assert fleet.world.wire.writes == []


def test_a_cell_is_never_told_to_pull_what_the_registry_has_not(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    fleet.release("sessions", 7)
    fleet.world.wire.absent = {f"sha256:{7:064x}"}
    assert fleet.promote(service="sessions") == 3
    assert fleet.world.wire.writes == []
    said = f"against it: services/sessions@sha256:{7:064x} is not in the region's registry; push it"
    assert said in capsys.readouterr().out
    fleet.world.wire.absent = set()
    assert fleet.promote(service="sessions") == 0


def test_a_rollback_to_an_image_that_expired_is_refused(fleet: Fleet):
    for number in (1, 2):
        fleet.release("sessions", number)
        fleet.promote(service="sessions")
    before = fleet.world.tags
    fleet.world.wire.absent = {f"sha256:{1:064x}"}
    assert fleet.promote(service="sessions", rollback=True) == 3
    assert fleet.world.tags == before


def test_a_platform_whose_charts_are_no_digests_is_refused(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    (fleet.folder / "mirror.yaml").unlink()
    assert fleet.promote(platform=True) == 3
    assert fleet.world.wire.writes == []
    out = capsys.readouterr().out
    assert "argo-cd 10.3.0, " in out
    assert "named by version; fill the mirror, then `hypercell mirror --record`" in out


def test_a_fleet_that_breaks_rules_is_not_promoted(fleet: Fleet):
    from fleet.problem import FleetError

    (fleet.folder / "images" / "sessions.yaml").unlink()
    with pytest.raises(FleetError):
        fleet.promote(platform=True)
    assert fleet.world.wire.calls == []
