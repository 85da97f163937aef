"""The archive of the functions of egress: their code, the same digest everywhere, where the template looks for it."""

import os
import shutil
from pathlib import Path

import aws_cdk as cdk
import pytest

from fleet.phases import every_stack
from hypercell.egress import functions as egress_functions
from local import assembly
from stacks.templates import new_app, write_templates
from tests.stacks.ways_out import functions

PARTS = egress_functions.FOLDER
RUNTIME = PARTS / "runtime"


@pytest.fixture
def key(tmp_path, monkeypatch):
    """`key(change)`: the archive's key in the bucket when the folder of the parts was copied and changed."""
    count = iter(range(9))

    def of(change=lambda folder: None):
        folder = tmp_path / f"copy-{next(count)}"
        shutil.copytree(PARTS, folder, ignore=shutil.ignore_patterns("__pycache__"))
        change(folder)
        monkeypatch.setattr(egress_functions, "FOLDER", folder)
        stack = cdk.Stack(new_app(tmp_path / "out"), "Stack")
        return egress_functions.runtime_code(stack, "Code").s3_key

    return of


def test_the_archive_is_the_code_and_nothing_else(fleet, tmp_path):
    plans = tuple(plan for plan in every_stack(fleet) if plan.kind == "egress")[:1]
    write_templates(fleet, plans, tmp_path, judged=False)
    (archive,) = tmp_path.glob("asset.*")
    found = {file.relative_to(archive).as_posix(): file.read_bytes() for file in archive.rglob("*") if file.is_file()}
    assert found == {f"runtime/{file.name}": file.read_bytes() for file in RUNTIME.glob("*.py")}


def test_the_template_names_the_archive_that_is_published(whole, fleet):
    stacks = assembly.read(whole("hypergrowth").templates, fleet)
    keys = set()
    for stack in stacks:
        if stack.plan.kind == "egress":
            (asset,) = stack.assets
            assert asset.packaging == "zip"
            for function in functions(stack.template).values():
                assert function["Code"] == {"S3Bucket": asset.bucket, "S3Key": asset.key}
            keys.add(asset.key)
    assert len(keys) == 1


def test_what_python_leaves_beside_the_code_changes_no_digest(key):
    def littered(folder: Path) -> None:
        for place in (folder / "runtime" / "__pycache__", folder / "__pycache__", folder / "runtime" / ".cache"):
            place.mkdir()
            (place / "handler.cpython-311.pyc").write_bytes(os.urandom(8))
        (folder / "controller.py").write_text("# another part\n")

    assert key() == key() == key(littered)


def test_when_and_by_whom_the_code_was_checked_out_changes_no_digest(key):
    def elsewhere(folder: Path) -> None:
        for file in (folder / "runtime").glob("*.py"):
            os.utime(file, (0, 0))
            file.chmod(0o600)

    assert key(elsewhere) == key()


def test_another_code_is_another_archive(key):
    assert key(lambda folder: (folder / "runtime" / "prober.py").write_text("")) != key()
    assert key(lambda folder: (folder / "runtime" / "more.py").write_text("")) != key()
