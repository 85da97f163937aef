"""The rooms keep their shape: what import-linter and mypy cannot see, or pass over in silence."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MOST_LINES = 340
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "base", "manager"}


def tracked(*patterns: str) -> list[Path]:
    """Files that git tracks or would track."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [ROOT / name for name in listed if (ROOT / name).is_file()]


PYTHON = tracked("*.py")


def test_constructs_is_a_source_root_and_no_package():
    """A package of that name would shadow the one aws-cdk-lib imports."""
    assert not (ROOT / "constructs" / "__init__.py").exists()


def test_every_folder_of_the_parts_with_python_in_it_is_a_package():
    """import-linter passes over a folder without `__init__.py` in silence; code that runs elsewhere is no exception."""
    parts = ROOT / "constructs" / "hypercell"
    folders = {file.parent for file in PYTHON if file.is_relative_to(parts)}
    # What a NAT instance runs is text for its user data: it imports nothing of ours and nothing imports it.
    folders -= {parts / "egress" / "instance"}
    assert [str(folder) for folder in folders if not (folder / "__init__.py").exists()] == []


def test_tests_are_no_package():
    assert [str(file) for file in PYTHON if file.is_relative_to(ROOT / "tests") and file.name == "__init__.py"] == []


@pytest.mark.parametrize("file", PYTHON, ids=lambda file: str(file.relative_to(ROOT)))
def test_a_file_is_a_few_pages_and_called_after_what_it_holds(file):
    assert len(file.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    assert not DRAWERS & set(re.split(r"[_.]", file.stem))


def test_code_that_runs_in_lambda_imports_the_standard_library_and_boto3_only():
    ours = r"fleet|hypercell|stacks|k8s|admission|ops|local|aws_cdk|constructs|pydantic|yaml|typer|rich"
    wrong = re.compile(rf"^\s*(from|import) ({ours})\b", re.MULTILINE)
    runtimes = [file for file in PYTHON if "runtime" in file.parts]
    assert runtimes
    assert [str(file) for file in runtimes if wrong.search(file.read_text(encoding="utf-8"))] == []


def test_no_file_names_a_machine_or_the_host_of_a_package_registry():
    machine = re.compile(r"(?<![\w.])/(home|root|work)/\w")
    registry = re.compile("|".join(["pypi" + r"\.org", "python" + r"hosted\.org", "registry" + r"\.npmjs"]))
    for file in tracked("*"):
        if file.suffix in (".png", ".gz"):
            continue
        text = file.read_text(encoding="utf-8")
        assert not machine.search(text), file
        assert not registry.search(text), file


def test_the_locks_have_hashes_and_no_addresses():
    for lock in ("requirements.lock", "setup.lock"):
        text = (ROOT / lock).read_text(encoding="utf-8")
        assert "--hash=sha256:" in text
        assert "://" not in text
    assert '"resolved"' not in (ROOT / "package-lock.json").read_text(encoding="utf-8")
