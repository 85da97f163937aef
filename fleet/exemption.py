"""What the delta gate lets pass once: one file an intention, `exceptions/<id>.yaml`, reviewed like any other line."""

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
]
"""What the delta gate refuses, by the word that its refusals and the exceptions share."""
WIPES: tuple[Wipe, ...] = get_args(Wipe)

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class Exemption(Document):
    """Objects that one promotion may remove or cripple, although the delta gate refuses it. Gone when its day is over."""

    action: Wipe
    """What is let pass, and nothing else."""
    resources: Annotated[tuple[Text, ...], Field(min_length=1)]
    """The very objects, as the refusal names them: `Namespace sessions`, `ConfigMap argocd/settings`. No patterns."""
    cells: Annotated[tuple[Text, ...], Field(min_length=1)]
    """The cells it holds in, by name: `[use1-a]`. Add one when the cell before has shown that it does no harm."""
    reason: Text
    """Why it is meant, for whoever asks in a year."""
    who: Text
    """Who answers for it."""
    until: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    """Last day it holds, YYYY-MM-DD, in UTC."""
