"""A bundle that takes away what stands is not promoted, whichever way it comes, unless the files say so."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from k8s import service
from tests.ops.promotion.conftest import Fleet

SENTENCE = "Namespace sessions: would no longer be in the bundle; everything in it would go along (remove)"
EXCEPTION = """\
action: remove
resources: [Namespace sessions]
cells: [use1-z]
reason: replaced
who: platform@skyline.example
until: "{until}"
"""


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch, fleet: Fleet) -> Callable[[], None]:
    """Break the template: services' bundles have no Namespace from then on."""
    whole = service.hosted

    def breaks() -> None:
        monkeypatch.setattr(service, "hosted", lambda *of: [one for one in whole(*of) if one["kind"] != "Namespace"])
        fleet.release("sessions", 7)  # what is released with it

    return breaks


def allow(fleet: Fleet, until: str) -> None:
    (fleet.folder / "exceptions").mkdir(exist_ok=True)
    (fleet.folder / "exceptions" / "retire-sessions.yaml").write_text(EXCEPTION.format(until=until))


def test_a_lost_namespace_is_refused_before_anything_is_sent(
    fleet: Fleet, broken: Callable[[], None], capsys: pytest.CaptureFixture[str]
):
    fleet.promote(service="sessions")
    tags, writes = fleet.world.tags, len(fleet.world.wire.writes)
    broken()
    assert fleet.promote(service="sessions") == 3
    assert (fleet.world.tags, len(fleet.world.wire.writes)) == (tags, writes)
    out = capsys.readouterr().out
    assert f"against it: {SENTENCE}" in out
    assert "against it: if this is meant, say so in exceptions/<id>.yaml" in out


def test_only_an_exception_that_holds_today_lets_it_pass(fleet: Fleet, broken: Callable[[], None]):
    fleet.promote(service="sessions")
    broken()
    allow(fleet, "2026-11-24")
    assert fleet.promote(service="sessions") == 3
    allow(fleet, "2026-11-25")
    assert fleet.promote(service="sessions") == 0


@pytest.mark.parametrize("way", [{"to": True}, {"rollback": True}], ids=["--to", "--rollback"])
def test_a_bundle_that_the_registry_has_already_is_no_way_around(
    fleet: Fleet, broken: Callable[[], None], way: dict[str, Any]
):
    fleet.promote(service="sessions")
    broken()
    allow(fleet, "2026-11-25")
    fleet.promote(service="sessions")
    wiping = fleet.world.tags["service-sessions"]
    assert fleet.promote(service="sessions", rollback=True) == 0  # the namespace comes back
    allow(fleet, "2026-11-24")
    tags = fleet.world.tags
    assert fleet.promote(service="sessions", **(way | ({"to": wiping} if "to" in way else {}))) == 3
    assert fleet.world.tags == tags


def test_a_tag_that_somebody_took_away_does_not_make_the_next_bundle_the_first(
    fleet: Fleet, broken: Callable[[], None]
):
    for number in (1, 2):
        fleet.release("sessions", number)
        fleet.promote(service="sessions")
    fleet.world.client.batch_delete_image(
        repositoryName=fleet.world.repository, imageIds=[{"imageTag": "service-sessions"}]
    )
    assert "service-sessions" not in fleet.world.tags
    broken()
    assert fleet.promote(service="sessions") == 3
