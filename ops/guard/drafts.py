"""Changes while they are being found out: one a path, which only ever gets worse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ops.guard.change import Action, Change


@dataclass
class Draft:
    """What is known of one change so far."""

    action: Action
    home: str
    name: str
    type: str
    stateful: bool = False
    fields: dict[str, None] = field(default_factory=dict)
    whys: dict[Action, dict[str, None]] = field(default_factory=dict)

    @property
    def final(self) -> Change:
        """The change, with the reasons for its action and none of those for milder ones."""
        why = "; ".join(self.whys.get(self.action, ()))
        return Change(self.action, self.home, self.name, self.type, self.stateful, tuple(self.fields), why)


@dataclass
class Drafts:
    """All of them, by home and name."""

    found: dict[tuple[str, str], Draft] = field(default_factory=dict)

    def add(
        self,
        action: Action,
        home: str,
        name: str,
        type: str,
        *,
        stateful: bool = False,
        fields: Iterable[str] = (),
        why: str = "",
    ) -> bool:
        """Say something of a path. Of two opinions the greater holds.

        Returns:
            Whether its action is now another than before.
        """
        draft = self.found.get((home, name))
        known = draft is not None
        if draft is None:
            draft = self.found[home, name] = Draft(action, home, name, type, stateful)
        worse = action > draft.action or not known
        draft.action = max(draft.action, action)
        draft.stateful = draft.stateful or stateful
        draft.fields.update(dict.fromkeys(fields))
        if why:
            draft.whys.setdefault(action, {})[why] = None
        return worse

    def __iter__(self) -> Iterator[Change]:
        for _, draft in sorted(self.found.items()):
            yield draft.final
