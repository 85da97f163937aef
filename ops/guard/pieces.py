"""What of two values is on one side only, in pieces as small as they can be told apart.

A shared resource often holds one entry a cell: a statement, a check, a name in a rule. Whether an edit is about one
cell or about all is told by its pieces, not by the resource.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

Piece = tuple[str, Any]
"""Path, and what stands there on one side only."""


class Absent(Enum):
    """Nothing stands there; `None` may be a value."""

    ABSENT = "nothing"

    def __str__(self) -> str:
        return self.value


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True)
class Edit:
    """One place that differs: a value that came, went, or became another."""

    path: tuple[str, ...]
    """Members of lists go by their key, where they have one, else by `[]`."""
    before: Any
    after: Any

    @property
    def field(self) -> str:
        """The last name of the path: of a member of a list that of the list."""
        return next((part for part in reversed(self.path) if not part.startswith("[")), "")

    @property
    def dotted(self) -> str:
        return ".".join(self.path).replace(".[", "[")

    @property
    def came(self) -> bool:
        return self.before is ABSENT

    @property
    def went(self) -> bool:
        return self.after is ABSENT


_REFERENCES = ("Ref", "Fn::GetAtt", "Fn::GetStackOutput", "Fn::ImportValue")
_KEYS = ("Sid", "Id", "Key", "Name", "Region", "AttributeName", "RuleName")
"""Fields by which members of a list are the same member."""
_WORDS = re.compile(r"[^\s,()]+")
_JOINTS = frozenset({"OR", "AND", "NOT"})
"""Words between names, which no edit is about."""


def edits(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[Edit]:
    """Every place that differs. Text that is JSON is looked into."""
    if old == new:
        return
    if _is_reference(old) or _is_reference(new):
        yield Edit(path, old, new)
    elif isinstance(old, dict) and isinstance(new, dict):
        for key in {**old, **new}:
            below = (*path, str(key))
            if key not in new:
                yield Edit(below, old[key], ABSENT)
            elif key not in old:
                yield Edit(below, ABSENT, new[key])
            else:
                yield from edits(old[key], new[key], below)
    elif isinstance(old, list) and isinstance(new, list):
        yield from _of_lists(old, new, path)
    else:
        before, after = _parsed(old), _parsed(new)
        if before is not old and after is not new:
            yield from edits(before, after, path)
        else:
            yield Edit(path, old, new)


def pieces(old: Any, new: Any) -> Iterator[Piece]:
    """Everything that is on one side only, texts word by word."""
    for edit in edits(old, new):
        yield from pieces_of(edit)


def pieces_of(edit: Edit) -> Iterator[Piece]:
    """What one edit has on one side only."""
    path = ".".join(part for part in edit.path if not part.startswith("["))
    if isinstance(edit.before, str) and isinstance(edit.after, str):
        yield from _of_texts(edit.before, edit.after, path)
        return
    for value in (edit.before, edit.after):
        if value is not ABSENT:
            yield path, value


def _is_reference(value: Any) -> bool:
    """Whether a value is another's: it has no parts of its own."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)) in _REFERENCES


def _of_lists(old: Sequence[Any], new: Sequence[Any], path: tuple[str, ...]) -> Iterator[Edit]:
    before, after = _unmatched(old, new), _unmatched(new, old)
    if not before and not after:
        yield Edit(path, old, new)  # the order alone
    keyed = {key: one for one in after if (key := _key(one)) is not None}
    for one in before:
        key = _key(one)
        partner = keyed.get(key) if key is not None else None
        if partner is None and key is None and len(before) == len(after) == 1:
            partner = after[0]
        if partner is None:
            yield Edit((*path, "[]"), one, ABSENT)
        else:
            after = [other for other in after if other is not partner]
            yield from edits(one, partner, (*path, "[]" if key is None else f"[{key[1]}]"))
    for one in after:
        yield Edit((*path, "[]"), ABSENT, one)


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


def _parsed(value: Any) -> Any:
    """What a text holds, where it is JSON; else the value itself."""
    if isinstance(value, str) and value[:1] in ("{", "["):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def _of_texts(old: str, new: str, path: str) -> Iterator[Piece]:
    before, after = set(_WORDS.findall(old)) - _JOINTS, set(_WORDS.findall(new)) - _JOINTS
    for word in sorted(before ^ after):
        yield path, word
    if before == after:
        yield path, new
