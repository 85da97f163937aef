"""A day-one fleet on disk, its bundles, and the registry of its one cell."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fleet.load import load
from k8s import bundling
from ops import bundle, promote
from ops.bundle import Bundled
from ops.promotion.looking import Wish
from tests.ops.promotion.world import World, registry

BLUEPRINT = Path(__file__).parents[3] / "blueprints" / "day-one"
CELL = "use1-z"
TODAY = date(2026, 11, 25)


class Fleet:
    """A folder that can be edited, and the verb on it."""

    def __init__(self, folder: Path, world: World) -> None:
        self.folder, self.world, self.out = folder / "fleet", world, folder / "bundles"
        shutil.copytree(BLUEPRINT, self.folder)
        self.asked: list[str] = []

    def release(self, service: str, number: int) -> None:
        """Another image of a service: one line of one file."""
        file = self.folder / "images" / f"{service}.yaml"
        lines = [line for line in file.read_text().splitlines() if not line.startswith("digest")]
        file.write_text("\n".join([*lines, f"digest: sha256:{number:064x}"]) + "\n")

    def promote(self, answer: bool | None = None, **said: Any) -> int:
        """The exit code. `answer`: what a person at a terminal says; None: nobody is there."""
        options = {"yes": answer is None, "dry_run": False, "as_json": False}
        options |= {key: said.pop(key) for key in list(said) if key in options}

        def ask(question: str) -> bool:
            self.asked.append(question)
            return bool(answer)

        return promote.show(
            self.folder,
            Wish(cell=said.pop("cell", CELL), **said),
            out=self.out,
            today=TODAY,
            role=None,
            clients_as=lambda role: lambda service, account, region: self.world.wire,
            ask=None if answer is None else ask,
            **options,
        )


def in_this_process(blueprint: Path, out: Path, *, cells: Any, services: Any, platform: bool) -> list[Bundled]:
    """`ops.bundle.make` without a child process."""
    channels = [*(["platform"] if platform else []), *(f"service-{service}" for service in services)]
    scope = bundling.Scope(tuple(cells), tuple(channels))
    return [Bundled(**asdict(one)) for one in bundling.bundle(load(blueprint), out, scope)]


@pytest.fixture
def fleet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Fleet]:
    monkeypatch.setattr(bundle, "make", in_this_process)
    with registry(load(BLUEPRINT).cell(CELL), tmp_path) as world:
        yield Fleet(tmp_path, world)
