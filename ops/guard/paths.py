"""Where two documents differ, and which place covers which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Path = tuple[str, ...]
"""Keys and numbers of list members, from the outside in."""

EVERY: Final = "*"
"""In a pattern: any member of a list, any key of a map."""


class _Missing:
    """Nothing stands there, which is not the same as null."""


_MISSING: Final = _Missing()


def differing(before: Any, after: Any, above: Path = ()) -> Iterator[Path]:
    """The places that differ, as deep as they can be told apart.

    What is written as an intrinsic function is one value, as nobody here knows what it comes to. Lists of the same
    length differ by member; of another length, as wholes. What came or went is followed down to its plain values.
    """
    if before == after:
        return
    old, new = _inner(before), _inner(after)
    if isinstance(old, Mapping) and isinstance(new, Mapping) and (old or new):
        for key in dict.fromkeys([*old, *new]):
            yield from differing(old.get(key, _MISSING), new.get(key, _MISSING), (*above, str(key)))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from differing(one, other, (*above, str(number)))
    else:
        yield above


def _inner(value: Any) -> Any:
    """The value, where one may look into it; what is missing beside a map is an empty one."""
    if isinstance(value, _Missing):
        return {}
    return None if is_intrinsic(value) else value


def is_intrinsic(value: Any) -> bool:
    """Whether a value is one of CloudFormation's functions: `{"Ref": …}`, `{"Fn::Join": …}`."""
    if not isinstance(value, Mapping) or len(value) != 1:
        return False
    (key,) = value
    return key == "Ref" or str(key).startswith("Fn::")


def covers(pattern: Sequence[str], path: Sequence[str]) -> bool:
    """Whether a place lies at, below or around what a pattern names: `Config.Type` and `Config` touch each other."""
    return all(wanted in (EVERY, found) for wanted, found in zip(pattern, path, strict=False))


def dotted(path: Sequence[str]) -> str:
    return ".".join(path)
