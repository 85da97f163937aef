"""Golden files: what was accepted, beside what is. `make goldens` accepts what is."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """`golden("edge/edge-dns.txt", text)`: equal to the accepted file, or the difference is the error."""

    def compare(name: str, text: str) -> None:
        file = HERE / name
        if request.config.getoption("--accept-goldens"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            return
        accepted = file.read_text(encoding="utf-8") if file.exists() else ""
        changed = list(difflib.unified_diff(accepted.splitlines(), text.splitlines(), name, "now", lineterm="", n=0))
        if accepted != text:
            pytest.fail("\n".join([*changed[:60], "`make goldens` accepts what is; review its diff"]), pytrace=False)

    return compare
