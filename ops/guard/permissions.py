"""Who may do what: edits of policies that let more through, or no longer what went through before."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, Literal

Finding = tuple[Literal["weaken", "widen", "stop"], str]

_DESTROYING = re.compile(
    r"^[a-z0-9-]+:(Delete|Terminate|Purge|Disable|Stop|Remove|Detach|Schedule|Deregister|Release|Put\w*Policy"
    r"|Set\w*Policy|Attach\w*Policy|CreateGrant|PassRole|UpdateAssumeRole|Replace|Revoke|Authorize)"
)
"""Actions that nobody gains by the way."""
_ACCOUNT = re.compile(r"(?<![0-9])(\d{12})(?![0-9])")


@dataclass(frozen=True)
class Statement:
    """One statement of a policy, its lists as sets."""

    effect: str
    actions: frozenset[str]
    resources: frozenset[str]
    principals: frozenset[str]
    negated: frozenset[str]
    """`NotAction` and its like, with what they hold."""
    condition: str

    @property
    def conditions(self) -> frozenset[str]:
        """Each condition by itself."""
        found: dict[str, Any] = json.loads(self.condition)
        return frozenset(f"{how} {key} {json.dumps(value)}" for how, one in found.items() for key, value in one.items())


def policies(definition: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every policy in a definition, by its place; those that stand there as text too."""
    if isinstance(definition, str) and definition.startswith("{") and '"Statement"' in definition:
        try:
            definition = json.loads(definition)
        except ValueError:
            return
    if isinstance(definition, dict):
        if "Statement" in definition:
            yield ".".join(path), definition
            return
        for key, value in definition.items():
            yield from policies(value, (*path, str(key)))
    elif isinstance(definition, list):
        for number, value in enumerate(definition):
            named = value.get("PolicyName") if isinstance(value, dict) else None
            yield from policies(value, (*path, str(named if isinstance(named, str) else number)))


def statements(policy: Mapping[str, Any] | None) -> tuple[Statement, ...]:
    found = (policy or {}).get("Statement") or []
    return tuple(_statement(one) for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict))


def compared(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None, own: frozenset[str]) -> Iterator[Finding]:
    """What a policy would let through, or no longer let through.

    Args:
        own: account ids whose principals a policy may name without more being opened.
    """
    before, after = statements(old), statements(new)
    if old and new and old.get("Version") != new.get("Version"):
        yield "stop", f"would be read as policy language {new.get('Version')}, not {old.get('Version')}"
    allows = [one for one in before if one.effect == "Allow"]
    for one in after:
        if one.effect == "Allow" and one not in before:
            yield from _born(one, own) if old is None else _wider(one, allows, own)
        if one.effect == "Deny" and old is not None and not any(_says_all(other, one) for other in before):
            yield "stop", f"would deny {_shown(one.actions or one.negated)}, which went through"
    for one in before:
        if one.effect == "Deny" and not any(_says_all(other, one) for other in after):
            yield "weaken", f"would no longer deny {_shown(one.actions or one.negated)} as it does"
        if one.effect == "Allow" and one not in after:
            lost = [action for action in sorted(one.actions) if not _still(action, one, after)]
            if lost or (one.negated and not any(one.negated == other.negated for other in after)):
                yield "stop", f"would no longer allow {_shown(lost or one.negated)} as it does"


def _born(one: Statement, own: frozenset[str]) -> Iterator[Finding]:
    """What a policy that is new opens. Narrow grants of something new to itself are judged when it is synthesized
    (bounded roles, narrow policies): here counts what lets strangers in, or anybody do anything, under no condition.
    """
    if one.conditions:
        return
    if one.negated:
        yield "widen", f"would allow all but {_shown(one.negated)}"
    for action in sorted(one.actions):
        if action == "*" or action.endswith(":*"):
            yield "widen", f"would allow {action}"
    for principal in sorted(one.principals):
        accounts = set(_ACCOUNT.findall(principal))
        if ".amazonaws.com" not in principal and (not accounts or accounts - own):
            yield "widen", f"would let {principal} in"


