"""Kubernetes leaves support on a day: `validate --today` says so ahead of it, and nobody else looks at a clock."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fleet.kubernetes import DAYS_AHEAD, STANDARD_SUPPORT_ENDS
from fleet.load import load_with_warnings

END = STANDARD_SUPPORT_ENDS["1.35"]
FIELD = "releases.2026-11.kubernetes"


@pytest.mark.parametrize(
    ("today", "said_of_it"),
    [
        (END - timedelta(days=DAYS_AHEAD + 1), []),
        (END - timedelta(days=DAYS_AHEAD), [f"warning: {FIELD}: 1.35 leaves standard support on {END}, in 90 days; move to 1.36"]),
        (END, [f"warning: {FIELD}: 1.35 leaves standard support on {END}, in 0 days; move to 1.36"]),
        (END + timedelta(days=1), [f"{FIELD}: 1.35 left standard support on {END}; move to 1.36, extended support costs six times as much"]),
    ],
)  # fmt: skip
def test_a_version_that_ends_is_a_warning_and_one_that_ended_an_error(said, expect, today, said_of_it):
    lines = [("fleet.yaml", "kubernetes:", message) for message in said_of_it]
    assert said("day-one", [], today=today) == expect("day-one", lines)


def test_without_a_day_nothing_is_said(edited):
    assert load_with_warnings(edited("day-one", [])).warnings == ()


def test_the_last_version_of_the_calendar_has_no_successor_to_move_to(said, expect):
    last = max(STANDARD_SUPPORT_ENDS)
    end = STANDARD_SUPPORT_ENDS[last]
    found = said("day-one", [("fleet.yaml", 'kubernetes: "1.35"', f'kubernetes: "{last}"')], today=end)
    text = f"warning: {FIELD}: {last} leaves standard support on {end}, in 0 days; look for a newer version and add it to the calendar"
    assert found == expect("day-one", [("fleet.yaml", "kubernetes:", text)])


def test_a_release_no_cell_runs_may_grow_old(said):
    old = '  "2020-01":\n    kubernetes: "1.34"\n    node_image: al2023@v20250101\n    addons: {}\n    charts: {}\n  "2026-11":\n'
    ended = STANDARD_SUPPORT_ENDS["1.34"] + timedelta(days=1)
    assert ended < date(2027, 1, 1) < END
    assert not [
        line for line in said("day-one", [("fleet.yaml", '  "2026-11":\n', old)], today=ended) if "1.34" in line
    ]
