"""A change set against what the guard announced: CloudFormation must not mean to do more than was judged. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ops.guard.change import Action

Announced = Mapping[str, Action]
"""Path of a resource (`skyline-use1-network/Vpc`) to what the guard said would become of it."""

_DELETES = {None, "Delete", "ReplaceAndDelete", "Snapshot", "ReplaceAndSnapshot"}
"""Policy actions after which the old resource is gone."""


def review(
    stack: str, changes: Iterable[Mapping[str, Any]], announced: Announced, stateful: Iterable[str]
) -> list[str]:
    """What speaks against executing a change set; empty: nothing.

    Args:
        changes: `Changes` of DescribeChangeSet.
        stateful: resource types that hold what nobody can make again.
    """
    keeping = frozenset(stateful)
    said = []
    for change in (one["ResourceChange"] for one in changes if one.get("Type", "Resource") == "Resource"):
        path, kind = f"{stack}/{change['LogicalResourceId']}", change.get("ResourceType", "")
        doing = _doing(change, kind in keeping)
        expected = announced.get(path, Action.UPDATE)
        # What may be replaced was judged as if it were: CloudFormation only knows by now that it will.
        if doing > (Action.REPLACE if expected is Action.MAY_REPLACE else expected):
            said.append(
                f"{path} ({kind}): CloudFormation would {doing} it{_because(change)}, and the guard announced "
                f"{f'{expected}' if path in announced else 'no such thing'}"
            )
    return said


def _doing(change: Mapping[str, Any], stateful: bool) -> Action:
    action, replacement = change.get("Action"), change.get("Replacement", "False")
    if action == "Remove":
        return Action.DELETE if change.get("PolicyAction") in _DELETES else Action.ORPHAN
    if action in ("Modify", "Dynamic"):
        if replacement == "True":
            return Action.REPLACE
        # CloudFormation says Conditional of everything whose new value it cannot compute yet: too often to stop for a
        # role or an alarm, never too often for a database.
        if replacement == "Conditional" and stateful:
            return Action.MAY_REPLACE
    return Action.CREATE if action in ("Add", "Import") else Action.UPDATE


def _because(change: Mapping[str, Any]) -> str:
    names = {
        detail["Target"].get("Name", "")
        for detail in change.get("Details", ())
        if detail.get("Target", {}).get("RequiresRecreation") in ("Always", "Conditionally")
    }
    named = ", ".join(sorted(names - {""}))
    return f" for {named}" if named else ""
