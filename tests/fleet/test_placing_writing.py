"""placements.yaml with other cells in it: lines that say nothing new stay, and the file says what was proposed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fleet import yamlfile
from fleet.placing.writing import fresh, updated

TEXT = """\
# yaml-language-server: $schema=../../schemas/placements.schema.json
# Ours.

us-east-1:            # the first
  sessions: [a, b, c]   # near the caches
  # Above the one it is about.
  egressor:
    - a
    - b   # on a list of its own
  "slipstream": [ a,c ]

us-west-2:
  sessions: [b]
"""


def says(text: str):
    return yamlfile.parse(text, "placements.yaml").content


def test_what_says_nothing_new_is_the_same_to_the_byte():
    same = {"us-east-1": {"sessions": ("a", "b", "c"), "egressor": ("a", "b"), "slipstream": ("a", "c")}}
    assert updated(TEXT, same) == (TEXT, True)
    assert updated(TEXT, {}) == (TEXT, True)


def test_a_changed_list_changes_its_line_and_keeps_the_comment_behind_it():
    wanted = {"us-east-1": {"sessions": ("a", "d"), "egressor": ("a", "b"), "slipstream": ("a", "c")}}
    assert updated(TEXT, wanted) == (TEXT.replace("[a, b, c]", "[a, d]"), True)


def test_a_quoted_name_stays_quoted():
    wanted = {"us-east-1": {"sessions": ("a", "b", "c"), "egressor": ("a", "b"), "slipstream": ("b",)}}
    assert updated(TEXT, wanted) == (TEXT.replace("[ a,c ]", "[b]"), True)


def test_a_list_over_several_lines_becomes_one_line():
    wanted = {"us-east-1": {"sessions": ("a", "b", "c"), "egressor": ("c",), "slipstream": ("a", "c")}}
    before = "  egressor:\n    - a\n    - b   # on a list of its own\n"
    assert updated(TEXT, wanted) == (TEXT.replace(before, "  egressor: [c]\n"), True)


def test_a_new_service_stands_behind_the_one_before_it_in_the_services_files():
    wanted = {
        "us-east-1": {
            "fares": ("a",),
            "sessions": ("a", "b", "c"),
            "hotels": ("a",),
            "cars": ("b",),
            "egressor": ("a", "b"),
            "slipstream": ("a", "c"),
        }
    }
    text, kept = updated(TEXT, wanted)
    assert kept
    expected = TEXT.replace("# the first\n", "# the first\n  fares: [a]\n")
    caches = "# near the caches\n"
    assert text == expected.replace(caches, f"{caches}  hotels: [a]\n  cars: [b]\n")


def test_a_service_that_is_gone_takes_its_line_along():
    wanted = {"us-east-1": {"sessions": ("a", "b", "c"), "slipstream": ("a", "c")}}
    gone = "  egressor:\n    - a\n    - b   # on a list of its own\n"
    assert updated(TEXT, wanted) == (TEXT.replace(gone, ""), True)


def test_a_new_region_stands_at_the_end():
    assert updated(TEXT, {"eu-west-1": {"sessions": ("a",)}}) == (TEXT + "eu-west-1:\n  sessions: [a]\n", True)


def test_lines_end_as_they_did():
    text = TEXT.replace("\n", "\r\n")
    wanted = {"us-west-2": {"sessions": ("c",)}}
    assert updated(text, wanted) == (text.replace("[b]", "[c]"), True)


@pytest.mark.parametrize(
    "text",
    [
        "# Ours.\nus-east-1: {sessions: [a, b]}\nus-west-2: {sessions: [a]}\n",
        "# Ours.\nus-east-1: &all\n  sessions: [a, b]\nus-west-2: *all\n",
        "# Ours.\nus-east-1:\n  sessions: &here [a, b]\nus-west-2:\n  sessions: *here\n",
    ],
    ids=["a region on one line", "a region that repeats another", "a list that repeats another"],
)
def test_what_cannot_be_edited_by_lines_is_written_anew_below_its_first_comments(text):
    new, kept = updated(text, {"us-east-1": {"sessions": ("c",)}})
    assert not kept
    assert new.startswith("# Ours.\nus-east-1:\n  sessions: [c]\nus-west-2:\n")
    assert says(new) == {**says(text), "us-east-1": {"sessions": ["c"]}}


KEYS = st.sampled_from(["a", "b", "c", "on", "true", "null", "y1"])
NAMES = st.sampled_from(["sessions", "egressor", "fares", "true", "slipstream"])
REGIONS = st.sampled_from(["us-east-1", "us-west-2", "eu-west-1"])
PLACEMENTS = st.dictionaries(
    REGIONS, st.dictionaries(NAMES, st.lists(KEYS, min_size=1, unique=True), min_size=1), min_size=1
)


@given(PLACEMENTS, PLACEMENTS)
def test_whatever_stood_there_the_file_says_what_was_proposed_and_is_left_alone_then(before, wanted):
    text, _ = updated(fresh(before), wanted)
    assert says(text) == {**before, **wanted}
    assert updated(text, wanted) == (text, True)
