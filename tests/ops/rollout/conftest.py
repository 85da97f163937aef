"""Day one as a stored assembly: made once, never changed."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.stored import store

PROJECT = Path(__file__).parents[3]


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of the assembly."""
    folder = tmp_path_factory.mktemp("stored") / "assembly"
    store(folder, PROJECT / "blueprints/day-one")
    return folder
