"""What a stack may not do to itself: the stack policy that CloudFormation keeps, and the CDK cannot set."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any

from ops.guard.stateful import STATEFUL

LARGEST = 16_384
"""Bytes that a stack policy may have."""


def policy(template: Mapping[str, Any], let_pass: Collection[str] = ()) -> str:
    """The stack policy of a template: everything may be updated, and nothing that holds data be replaced or deleted.

    By logical ids, so that one of them can be let pass once, for a change that an exception signs for.

    Args:
        let_pass: logical ids that may be replaced or deleted this once.
    """
    kept = sorted(
        f"LogicalResourceId/{name}"
        for name, one in template.get("Resources", {}).items()
        if one.get("Type") in STATEFUL and name not in let_pass
    )
    statements = [_statement("Allow", ["Update:*"], "*")]
    if kept:
        statements.append(_statement("Deny", ["Update:Replace", "Update:Delete"], kept))
    return json.dumps({"Statement": statements}, separators=(",", ":"))


def _statement(effect: str, actions: list[str], resource: str | list[str]) -> dict[str, Any]:
    return {"Effect": effect, "Action": actions, "Principal": "*", "Resource": resource}
