"""What is written can be read, and what is outlined can be seen, by day and at night."""

from __future__ import annotations

import pytest

from ops.diff import palette
from ops.diff.page import LETTERS, SHAPES, TONES
from ops.guard.change import Action
from ops.guard.report import Verdict

TEXT, EDGE = 4.5, 3.0
"""WCAG 2.2 level AA: 1.4.3 and 1.4.11."""
THEMES = {"light": palette.LIGHT, "dark": palette.DARK}
each_theme = pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)


def test_contrast_is_what_the_guidelines_say():
    assert palette.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert palette.contrast("#ffffff", "#ffffff") == pytest.approx(1)
    # The grey that is known for being the lightest that passes on white.
    assert palette.contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert palette.contrast("#777777", "#ffffff") < TEXT


@each_theme
def test_text_is_legible_on_every_ground(theme: palette.Theme):
    for ground in (theme.paper, theme.card):
        assert palette.contrast(theme.ink, ground) >= TEXT
        assert palette.contrast(theme.muted, ground) >= TEXT
    for name, tint in theme.tints.items():
        assert palette.contrast(tint.ink, tint.fill) >= TEXT, name


@each_theme
def test_edges_that_mean_something_are_seen_on_every_ground(theme: palette.Theme):
    for name, tint in theme.tints.items():
        for ground in (theme.card, tint.fill):
            assert palette.contrast(tint.edge, ground) >= EDGE, name


@each_theme
def test_every_mark_has_colours_a_shape_and_a_letter_of_its_own(theme: palette.Theme):
    marks = {action.name.lower().replace("_", "-") for action in Action} | {"none"}
    assert set(theme.tints) == set(SHAPES) == set(LETTERS) == marks
    assert len(set(SHAPES.values())) == len(set(LETTERS.values())) == len(marks)


def test_every_verdict_has_its_own_colours():
    assert TONES.keys() == set(Verdict)
    assert len(set(TONES.values())) == len(Verdict)


def test_the_page_has_the_colours_of_the_day_and_those_of_the_night():
    day, night = palette.css().split("@media (prefers-color-scheme: dark)")
    assert f"--paper:{palette.LIGHT.paper};" in day
    assert f"--paper:{palette.DARK.paper};" in night
    assert day.count(":") - 1 == night.count(":") - 1
