"""The blueprints as the guard sees them, read once."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ops.diff.folder import read
from ops.diff.parsed import Parsed
from ops.guard.snapshot import Snapshot

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"


@pytest.fixture(scope="session")
def standing(whole: Callable[[str], Any]) -> Callable[[str], Snapshot]:
    """`standing("growth")`: a whole blueprint as it would stand."""
    parsed = Parsed()

    @cache
    def of(name: str) -> Snapshot:
        return read(whole(name).templates, parsed=parsed, origin=name, blueprint=BLUEPRINTS / name)

    return of


@pytest.fixture(scope="session")
def big(standing: Callable[[str], Snapshot]) -> Snapshot:
    """The hypergrowth fleet."""
    return standing("hypergrowth")
