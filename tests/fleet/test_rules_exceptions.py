"""Exceptions name the very objects, the cells and a last day."""

from __future__ import annotations

from datetime import date

import pytest

FILE = "exceptions/retire.yaml"
RIGHT = """\
action: remove
resources: [Namespace quotes, ConfigMap argocd/settings, NodePool.karpenter.sh spot]
cells: [use1-z]
reason: replaced by prices
who: platform@skyline.example
until: "2026-12-24"
"""

DIGEST = f"sha256:{'0' * 64}"
SIGNED = f"""\
action: delete
resources: [acme-use1-keys/DataKey, acme-use1-keys/LogKey]
base: {{acme-use1-keys: {DIGEST}}}
reason: nothing is encrypted with them any more
who: platform@skyline.example
until: "2026-12-24"
"""
OF_TEMPLATES = [
    ("acme-use1-keys/LogKey", "LogKey",
     "resources[1]: 'LogKey' names no resource; write it as the refusal does, <stack>/<logical id>"),
    ("acme-use1-keys/LogKey", "acme-use1-network/Vpc",
     "resources[1]: acme-use1-network has no digest in base; write it as the refusal does, "
     "base: {acme-use1-network: sha256:...}"),
    ("base: {", f"base: {{acme-usw2-keys: {DIGEST}, ",
     "base.acme-usw2-keys: acme-usw2-keys is the stack of none of the resources; remove it"),
    ("reason:", "cells: [use1-z]\nreason:",
     "cells: delete is about resources of templates, each of which is in one stack; remove cells"),
]  # fmt: skip

CASES = [
    pytest.param("action: remove", "action: wipe", None, id="an unknown action"),
    pytest.param(
        "Namespace quotes",
        "Namespace *",
        "exceptions.retire.resources[0]: 'Namespace *' names no object; write it as the refusal does, e.g. Namespace sessions",
        id="a pattern",
    ),
    pytest.param(
        "[use1-z]",
        "[use1-q]",
        "exceptions.retire.cells[0]: use1-q is no cell that stands; did you mean use1-z?",
        id="a cell of nowhere",
    ),
    pytest.param(
        '"2026-12-24"',
        '"2026-12-32"',
        "exceptions.retire.until: 2026-12-32 is no day of the calendar; write it as YYYY-MM-DD",
        id="a day of no calendar",
    ),
    pytest.param("who: platform@skyline.example\n", "", "exceptions.retire.who: is missing; add it (Who answers for it)", id="nobody"),
    pytest.param(
        "[use1-z]", "[]", "exceptions.retire.cells: names no cell; begin with one, e.g. cells: [use1-a]", id="no cell"
    ),
]  # fmt: skip


def test_a_right_one_is_read_and_says_nothing(said) -> None:
    assert said("day-one", [(FILE, "", RIGHT)]) == []


@pytest.mark.parametrize(("right", "wrong", "message"), CASES)
def test_a_wrong_one_is_told_with_file_and_line(said, right: str, wrong: str, message: str | None) -> None:
    assert right in RIGHT
    [line] = said("day-one", [(FILE, "", RIGHT.replace(right, wrong))])
    assert line.startswith(f"{FILE}:")
    number = int(line.split(":")[1])
    assert message is None or line == f"{FILE}:{number}: {message}"
    if wrong:
        assert wrong in RIGHT.replace(right, wrong).splitlines()[number - 1]


def test_one_of_templates_is_read_and_says_nothing(said) -> None:
    assert said("day-one", [(FILE, "", SIGNED)]) == []


@pytest.mark.parametrize(("right", "wrong", "message"), OF_TEMPLATES)
def test_a_wrong_one_of_templates_is_told(said, right: str, wrong: str, message: str) -> None:
    assert right in SIGNED
    [line] = said("day-one", [(FILE, "", SIGNED.replace(right, wrong))])
    assert line.partition(": ")[2] == f"exceptions.retire.{message}"


def test_objects_have_no_template(said) -> None:
    edit = RIGHT.replace("who:", f"base: {{acme-use1-keys: {DIGEST}}}\nwho:")
    [line] = said("day-one", [(FILE, "", edit)])
    text = "remove is about objects in a cluster, which have no template; remove base, and name cells"
    assert line == f"{FILE}:5: exceptions.retire.base: {text}"


def test_what_is_over_is_a_warning_for_those_who_ask_the_calendar(said) -> None:
    text = "2026-12-24 is over, and the exception lets nothing pass any more; remove the file"
    found = said("day-one", [(FILE, "", RIGHT)], today=date(2026, 12, 25))
    assert f"{FILE}:6: warning: exceptions.retire.until: {text}" in found


def test_an_exception_holds_on_its_last_day(said) -> None:
    assert not [line for line in said("day-one", [(FILE, "", RIGHT)], today=date(2026, 12, 24)) if FILE in line]


def test_a_file_in_a_folder_below_is_not_passed_over(said) -> None:
    [line] = said("day-one", [("exceptions/later.yml", "", RIGHT)])
    assert line.startswith("exceptions/later.yml: is not read; ")


def test_exceptions_do_not_stand_in_fleet_yaml(said, expect) -> None:
    found = said("day-one", [("fleet.yaml", "fleet: ", "exceptions: {}\nfleet: ")])
    text = "exceptions: does not stand here; it is read from exceptions/<id>.yaml"
    assert found == expect("day-one", [("fleet.yaml", "exceptions:", text)])
