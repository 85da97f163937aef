"""What a gate lets pass once: one file an intention, `exceptions/<id>.yaml`, reviewed like any other line."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field, StringConstraints

from fleet.document import Document

Wipe = Literal[
    "remove",
    "empty",
    "scale-to-zero",
    "quota-to-zero",
    "limits-to-zero",
    "change-selector",
    "deny-all",
    "change-pod-security",
    "drop-protection",
    "change-guard",
    "grant-deletion",
    "admit-all",
]
"""What the delta gate refuses of a bundle, by the word that its refusals and the exceptions share."""
WIPES: tuple[Wipe, ...] = get_args(Wipe)

Deed = Literal["replace", "delete", "orphan", "exceed-scope", "stop", "weaken", "widen"]
"""What the guard refuses of a template, by the word that its refusals and the exceptions share."""
DEEDS: tuple[Deed, ...] = get_args(Deed)

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]
TemplateDigest = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]


class Exemption(Document):
    """Objects of a bundle, or resources of templates, of which one change is let pass. Gone when its day is over."""

    action: Literal[Wipe, Deed]
    """What is let pass, and nothing else: of objects in a cluster the delta gate's words, of resources the guard's."""
    resources: Annotated[tuple[Text, ...], Field(min_length=1)]
    """The very things, as the refusal names them: `Namespace sessions`, `skyline-use1-keys/DataKey`. No patterns."""
    cells: tuple[Text, ...] = ()
    """Of objects: the cells it holds in, by name: `[use1-a]`. Add one when the cell before has shown that it does no harm."""
    base: dict[str, TemplateDigest] = Field(default_factory=dict)
    """Of resources: stack to the digest of its template before the change. On top of another template it lets nothing pass."""
    reason: Text
    """Why it is meant, for whoever asks in a year."""
    who: Text
    """Who answers for it."""
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """Last day it holds, YYYY-MM-DD, in UTC."""

    @property
    def of_templates(self) -> bool:
        """Whether it is about resources of templates, not about objects of bundles."""
        return self.action in DEEDS
