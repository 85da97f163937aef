"""The programs of whoever bootstraps a cell, and their exact versions. They stand here, once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tool:
    """A program that must be there.

    Attributes:
        version: the one that is accepted; None: whichever there is.
        asked: shell command whose output names the version.
    """

    name: str
    version: str | None
    asked: str
    why: str


TOOLS = (
    Tool("kubectl", "1.35.2", "kubectl version --client", "one minor version older or newer than a cell's Kubernetes"),
    Tool("helm", "4.1.4", "helm version --short", "installs the first Argo CD from the region's mirror"),
    Tool("aws", None, "aws --version", "credentials of the cluster and of the registry"),
)

SESSION = Tool("session-manager-plugin", None, "session-manager-plugin --version", "the way in is a forwarded port")
"""Beside them, where `access.path` is `ssm`."""


def version_of(name: str) -> str:
    """The pinned version of a tool."""
    found = next(tool.version for tool in TOOLS if tool.name == name)
    assert found is not None, f"{name} is not pinned"
    return found
