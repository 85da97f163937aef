"""Where a report goes."""

from __future__ import annotations

import json

import pytest

from ops.diff.outputs import Outputs
from tests.ops.diff import reports

FLEET = reports.hypergrowth()


def test_the_text_goes_to_standard_output(capsys):
    Outputs().put(reports.refused(), FLEET, FLEET)
    assert capsys.readouterr().out.startswith("REFUSED, for 4 reasons  skyline\n")


def test_json_takes_its_place(capsys):
    Outputs(as_json=True).put(reports.refused(), FLEET, FLEET)
    assert json.loads(capsys.readouterr().out)["exit_code"] == 1


def test_files_come_besides_and_into_folders_that_are_made(tmp_path, capsys):
    asked = Outputs(markdown=tmp_path / "out/diff.md", html=tmp_path / "out/diff.html", whole="[the page](diff.html)")
    asked.put(reports.huge(3_000), FLEET, FLEET)
    assert "All of it: [the page](diff.html)" in asked.markdown.read_text(encoding="utf-8")
    assert asked.html.read_text(encoding="utf-8").startswith("<!doctype html>")
    assert sorted(file.name for file in (tmp_path / "out").iterdir()) == ["diff.html", "diff.md"]
    assert capsys.readouterr().out.startswith("REFUSED")


def test_a_file_that_cannot_be_written_leaves_nothing_half_written(tmp_path):
    (tmp_path / "diff.md").mkdir()
    with pytest.raises(OSError, match=r"diff\.md"):
        Outputs(markdown=tmp_path / "diff.md").put(reports.calm(), FLEET, FLEET)
    assert [file.name for file in tmp_path.iterdir()] == ["diff.md"]