def _wider(one: Statement, allows: list[Statement], own: frozenset[str]) -> Iterator[Finding]:
    known = [other for other in allows if other.principals >= one.principals or not one.principals]
    covering = [other for other in known if other.conditions <= one.conditions]
    if one.negated and not any(other.negated == one.negated for other in allows):
        yield "widen", f"would allow all but {_shown(one.negated)}"
    for action in sorted(one.actions):
        covered = any(fnmatchcase(action, pattern) for other in covering for pattern in other.actions)
        if not covered and ("*" in action or _DESTROYING.match(action)):
            yield "widen", f"would allow {action}"
    for resource in sorted(one.resources):
        broad = resource.strip('"').rpartition(":")[2] in ("*", "*/*")
        if (
            broad
            and one.actions
            and not any(resource in other.resources and other.actions & one.actions for other in allows)
        ):
            yield "widen", f"would allow {_shown(one.actions)} on {resource}"
    held = frozenset(principal for other in allows for principal in other.principals)
    for principal in sorted(one.principals - held):
        accounts = set(_ACCOUNT.findall(principal))
        if (not accounts or accounts - own) and not _for_own(one, principal, own):
            yield "widen", f"would let {principal} in"
    same = [other for other in known if other.actions >= one.actions and other.resources >= one.resources]
    if same and not any(other.conditions <= one.conditions for other in same):
        yield "widen", f"would allow {_shown(one.actions)} under other conditions than before"


def _for_own(one: Statement, principal: str, own: frozenset[str]) -> bool:
    """Whether it lets in a service of AWS that says for whom it acts, and that only for accounts of the fleet."""
    said = json.loads(one.condition).get("StringEquals", {}).get("aws:SourceAccount", [])
    accounts = {str(account) for account in (said if isinstance(said, list) else [said])}
    return principal.endswith(".amazonaws.com") and bool(accounts) and accounts <= own


def _says_all(one: Statement, other: Statement) -> bool:
    """Whether one denies all that the other does."""
    if one.effect != other.effect or one.negated != other.negated:
        return False
    actions = all(any(fnmatchcase(action, pattern) for pattern in one.actions) for action in other.actions)
    resources = "*" in {name.strip('"') for name in one.resources} or one.resources >= other.resources
    principals = "*" in one.principals or one.principals >= other.principals
    return actions and resources and principals and one.conditions <= other.conditions


def _still(action: str, one: Statement, after: tuple[Statement, ...]) -> bool:
    """Whether what a statement allows is allowed still, for all of its resources and principals."""
    allowing = [
        other for other in after
        if other.effect == "Allow" and other.conditions <= one.conditions
        and any(fnmatchcase(action, pattern) for pattern in other.actions)
    ]  # fmt: skip
    resources = frozenset(name for other in allowing for name in other.resources)
    principals = frozenset(name for other in allowing for name in other.principals)
    patterns = [name.strip('"') for name in resources]
    return (
        bool(allowing)
        and all(
            any(fnmatchcase(name.strip('"'), pattern) for pattern in patterns) for name in one.resources - resources
        )
        and (principals >= one.principals or "*" in principals)
    )


def _statement(one: Mapping[str, Any]) -> Statement:
    principal = one.get("Principal")
    named = {"*"} if principal == "*" else set()
    for values in principal.values() if isinstance(principal, dict) else ():
        named |= _texts(values)
    negated = {f"{key} {text}" for key in ("NotAction", "NotResource", "NotPrincipal") for text in _texts(one.get(key))}
    return Statement(
        effect=str(one.get("Effect")),
        actions=frozenset(text.strip('"') for text in _texts(one.get("Action"))),
        resources=frozenset(_texts(one.get("Resource"))),
        principals=frozenset(text.strip('"') for text in named),
        negated=frozenset(negated),
        condition=json.dumps(one.get("Condition") or {}, sort_keys=True),
    )


def _texts(value: Any) -> set[str]:
    if value is None:
        return set()
    return {json.dumps(one, sort_keys=True) for one in (value if isinstance(value, list) else [value])}


def _shown(values: Any) -> str:
    names = sorted(values)
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
