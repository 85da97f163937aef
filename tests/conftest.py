"""What all tests share: Node for jsii, and each kind of stack synthesized once a session."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from stacks.node import use_packaged_node

use_packaged_node()

import aws_cdk as cdk  # noqa: E402

from fleet import phases  # noqa: E402
from fleet.load import load  # noqa: E402
from fleet.model import Fleet  # noqa: E402
from stacks.assemble import CONTEXT, assemble  # noqa: E402

BLUEPRINTS = Path(__file__).parents[1] / "blueprints"
Template = dict[str, Any]


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
        app = cdk.App(
            outdir=str(tmp_path_factory.mktemp(f"{of}-{kind}")),
            context=CONTEXT,
            analytics_reporting=False,
            tree_metadata=False,
            builtin_cloud_formation_validation=False,
        )
        assemble(app, fleet, plans)
        folder = Path(app.synth().directory)
        return {plan.name: json.loads((folder / f"{plan.name}.template.json").read_text()) for plan in plans}

    return build
