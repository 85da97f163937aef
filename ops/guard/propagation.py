"""What follows from a replacement: whoever reads the old one's id, address or output gets the new one's."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from ops.delta.objects import at
from ops.guard.change import Action
from ops.guard.drafts import Drafts
from ops.guard.leftovers import STAYS
from ops.guard.paths import dotted
from ops.guard.references import OUTPUTS, Links, Place
from ops.guard.rulings import ruling
from ops.guard.snapshot import Snapshot, Stack
from ops.guard.stateful import is_stateful
from ops.guard.templates import kind

_ANOTHER = (Action.MAY_REPLACE, Action.REPLACE)
_BECOMES = {Action.MAY_REPLACE: "which may be replaced", Action.REPLACE: "which is replaced"}

MOVING: Mapping[str, tuple[str, frozenset[str]]] = {
    "AWS::EC2::LaunchTemplate": ("Properties.LaunchTemplateData", frozenset({"LatestVersionNumber"})),
}
"""Types that are updated in place, to the property whose change moves some of their attributes, and to those."""


class Propagation:
    """From what was found by comparing, to all that follows, until nothing more does."""

    def __init__(self, base: Snapshot, head: Snapshot, drafts: Drafts) -> None:
        self._base, self._head, self._drafts = base, head, drafts
        self._links: dict[str, Links] = {}
        self._waiting: deque[tuple[str, str]] = deque()
        self._announced: dict[str, Action] = {}
        """Output, as `stack/output`, to the worst that its readers were told of."""

    def run(self) -> None:
        self._waiting.extend(self._drafts.found)
        while self._waiting:
            home, name = self._waiting.popleft()
            if home in self._head.stacks:
                self._follow(self._head.stacks[home], name)
        self._unread()

    def _follow(self, stack: Stack, name: str) -> None:
        draft = self._drafts.found[stack.name, name]
        section, _, member = name.partition(".")
        if draft.action in _ANOTHER:
            why = f"refers to {name}, {_BECOMES[draft.action]}"
            for place in self._readers(stack.name, name):
                self._moved(stack, place, draft.action, why)
        elif draft.type in MOVING and draft.action is Action.UPDATE:
            cause, attributes = MOVING[draft.type]
            if any(field.startswith(cause) for field in draft.fields):
                for place in self._readers(stack.name, name):
                    if place.attribute in attributes:
                        self._moved(stack, place, Action.REPLACE, f"reads {place.attribute} of {name}, which changes")
        if section == OUTPUTS and member and draft.action is Action.UPDATE:
            self._published(stack, member, Action.REPLACE if "Value" in _tops(draft.fields) else Action.UPDATE)
        elif section in ("Parameters", "Mappings", "Conditions") and member:
            targets = {"Parameters": (member,), "Mappings": (name, "Mappings.*")}.get(section, (name,))
            for target in targets:
                for place in self._readers(stack.name, target):
                    self._moved(stack, place, Action.MAY_REPLACE, f"depends on {name}, which changes")

    def _published(self, stack: Stack, output: str, cause: Action) -> None:
        """An output has, or may have, another value."""
        path = f"{stack.name}/{output}"
        if cause > self._announced.get(path, Action.UPDATE):
            self._announced[path] = cause
            how = "changes" if cause is Action.REPLACE else "may change"
            for reader, place in self._readers_of(stack, output):
                self._moved(reader, place, cause, f"reads {output} of {stack.name}, which {how}")

    def _moved(self, stack: Stack, place: Place, cause: Action, why: str) -> None:
        """What stands at a place gets another value."""
        old = self._base.stacks.get(stack.name)
        section, _, member = place.name.partition(".")
        if member:
            part, published = section.removesuffix("s"), section == OUTPUTS
            self._note(stack, place.name, part, Action.UPDATE, dotted(place.path), why, follow=not published)
            if published:
                self._published(stack, member, cause)
            return
        if old is None or place.name not in old.resources or place.name not in stack.resources:
            return  # it is made anew in any case
        before, after = old.resources[place.name], stack.resources[place.name]
        kind_of, field = kind(after), dotted(("Properties", *place.path))
        action = Action.UPDATE
        if place.path == ("Condition",):
            keeps = before.get("DeletionPolicy") in STAYS
            field, action = "Condition", Action.ORPHAN if keeps else Action.DELETE
        elif place.path:
            was, is_ = before.get("Properties") or {}, after.get("Properties") or {}
            said, because = ruling(kind_of, stack.region, place.path, was, is_)
            if said in _ANOTHER:
                action = min(said, cause)
                why = f"{dotted(place.path)} {why}; {because}"
            else:
                action = said
        self._note(stack, place.name, kind_of, action, field, why, stateful=is_stateful(before, after))

    def _note(
        self,
        stack: Stack,
        name: str,
        type: str,
        action: Action,
        field: str,
        why: str,
        *,
        stateful: bool = False,
        follow: bool = True,
    ) -> None:
        known = self._drafts.found.get((stack.name, name))
        if known is not None and known.action in (Action.CREATE, Action.DELETE):
            return
        fields = (field,) if field else ()
        if self._drafts.add(action, stack.name, name, type, stateful=stateful, fields=fields, why=why) and follow:
            self._waiting.append((stack.name, name))

    def _unread(self) -> None:
        """Outputs that leave: whether somebody still reads them."""
        for (home, name), draft in list(self._drafts.found.items()):
            section, _, output = name.partition(".")
            if section == OUTPUTS and draft.action is Action.DELETE:
                draft.whys[Action.DELETE] = {_read_by(self._readers_of(self._base.stacks[home], output)): None}
        for home, old in self._base.stacks.items():
            if home not in self._head.stacks:
                for output in old.template.get(OUTPUTS) or {}:
                    readers = self._readers_of(old, output)
                    if readers:
                        self._drafts.add(Action.DELETE, home, f"{OUTPUTS}.{output}", "Output", why=_read_by(readers))

    def _readers_of(self, stack: Stack, output: str) -> list[tuple[Stack, Place]]:
        """Who reads an output in head: by the stack's name and its own, or by the name it is exported by."""
        exported = at(stack.template, OUTPUTS, output, "Export", "Name")
        return [*self._across.get(f"{stack.name}/{output}", ()), *self._across.get(f"/{exported}", ())]

    def _readers(self, home: str, name: str) -> list[Place]:
        if home not in self._links:
            self._links[home] = Links(self._head.stacks[home])
        return self._links[home].readers.get(name, [])

    @cached_property
    def _across(self) -> Mapping[str, list[tuple[Stack, Place]]]:
        """`stack/output` to who reads it in head. Made when the first output changes."""
        found: dict[str, list[tuple[Stack, Place]]] = {}
        for stack, target, place in self._all_across():
            found.setdefault(target, []).append((stack, place))
        return found

    def _all_across(self) -> Iterator[tuple[Stack, str, Place]]:
        for stack in self._head.stacks.values():
            links = self._links.setdefault(stack.name, Links(stack))
            for target, places in links.readers.items():
                if "/" in target:
                    for place in places:
                        yield stack, target, place


def _tops(fields: Iterable[str]) -> set[str]:
    return {field.partition(".")[0] for field in fields}


def _read_by(readers: list[tuple[Stack, Place]]) -> str:
    names = sorted({f"{stack.name}/{place.name}" for stack, place in readers})
    if not names:
        return "nobody of the fleet reads it"
    more = f" and {len(names) - 4:,} more" if len(names) > 4 else ""
    return f"{', '.join(names[:4])}{more} still read it, and fail at their next update"
