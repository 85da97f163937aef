"""What all tests share: Node for jsii, and each kind of stack synthesized once a session."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

from stacks.node import use_packaged_node

use_packaged_node()

from fleet import phases  # noqa: E402
from fleet.load import load  # noqa: E402
from fleet.model import Fleet  # noqa: E402
from ops.diff.folder import read  # noqa: E402
from ops.guard.snapshot import Snapshot  # noqa: E402
from stacks.templates import write_templates  # noqa: E402

# How long an example takes is the machine's, and no test's to assert.
settings.register_profile("hypercell", deadline=None)
settings.load_profile("hypercell")

PROJECT = Path(__file__).parents[1]
BLUEPRINTS = PROJECT / "blueprints"
Template = dict[str, Any]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--accept-goldens", action="store_true", help="write the golden files instead of comparing")


@cache
def blueprint(name: str) -> Fleet:
    return load(BLUEPRINTS / name)


@pytest.fixture(scope="session")
def fleet() -> Fleet:
    """The hypergrowth blueprint."""
    return blueprint("hypergrowth")


@pytest.fixture(scope="session")
def fleet_of() -> Callable[[str], Fleet]:
    """A blueprint by its folder's name, loaded once."""
    return blueprint


@pytest.fixture(scope="session")
def synthesized(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., dict[str, Template]]:
    """`synthesized("network", of="growth")`: stack name to template, of one kind of stack, built once a session."""

    @cache
    def build(kind: str, of: str = "hypergrowth") -> dict[str, Template]:
        fleet = blueprint(of)
        plans = tuple(plan for plan in phases.every_stack(fleet) if plan.kind == kind)
        folder = tmp_path_factory.mktemp(f"{of}-{kind}")
        write_templates(fleet, plans, folder, judged=False)
        return {plan.name: json.loads((folder / f"{plan.name}.template.json").read_text()) for plan in plans}

    return build


@dataclass(frozen=True)
class Whole:
    """What `app.py` wrote for a blueprint."""

    templates: Path
    """`cdk.out`"""
    bundles: Path
    """`dist`"""


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Whole]:
    """`whole("growth")`: a whole blueprint as `app.py` writes it, once for all workers of a run."""
    root = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent

    @cache
    def build(of: str) -> Whole:
        made = Whole(root / f"whole-{of}" / "cdk.out", root / f"whole-{of}" / "dist")
        with _alone(root / f"whole-{of}.lock"):
            if not made.templates.exists():
                _run_app(of, made.templates, made.bundles)
        return made

    return build


@pytest.fixture(scope="session")
def snapshot_of(whole: Callable[[str], Whole]) -> Callable[[str], Snapshot]:
    """`snapshot_of("day-one")`: a whole blueprint as one side of a comparison, with its fleet and files."""

    @cache
    def build(of: str) -> Snapshot:
        return read(whole(of).templates, blueprint=BLUEPRINTS / of)

    return build


@pytest.fixture(scope="session")
def run_app() -> Callable[..., None]:
    """`run_app("growth", outdir, dist, "-c", "cell=use1-a")`: `app.py` without judgement."""
    return _run_app


def _run_app(of: str, outdir: Path, dist: Path, *arguments: str) -> None:
    """Synthesize in a process of its own.

    Raises:
        AssertionError: it failed; what it said is in the message.
    """
    done = subprocess.run(
        [sys.executable, "app.py", "-c", f"blueprint=blueprints/{of}", "-c", f"dist={dist}", *arguments],
        env={**os.environ, "CDK_OUTDIR": str(outdir), "CDK_VALIDATION": "false"},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """One process at a time."""
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
