"""What is promoted is what was stored, byte for byte, and the delta gate is asked once more."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fleet.load import load
from ops import bundle
from ops.rollout.bundles import Bundles, NotPromoted
from tests.ops.promotion.conftest import in_this_process
from tests.ops.promotion.world import World, died, registry

CELL = "use1-z"
TODAY = date(2026, 11, 25)


class Place:
    """An assembly, its bundles, and the registry of its one cell."""

    def __init__(self, assembly: Path, out: Path, world: World) -> None:
        self.assembly, self.world = assembly, world
        self.fleet = load(assembly / "blueprint")
        self.bundles = Bundles(assembly, out, self.fleet, lambda _role: lambda *_place: world.wire)

    def make(self) -> dict[tuple[str, str], str]:
        return self.bundles.wanted()

    def promote(self, channel: str) -> None:
        self.bundles.promote(CELL, channel, TODAY, lambda _said: None)


@pytest.fixture
def place(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    def made(blueprint: Path, out: Path) -> Any:
        return in_this_process(blueprint, out, cells=[CELL], services=["sessions"], platform=True)

    monkeypatch.setattr(bundle, "make", made)
    assembly = shutil.copytree(stored, tmp_path / "assembly")
    with registry(load(assembly / "blueprint").cell(CELL), tmp_path) as world:
        yield Place(assembly, tmp_path / "bundles", world)


def test_a_channel_names_the_assemblys_bundle_afterwards_and_a_second_time_nothing_is_written(place: Place):
    wanted = place.make()
    place.promote("platform")
    assert place.world.tags == {"platform": wanted[CELL, "platform"]}
    writes = len(place.world.wire.writes)
    place.promote("platform")
    assert len(place.world.wire.writes) == writes


@pytest.mark.parametrize("channel", ["platform", "service-sessions"])
def test_a_bundle_that_is_not_what_was_stored_is_not_promoted(place: Place, channel: str):
    place.make()
    stored = place.assembly / "dist/use1/z"
    file = stored / "services/sessions.yaml" if channel != "platform" else sorted((stored / "platform").glob("*"))[0]
    file.write_text(file.read_text() + "# another day\n")
    with pytest.raises(NotPromoted, match=rf"^{CELL} {channel}: the code that runs makes another bundle than the one"):
        place.promote(channel)
    assert place.world.wire.writes == []


def test_a_manifest_that_only_the_assembly_has_is_missed(place: Place):
    place.make()
    (place.assembly / "dist/use1/z/platform/more.yaml").write_text("kind: ConfigMap\n")
    with pytest.raises(NotPromoted, match="makes another bundle"):
        place.promote("platform")


def test_an_image_that_the_region_lacks_is_not_promoted(place: Place):
    place.make()
    place.world.wire.absent.add(place.fleet.images["sessions"].digest)
    with pytest.raises(NotPromoted, match="is not in the region's registry"):
        place.promote("service-sessions")
    assert place.world.tags == {}


def test_a_line_that_goes_dead_stops_the_wave_and_says_where(place: Place):
    place.make()
    place.world.wire.breaks = lambda _number, name: died(name) if name == "put_image" else None
    with pytest.raises(NotPromoted, match=rf"^{CELL} platform: .*run the same command again"):
        place.promote("platform")
    assert place.world.tags == {}
