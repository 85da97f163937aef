"""Reasons as people read them: what is said alike of many resources is said once, with all of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from ops.diff.places import Place, Places
from ops.guard.change import Change
from ops.guard.report import Reason

_FEW = 3
"""Names that differ by their zone alone and are said all the same."""
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


@dataclass(frozen=True)
class Spot:
    """What a reason is about: names in one stack or bundle, or in each of several that are alike."""

    home: str
    """Name of the stack, `<cell>/<channel>`, or a file and a field; with its place left open where there are several."""
    names: tuple[str, ...]
    places: tuple[Place, ...] = ()
    """Empty where there is one, which `home` names."""
    paths: tuple[str, ...] = ()
    """All of them, as they are."""


@dataclass(frozen=True)
class Point:
    """What is said alike of some resources."""

    spots: tuple[Spot, ...]
    whats: tuple[str, ...]
    """Each of all of them, with `<resource>`, `<stack>`, `<digest>`, `<cell>`, `<zone>`, `<type>` where they differ in
    that."""


@dataclass(frozen=True)
class Said:
    """Reasons of one rule with one remedy."""

    rule: str
    number: int
    """Of reasons."""
    points: tuple[Point, ...]
    remedy: str
    """Open like what is said."""
    refuses: bool


def said(reasons: Sequence[Reason], changes: Sequence[Change], places: Places) -> tuple[Said, ...]:
    """Reasons with those together that differ by their place or their type alone. What refuses comes first, then each
    rule when it is first met."""
    types = {change.path: change.type for change in changes}
    equal: dict[tuple[bool, str, str], dict[str, list[_Open]]] = {}
    for reason in reasons:
        one = _Open(reason, types.get(reason.where), places)
        alike = equal.setdefault((reason.refuses, reason.rule, one.remedy(_OPEN)), {})
        alike.setdefault(one.what(_OPEN), []).append(one)
    found = []
    for (refuses, rule, _), alike in equal.items():
        every = [one for some in alike.values() for one in some]
        points: dict[tuple[Spot, ...], list[str]] = {}
        for some in alike.values():
            about = spots((one.reason.where for one in some), places)
            points.setdefault(about, []).append(_closest([one.what for one in some]))
        told = tuple(Point(about, tuple(whats)) for about, whats in points.items())
        found.append(Said(rule, len(every), told, _closest([one.remedy for one in every]), refuses))
    order = list(dict.fromkeys(one.rule for one in found))
    return tuple(sorted(found, key=lambda one: (not one.refuses, order.index(one.rule))))


_OPEN = 4


class _Open:
    """A reason as it is (form 0), and with more and more left open of what is of its resource and place alone."""

    def __init__(self, reason: Reason, type_: str | None, places: Places) -> None:
        self.reason, self._type, self._places = reason, type_, places
        self._home, self._name = _parted(reason.where, places)

    def what(self, form: int) -> str:
        return self._form(self.reason.what, form)

    def remedy(self, form: int) -> str:
        return self._form(self.reason.remedy, form)

    def _form(self, text: str, form: int) -> str:
        if form >= 1:
            text = text.replace(self.reason.where, "<resource>")
        if form >= 2 and self._name:
            text = _DIGEST.sub("<digest>", text.replace(self._home, "<stack>"))
        if form >= 3:
            text = self._places.alike(text, self._places.named(self.reason.where))
        if form >= 4 and self._type:
            text = text.replace(self._type, "<type>")
        return text


def _closest(all_of: Sequence[Callable[[int], str]]) -> str:
    """The form that leaves least open of those that all agree on; they agree on the last."""
    for form in range(_OPEN):
        texts = {text(form) for text in all_of}
        if len(texts) == 1:
            return texts.pop()
    return all_of[0](_OPEN)


def spots(paths: Iterable[str], places: Places) -> tuple[Spot, ...]:
    """Equal names in like homes together, and then the names of equal homes."""
    alike: dict[tuple[str, str], list[str]] = {}
    for path in dict.fromkeys(paths):
        home, name = _parted(path, places)
        place = places.named(path)
        alike.setdefault((places.alike(home, place), places.alike(name, place)), []).append(path)
    merged: dict[tuple[str, tuple[str, ...]], list[tuple[str, list[str]]]] = {}
    for (like, name), some in alike.items():
        homes = tuple(dict.fromkeys(_parted(path, places)[0] for path in some))
        names = tuple(dict.fromkeys(_parted(path, places)[1] for path in some))
        alone = len(homes) == 1
        # A few names are themselves; more, and those of several homes, are what they have in common.
        shown = names if len(names) == 1 or (alone and len(names) <= _FEW) else (name,)
        key = (homes[0], ()) if alone else (like, homes)
        merged.setdefault(key, []).extend((one, some if at == 0 else []) for at, one in enumerate(shown))
    return tuple(
        Spot(
            home,
            tuple(name for name, _ in found if name),
            tuple(filter(None, (places.named(one) for one in homes))),
            tuple(path for _, some in found for path in some),
        )
        for (home, homes), found in merged.items()
    )


def _parted(where: str, places: Places) -> tuple[str, str]:
    """A stack or a bundle, and the name in it; what is no path has no name."""
    parts = where.split("/")
    home = 2 if parts[0] in places.cells else 1
    if len(parts) <= home or (home == 1 and parts[0] not in places.stacks):
        return where, ""
    return "/".join(parts[:home]), "/".join(parts[home:])
