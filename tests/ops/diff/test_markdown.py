"""A report as a comment: it fits, it can be found again, and names in it are names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from ops.diff.markdown import MOST, code, comment, marker, prose
from ops.guard.change import Action, Change
from ops.guard.report import Report, Verdict
from tests.ops.diff import reports
from tests.ops.diff.test_page import Read

GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def written(report: Report, **more: str) -> str:
    return comment(report, reports.hypergrowth(), **more)


def rendered(text: str) -> Read:
    return Read(GITHUB.render(text))


class Spoken(Read):
    """Texts outside of code, where GitHub looks for names, numbers and addresses."""

    def handle_data(self, data: str) -> None:
        if "code" not in self.open:
            self.texts.append(data)


def test_the_marker_is_the_first_line_and_the_same_for_every_change_of_a_fleet():
    first = {written(report).splitlines()[0] for report in (reports.calm(), reports.refused())}
    assert first == {marker("skyline")} == {"<!-- hypercell diff: skyline -->"}
    assert marker("other") != marker("skyline")


def test_a_fleets_name_does_not_end_the_marker():
    assert marker("a--> @octocat") == "<!-- hypercell diff: a--___octocat -->"


@pytest.mark.parametrize(
    ("report", "heading"),
    [
        (reports.calm(), "Allowed, 1 change: 1 update: skyline"),
        (reports.rolling(), "Allowed with roll-out, in 24 waves: skyline"),
        (reports.refused(), "Refused, for 4 reasons: skyline"),
    ],
)
def test_the_verdict_is_the_heading(report: Report, heading: str):
    text = rendered(written(report)).text
    assert heading in text
    assert ("Roll-out required." in text) == (report.verdict is Verdict.ROLLOUT)


def test_reasons_stand_open_and_the_details_are_folded():
    text = written(reports.refused())
    before, _, folded = text.partition("<details>")
    assert "absence" in before
    assert "and has no tombstone" in before
    assert "AWS&#58;" not in text
    assert "AWS::EKS::Cluster" in folded
    assert "AWS::EKS::Cluster" not in before


def test_equal_changes_of_24_cells_are_one_row():
    rows = [line for line in written(reports.rolling()).splitlines() if "AWS::EKS::Addon" in line]
    assert len(rows) == 1
    assert "| update | 24 cells |" in rows[0]


def test_names_are_no_markdown_and_no_html():
    harmless, wild = (rendered(written(reports.hostile(name))) for name in ("a name / of no harm", reports.HOSTILE))
    assert [tag for tag, _ in wild.elements] == [tag for tag, _ in harmless.elements]
    assert wild.open == []
    assert "<script>alert(1)</script> | `x` | ```\\x0a#" in wild.text


def test_nobody_is_called_and_nothing_is_linked():
    text = Spoken(GITHUB.render(written(reports.hostile()))).text
    assert "octocat" in text
    assert not re.search(r"@\w|#\d|\bGH-\d|://|www\.", text)


@given(st.text(max_size=40))
def test_any_text_stays_text_in_a_sentence_a_title_and_a_table(text: str):
    name = "".join(one for one in text if one.isprintable())
    for written_as in (code, prose):
        table = Read(GITHUB.render(f"| a | b |\n|---|---|\n| x{written_as(name)}x | y |"))
        plain = Read(GITHUB.render(f"| a | b |\n|---|---|\n| {written_as('x')} | y |"))
        assert {tag for tag, _ in table.elements} <= {tag for tag, _ in plain.elements} | {"code"}
        assert len(table.all("td")) == 2
        said = "".join(table.texts).replace("\u200b", "")
        assert f"x{name}x".replace("\u200b", "") in said


@pytest.mark.parametrize("number", [1, 100, 3_000, 20_000])
def test_it_fits_whatever_the_change(number: int):
    text = written(reports.huge(number), whole="[the page](x)" * 20)
    assert len(text) < MOST
    read = rendered(text)
    assert read.open == []
    assert text.count("<details>") == text.count("</details>")


def test_one_enormous_name_is_left_out_and_counted():
    monster = Change(Action.DELETE, "use1-a/platform", "Secret " + "x" * 70_000, "Secret")
    text = written(reports.report(monster, reports.addon("use1-b")))
    assert len(text) < MOST
    assert "No room here for 1 line of <code>bundle platform</code>" in text
    assert "AWS::EKS::Addon" in text


def test_what_was_left_out_is_counted_with_where_it_stands():
    report = reports.huge(3_000)
    text = written(report, whole="the page of this run")
    assert "All of it: the page of this run" in text
    shown = sum(f"<code>ConfigMap s{at}/c{at}</code>" in text for at in range(3_000))
    said = re.search(r"No room here for ([\d,]+) lines of reasons", text)
    assert said is not None
    assert int(said[1].replace(",", "")) + text.count("  - <code>use1-a/service-s") == len(report.reasons)
    assert shown < 3_000
    assert "No room here" not in written(reports.refused())
