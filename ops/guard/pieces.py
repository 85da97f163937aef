"""What of two values is on one side only, in pieces as small as they can be told apart.

A shared resource often holds one entry a cell: a statement, a check, a name in a rule. Whether an edit is about one
cell or about all is told by its pieces, not by the resource.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

Piece = tuple[str, Any]
"""Path, and what stands there on one side only."""

_KEYS = ("Sid", "Id", "Key", "Name", "Region", "AttributeName")
"""Fields by which members of a list are the same member."""
_WORDS = re.compile(r"[^\s,()]+")
_JOINTS = frozenset({"OR", "AND", "NOT"})
"""Words between names, which no edit is about."""


def pieces(old: Any, new: Any, path: str = "") -> Iterator[Piece]:
    """Everything that is on one side only."""
    if old == new:
        return
    if isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            below = f"{path}.{key}" if path else str(key)
            if key not in new:
                yield below, old[key]
            elif key not in old:
                yield below, new[key]
            else:
                yield from pieces(old[key], new[key], below)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, path)
    elif isinstance(old, str) and isinstance(new, str):
        yield from _of_texts(old, new, path)
    else:
        yield path, old
        yield path, new


def _of_lists(old: Sequence[Any], new: Sequence[Any], path: str) -> Iterator[Piece]:
    before, after = _unmatched(old, new), _unmatched(new, old)
    keyed = {key: one for one in after if (key := _key(one)) is not None}
    for one in before:
        key = _key(one)
        partner = keyed.get(key) if key is not None else None
        if partner is None and len(before) == len(after) == 1:
            partner = after[0]
        if partner is None:
            yield path, one
        else:
            after.remove(partner)
            yield from pieces(one, partner, path)
    for one in after:
        yield path, one


def _unmatched(these: Sequence[Any], those: Sequence[Any]) -> list[Any]:
    left = Counter(json.dumps(one, sort_keys=True) for one in those)
    found = []
    for one in these:
        text = json.dumps(one, sort_keys=True)
        if left[text]:
            left[text] -= 1
        else:
            found.append(one)
    return found


def _key(one: Any) -> tuple[str, str] | None:
    if isinstance(one, dict):
        return next(((key, str(one[key])) for key in _KEYS if isinstance(one.get(key), str)), None)
    return None


def _of_texts(old: str, new: str, path: str) -> Iterator[Piece]:
    if old[:1] in ("{", "[") and new[:1] in ("{", "["):
        try:
            yield from pieces(json.loads(old), json.loads(new), path)
            return
        except ValueError:
            pass  # it only looks like JSON
    before, after = set(_WORDS.findall(old)) - _JOINTS, set(_WORDS.findall(new)) - _JOINTS
    for word in sorted(before ^ after):
        yield path, word
    if before == after:
        yield path, new
