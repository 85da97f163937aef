"""Files that cannot be read: one clear line with the place, no crash, no minute of waiting, exit code 2."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from fleet import yamlfile
from fleet.load import load
from fleet.problem import FleetUnreadable


def bomb(levels: int) -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, levels)]
    return "\n".join(lines)


ABUSE = [
    pytest.param("", "f.yaml: is empty; write its fields, or start from what `hypercell init` writes", id="empty"),
    pytest.param(
        "# a plan\n", "f.yaml: is empty; write its fields, or start from what `hypercell init` writes", id="a comment"
    ),
    pytest.param(
        "a:\n\tb: 1\n",
        "f.yaml:2: is not YAML: found character that cannot start any token; "
        "indent with spaces, not tabs, and quote values that begin with % @ or `",
        id="tabs",
    ),
    pytest.param("a: {b: 1\nc: 2\n", "f.yaml:2: is not YAML: did not find expected ',' or '}'", id="an open brace"),
    pytest.param("a: 1\nb: 2\na: 3\n", "f.yaml:3: 'a' stands twice; it is already in line 1", id="a key twice"),
    pytest.param("x:\n  1: a\n  1: b\n", "f.yaml:3: 1 stands twice; it is already in line 2", id="a number twice"),
    pytest.param("a: 1\n---\nb: 2\n", "f.yaml:2: has a second document; one file, one document", id="two documents"),
    pytest.param("a: *b\n", "f.yaml:1: *b is no alias: no &b stands before it", id="an unknown alias"),
    pytest.param(
        "a: &a [*a]\n", "f.yaml:1: *a is an alias inside of itself; write the value out", id="an alias of itself"
    ),
    pytest.param(
        "a: &a {b: {c: *a}}\n",
        "f.yaml:1: *a is an alias inside of itself; write the value out",
        id="an alias deep inside of itself",
    ),
    pytest.param(
        bomb(9), "f.yaml:1: has more than 200000 values; aliases that repeat aliases explode", id="an alias bomb"
    ),
    pytest.param(
        "a: " + "[" * 100_000,
        "f.yaml:1: is nested more than 40 deep; a fleet needs no more than ten",
        id="many brackets",
    ),
    pytest.param(
        "a: " + "{a: " * 100_000,
        "f.yaml:1: is nested more than 40 deep; a fleet needs no more than ten",
        id="many braces",
    ),
    pytest.param(
        "\n".join(f"{' ' * n}a:" for n in range(200)),
        "f.yaml:41: is nested more than 40 deep; a fleet needs no more than ten",
        id="a staircase",
    ),
    pytest.param(
        "a: &a {b: {c: {d: {e: {f: {g: {h: 1}}}}}}}\n"
        + "".join(
            f"{k}: &{k} {{x: {{y: *{p}}}}}\n"
            for p, k in zip("abcdefghijklmnopqrstu", "bcdefghijklmnopqrstuv", strict=True)
        ),
        "f.yaml:1: is nested more than 40 deep through its aliases",
        id="aliases that nest aliases",
    ),
    pytest.param(
        "\n".join(f"k{n}: {n}" for n in range(150_000)),
        "f.yaml:100000: has more than 200000 values; split it",
        id="very many keys",
    ),
    pytest.param(
        "a: &x {b: 1}\nc: {<<: *x}\n",
        "f.yaml:2: merges with <<, which is not read; repeat the fields",
        id="a merge key",
    ),
    pytest.param("a: !Ref b\n", "f.yaml:1: has the tag !Ref; values here are plain, remove it", id="a tag"),
    pytest.param(
        "a: !!python/object/apply:os.system [ls]\n",
        "f.yaml:1: has the tag tag:yaml.org,2002:python/object/apply:os.system; values here are plain, remove it",
        id="a tag that runs programs",
    ),
    pytest.param("? [a, b]\n: c\n", "f.yaml:1: has a key that is not a plain word", id="a list as a key"),
    pytest.param("a: \0\n", "f.yaml:1: is not YAML: control characters are not allowed", id="a null byte"),
]


@pytest.mark.parametrize(("text", "message"), ABUSE)
def test_one_line_says_what_is_wrong_with_the_file(text, message):
    with pytest.raises(FleetUnreadable) as caught:
        yamlfile.parse(text, "f.yaml")
    assert str(caught.value) == message


def test_words_of_yaml_1_1_stay_words_and_numbers_are_numbers():
    text = "a: on\nb: yes\nc: 1:30\nd: 0x1f\ne: 007\nf: 1_000\ng: 2026-11-02\nh: 12\ni: 1.5\nj: true\nk: null\nl: '7'\nm: 1e3"
    assert yamlfile.parse(text, "f.yaml").content == {
        "a": "on",
        "b": "yes",
        "c": "1:30",
        "d": "0x1f",
        "e": "007",
        "f": "1_000",
        "g": "2026-11-02",
        "h": 12,
        "i": 1.5,
        "j": True,
        "k": None,
        "l": "7",
        "m": "1e3",
    }


def test_an_alias_stands_for_the_value_it_repeats_and_keeps_its_line():
    read = yamlfile.parse("a: &a\n  x: 1\nb: *a\n", "f.yaml")
    assert read.content == {"a": {"x": 1}, "b": {"x": 1}}
    assert read.lines[("b", "x")] == 2
    assert read.lines[("b",)] == 3


def test_a_mark_at_the_beginning_of_the_file_is_no_part_of_it():
    assert yamlfile.parse("\ufefffleet: a\n", "f.yaml").content == {"fleet": "a"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        pytest.param("fleet: ü".encode("latin-1"), "is not UTF-8: byte 7 is no text; save it as UTF-8", id="latin"),
        pytest.param("fleet: a".encode("utf-16"), "is not UTF-8: byte 0 is no text; save it as UTF-8", id="UTF-16"),
        pytest.param(b"\x7fELF\x02\x01\x01\xff", "is not UTF-8: byte 7 is no text; save it as UTF-8", id="a program"),
        pytest.param(
            b"a: " + b"x" * (10 << 20),
            "10485763 bytes is more than the 4194304 a fleet file may have; split it",
            id="ten megabytes",
        ),
    ],
)
def test_a_file_that_is_no_text_or_too_much_is_refused_before_it_is_parsed(edited, content, message):
    folder = edited("day-one", [])
    (folder / "placements.yaml").write_bytes(content)
    with pytest.raises(FleetUnreadable) as caught:
        load(folder)
    assert str(caught.value) == f"{folder}/placements.yaml: {message}"


def test_a_folder_in_the_place_of_a_file_is_refused(edited):
    folder = edited("day-one", [])
    (folder / "fleet.yaml").unlink()
    (folder / "fleet.yaml").mkdir()
    with pytest.raises(FleetUnreadable) as caught:
        load(folder)
    assert str(caught.value) == f"{folder}/fleet.yaml: is no file; a fleet's parts are plain files"


def test_a_pipe_in_the_place_of_a_file_is_refused_and_not_waited_for(edited):
    folder = edited("day-one", [])
    (folder / "fleet.yaml").unlink()
    os.mkfifo(folder / "fleet.yaml")
    with pytest.raises(FleetUnreadable, match="is no file"):
        load(folder)


def test_a_link_to_itself_is_refused(edited):
    folder = edited("day-one", [])
    (folder / "fleet.yaml").unlink()
    (folder / "fleet.yaml").symlink_to("fleet.yaml")
    with pytest.raises(FleetUnreadable, match=r"fleet\.yaml: cannot be read: Too many levels of symbolic links"):
        load(folder)


def test_a_file_nobody_may_read_is_refused(edited, monkeypatch):
    folder = edited("day-one", [])
    read = Path.read_bytes

    def denied(file: Path) -> bytes:
        if file.name == "placements.yaml":
            raise PermissionError(13, "Permission denied")
        return read(file)

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(FleetUnreadable, match=r"placements\.yaml: cannot be read: Permission denied"):
        load(folder)


def test_a_folder_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(FleetUnreadable) as caught:
        load(tmp_path / "nowhere")
    assert str(caught.value) == f"{tmp_path}/nowhere/fleet.yaml: there is no such file"
    assert caught.value.exit_code == 2


def test_every_unreadable_file_is_named_at_once(edited):
    folder = edited("day-one", [])
    (folder / "fleet.yaml").write_text("a: [")
    (folder / "services" / "flights.yaml").write_text("a: 1\na: 2\n")
    (folder / "images" / "sessions.yaml").write_text("")
    (folder / "placements.yaml").write_text("\t")
    with pytest.raises(FleetUnreadable) as caught:
        load(folder)
    named = [problem.file.removeprefix(f"{folder}/") for problem in caught.value.problems]
    assert named == ["fleet.yaml", "images/sessions.yaml", "placements.yaml", "services/flights.yaml"]


def test_a_fleet_that_is_no_mapping_is_refused(edited):
    folder = edited("day-one", [])
    (folder / "fleet.yaml").write_text("skyline\n")
    with pytest.raises(FleetUnreadable) as caught:
        load(folder)
    assert str(caught.value) == f"{folder}/fleet.yaml:1: is not a mapping; a fleet file begins with `fleet: <name>`"
