"""Generated parts of the pages are fresh, and markers that vanish are noticed."""

from pathlib import Path

import pytest

from ops.docs import GENERATED, refreshed

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", GENERATED)
def test_what_the_pages_say_is_what_the_code_says(name):
    page, make = GENERATED[name]
    text = (ROOT / page).read_text(encoding="utf-8")
    assert refreshed(text, name, make()) == text, "run `make docs`"


def test_a_page_without_markers_is_refused():
    with pytest.raises(LookupError, match="no markers for 'prices'"):
        refreshed("# A page\n", "prices", "")


def test_every_field_of_the_fleet_file_is_explained():
    page, make = GENERATED["fleet-file"]
    silent = [line for line in make().splitlines() if line.startswith("| `") and line.endswith("|  |")]
    assert not silent, f"fields of {page} without a meaning"
