"""A registry that refuses, or dies in the middle: the tag names the old bundle or the new one, whole, and the same
command goes on where the one before it stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fleet import names
from fleet.load import load, read_folder
from fleet.model import Fleet as Model
from k8s import bundling
from ops.promotion.act import Stopped, act
from ops.promotion.layout import Layout
from ops.promotion.looking import Wish, look
from ops.promotion.plan import decide
from ops.promotion.registry import ATTEMPTS, Refused, Registry
from tests.ops.promotion.conftest import BLUEPRINT, CELL, TODAY, Fleet
from tests.ops.promotion.world import PART, World, died, refused, registry

Breaks = Callable[[int, str], Exception | None]
FLEET = load(BLUEPRINT)
CHANNEL = "service-sessions"
HOST = names.registry(FLEET.cell(CELL).region)
FIRST_LINE = "skyline/cells/use1-z: "


def after(count: int, name: str, error: Exception, *, times: int = 10_000) -> Breaks:
    """An error for every call of a name but the first so many."""
    seen = iter(range(10_000))

    def breaks(_number: int, called: str) -> Exception | None:
        if called != name:
            return None
        number = next(seen)
        return error if count <= number < count + times else None

    return breaks


def sent(fleet: Fleet, name: str) -> int:
    return fleet.world.wire.calls.count(name)


@pytest.mark.parametrize(
    "name", ["batch_check_layer_availability", "initiate_layer_upload", "upload_layer_part", "complete_layer_upload"]
)
def test_a_refused_layer_moves_no_tag_and_says_who_said_no(fleet: Fleet, capsys: pytest.CaptureFixture[str], name: str):
    fleet.promote(service="sessions")
    before = fleet.world.tags
    fleet.release("sessions", 1)
    fleet.world.wire.breaks = after(0, name, refused("KmsException", name))
    code = fleet.promote(service="sessions")
    assert code == (2 if name.startswith("batch") else 1)
    assert fleet.world.tags == before
    said = capsys.readouterr().err
    assert said.startswith(f"{FIRST_LINE}{name}: KmsException: says the registry")
    assert "Traceback" not in said


def test_a_connection_that_dies_in_the_middle_of_a_layer_leaves_the_tag_and_the_next_run_finishes(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
):
    fleet.world.wire.breaks = after(3, "upload_layer_part", died("part"))
    assert fleet.promote(service="sessions") == 1
    assert fleet.world.tags == {}
    said = capsys.readouterr().err
    assert said.startswith(f"{FIRST_LINE}upload_layer_part: Connection was closed")
    assert said.endswith("The tag service-sessions was not moved; run the same command again, it sends what lacks\n")

    fleet.world.wire.breaks = lambda _number, _name: None
    begun = sent(fleet, "initiate_layer_upload")
    assert fleet.promote(service="sessions") == 0
    assert sent(fleet, "initiate_layer_upload") == begun + 1, "the configuration is there and was not sent again"
    assert fleet.world.holds(fleet.world.tags["service-sessions"])


def test_a_connection_that_dies_once_is_taken_up_with_the_next_byte(fleet: Fleet):
    """Within the run: no part that arrived is sent twice, and no upload is begun anew."""
    fleet.promote(service="sessions", dry_run=True)
    fleet.world.wire.breaks = after(2, "upload_layer_part", died("part"), times=1)
    assert fleet.promote(service="sessions") == 0
    layer = max(file.stat().st_size for file in fleet.out.glob("*/*/blobs/sha256/*"))
    assert sent(fleet, "initiate_layer_upload") == 2
    assert sent(fleet, "upload_layer_part") == 1 + -(-layer // PART) + 1
    assert fleet.world.holds(fleet.world.tags["service-sessions"])


def test_a_part_whose_answer_was_lost_is_not_sent_twice(fleet: Fleet):
    fleet.world.wire.late = True
    fleet.world.wire.breaks = after(2, "upload_layer_part", died("part"), times=1)
    assert fleet.promote(service="sessions") == 0
    assert sent(fleet, "initiate_layer_upload") == 2
    assert fleet.world.holds(fleet.world.tags["service-sessions"])


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
def test_an_upload_whose_end_was_not_heard_is_ended_or_begun_anew(fleet: Fleet, late: bool):
    fleet.world.wire.late = late
    fleet.world.wire.breaks = after(1, "complete_layer_upload", died("complete"), times=1)
    assert fleet.promote(service="sessions") == 0
    assert fleet.world.holds(fleet.world.tags["service-sessions"])


def test_an_upload_that_the_registry_forgot_is_begun_anew(fleet: Fleet):
    fleet.world.wire.breaks = after(2, "upload_layer_part", refused("UploadNotFoundException"), times=1)
    assert fleet.promote(service="sessions") == 0
    assert sent(fleet, "initiate_layer_upload") == 3
    assert fleet.world.holds(fleet.world.tags["service-sessions"])


def test_patience_has_an_end(fleet: Fleet):
    fleet.world.wire.breaks = after(0, "upload_layer_part", died("part"))
    assert fleet.promote(service="sessions") == 1
    assert sent(fleet, "upload_layer_part") == ATTEMPTS


@pytest.mark.parametrize("number", [0, 1, 2], ids=["manifest", "previous", "tag"])
def test_a_refused_manifest_or_tag_leaves_the_channel(fleet: Fleet, capsys: pytest.CaptureFixture[str], number: int):
    fleet.promote(service="sessions")
    before = fleet.world.tags["service-sessions"]
    fleet.release("sessions", 1)
    fleet.world.wire.breaks = after(number, "put_image", refused("LimitExceededException", "put_image"))
    assert fleet.promote(service="sessions") == 1
    assert fleet.world.tags["service-sessions"] == before
    assert "put_image: LimitExceededException: says the registry. The tag" in capsys.readouterr().err


def test_a_tag_whose_answer_was_lost_is_read_back_and_found_moved(fleet: Fleet):
    fleet.world.wire.late = True
    fleet.world.wire.breaks = after(1, "put_image", died("put_image"))
    assert fleet.promote(service="sessions") == 0
    assert fleet.world.holds(fleet.world.tags["service-sessions"])


def test_a_tag_that_cannot_be_read_back_is_never_called_done(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    fleet.promote(service="sessions")
    fleet.release("sessions", 1)

    def breaks(_number: int, name: str) -> Exception | None:
        put = fleet.world.wire.writes.count("put_image") == 5
        return died(name) if name == "batch_get_image" and put else None

    fleet.world.wire.breaks = breaks
    assert fleet.promote(service="sessions") == 1
    captured = capsys.readouterr()
    assert "Whether the tag service-sessions was moved cannot be read back; run the same command again" in captured.err
    assert "done" not in captured.out.splitlines()[-1]


def test_a_tag_that_did_not_move_is_not_called_done_whatever_the_registry_said(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
):
    wire = fleet.world.wire
    do = wire._do
    wire._do = lambda name, said: {} if said.get("imageTag") == CHANNEL and name == "put_image" else do(name, said)  # type: ignore[method-assign]
    assert fleet.promote(service="sessions") == 1
    assert "it names nothing. The tag service-sessions was not moved" in capsys.readouterr().err


def test_a_tag_whose_move_died_on_the_way_is_read_back_and_found_where_it_was(
    fleet: Fleet, capsys: pytest.CaptureFixture[str]
):
    fleet.world.wire.breaks = after(1, "put_image", died("put_image"), times=1)
    assert fleet.promote(service="sessions") == 1
    assert "put_image: Connection was closed" in (said := capsys.readouterr().err)
    assert "The tag service-sessions was not moved" in said
    assert fleet.promote(service="sessions") == 0


def test_what_a_layer_arrives_as_is_counted_by_the_registry(fleet: Fleet, capsys: pytest.CaptureFixture[str]):
    wire = fleet.world.wire
    do = wire._do

    def another(name: str, arguments: dict[str, Any]) -> Any:
        answer = do(name, arguments)
        return {**answer, "layerDigest": f"sha256:{'1' * 64}"} if name == "complete_layer_upload" else answer

    wire._do = another  # type: ignore[method-assign]
    assert fleet.promote(service="sessions") == 1
    assert "complete_layer_upload: it received sha256:1111" in capsys.readouterr().err
    assert fleet.world.tags == {}


def promoted(world: World, layout: Layout, wish: Wish) -> bool:
    """Look, decide, act; whether it came to its end. The verb, without a person and without making bundles."""
    registry = Registry(world.wire, world.repository)
    try:
        plan = decide(
            FLEET, FLEET.cell(CELL), CHANNEL, look(CHANNEL, wish, registry, layout, lambda: None, host=HOST), TODAY
        )
        if plan.moves:
            act(plan, registry, layout.blob, lambda _said: None)
    except (Refused, Stopped):
        return False
    return True


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory) -> list[Layout]:
    """Layouts of two releases of one service."""
    made = []
    for number in (1, 2):
        tree = read_folder(BLUEPRINT).tree
        tree["images"]["sessions"]["digest"] = f"sha256:{number:064x}"
        out = tmp_path_factory.mktemp("release")
        bundling.bundle(Model.model_validate(tree), out)
        made.append(Layout(out / "use1" / "z"))
    return made


@pytest.mark.parametrize("late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("error", [died("call"), refused("ServerException")], ids=["dies", "refuses"])
def test_wherever_it_breaks_the_tag_is_whole_and_the_next_run_finishes(
    tmp_path: Path, releases: list[Layout], late: bool, error: Exception
):
    """Every call of a promotion breaks, and all after it: the channel names the old or the new, with all its blobs."""
    wish, whole, number = Wish(cell=CELL, service="sessions"), False, 0
    while not whole:
        folder = tmp_path / str(number)
        folder.mkdir()
        with registry(FLEET.cell(CELL), folder) as world:
            assert promoted(world, releases[0], wish)
            old, begun = world.tags[CHANNEL], len(world.wire.calls)
            world.wire.late = late
            world.wire.breaks = lambda count, _name, end=begun + number: error if count >= end else None
            whole = promoted(world, releases[1], wish)
            assert world.holds(world.tags[CHANNEL])
            assert world.tags[CHANNEL] != old or not whole
            world.wire.breaks = lambda _count, _name: None
            assert promoted(world, releases[1], wish)
            assert world.tags[CHANNEL] != old
            assert world.holds(world.tags[CHANNEL])
            assert promoted(world, releases[1], Wish(cell=CELL, service="sessions", rollback=True))
            assert world.tags[CHANNEL] == old
        number += 1
    assert number > 12
