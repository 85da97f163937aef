"""What the objects of cells are judged by in tests: definitions of custom resources, where some are at hand."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import pytest

from admission.custom import Definitions, files, read
from admission.judge import Judge

_BESIDE = Path(__file__).parents[2].parent / "shared" / "crds"
CRDS = [Path(one) for one in os.environ.get("HYPERCELL_CRDS", "").split(os.pathsep) if one] or [_BESIDE]

needs_definitions = pytest.mark.skipif(
    not all(folder.exists() for folder in CRDS),
    reason=f"no definitions of custom resources: set HYPERCELL_CRDS, or put them at {CRDS[0]}",
)

UNCHECKED: dict[tuple[str, str], str] = {
    ("cert-manager.io/v1", "Certificate"): "cert-manager's definitions are not among the collected ones",
    ("cert-manager.io/v1", "ClusterIssuer"): "cert-manager's definitions are not among the collected ones",
    ("generators.external-secrets.io/v1alpha1", "ECRAuthorizationToken"): "only the stores' definitions are collected",
    ("eks.amazonaws.com/v1", "NodeClass"): "AWS publishes no definition of Auto Mode's kinds",
    ("eks.amazonaws.com/v1", "TargetGroupBinding"): "AWS publishes no definition of Auto Mode's kinds",
}
"""Kinds that nothing here can check against a schema, and why."""


@cache
def definitions() -> Definitions:
    """Those of the folders that are there."""
    return read(files(folder for folder in CRDS if folder.exists()))


@cache
def judge(version: str) -> Judge:
    """The judge of a version with them."""
    return Judge(version, definitions())
