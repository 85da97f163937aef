"""A blueprint with small edits, and what the loader says to it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from fleet.load import load_with_warnings
from fleet.problem import FleetError

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"

Edit = tuple[str, str, str]
"""File, a text in it, and what stands there instead."""
Expected = tuple[str, str, str]
"""File, the first line of the edited file that holds this text, and the rest of the message. "" is: no line."""


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[str, list[Edit]], Path]:
    """A copy of a blueprint with edits; each must find its text, so that a case cannot pass by touching nothing."""

    def edit(blueprint: str, edits: list[Edit]) -> Path:
        folder = tmp_path / blueprint
        shutil.copytree(BLUEPRINTS / blueprint, folder)
        for name, old, new in edits:
            file = folder / name
            text = file.read_text() if file.exists() else ""
            assert old in text, f"{old!r} does not stand in {name}"
            file.parent.mkdir(exist_ok=True)
            file.write_text(text.replace(old, new, 1) if old else new)
        return folder

    return edit


@pytest.fixture
def said(edited: Callable[[str, list[Edit]], Path]) -> Callable[..., list[str]]:
    """Everything the loader says to an edited blueprint, with paths as seen from the folder."""

    def say(blueprint: str, edits: list[Edit], today: date | None = None) -> list[str]:
        folder = edited(blueprint, edits)
        try:
            problems = load_with_warnings(folder, today=today).warnings
        except FleetError as error:
            problems = error.problems
        return [str(problem).replace(f"{folder}/", "") for problem in problems]

    return say


@pytest.fixture
def expect(tmp_path: Path) -> Callable[[str, list[Expected]], list[str]]:
    """The expected lines with the numbers that the edited files give them."""

    def numbered(blueprint: str, expected: list[Expected]) -> list[str]:
        lines = []
        for name, at, message in expected:
            if not at:
                lines.append(f"{name}: {message}")
                continue
            text = (tmp_path / blueprint / name).read_text()
            assert at in text, f"{at!r} does not stand in {name}"
            lines.append(f"{name}:{text[: text.index(at)].count(chr(10)) + 1}: {message}")
        return lines

    return numbered
