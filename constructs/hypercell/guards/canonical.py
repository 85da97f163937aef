"""A stack's text without what makes it that stack: two cells that differ in nothing else become one text."""

from __future__ import annotations

import re
from functools import cache

from fleet import geography, names
from fleet.cell import Cell
from fleet.phases import StackPlan
from fleet.region import Region

_ADDRESS = re.compile(r"\b(?:10|172)(?:\.\d{1,3}){3}(?=/\d|\b)")
_PASCAL_ADDRESS = re.compile(r"(?<=[a-z])(?:10|172)\d{2,9}(?=[A-Z{\"]|$)")
# What CDK appends to a logical id: it digests the ids above, which may hold a zone's.
_DIGEST = re.compile(r"\b([A-Z][A-Za-z0-9]*?)[0-9A-F]{8}\b")
# AWS's own ids of the same thing in each region: managed prefix lists, images; and our address pools.
_MINTED = re.compile(r"\b(pl|ami|ipv4pool-ec2)-[0-9a-f]{8,17}\b")
# The CDK sorts these by logical id: what stands first depends on a zone's name.
_DEPENDENCIES = re.compile(r'("DependsOn":\s*\[)([^\]]*)(\])')


def canonical(text: str, plan: StackPlan) -> str:
    """The text with region, account, zones, cell, addresses and digests replaced by what they are."""
    lower, pascal, words = _words(plan.name, plan.account, plan.region, _home(plan), _cell(plan))
    text = lower.sub(lambda match: words[match.group()], text)
    # Digests before the words inside of logical ids: a digit of one may follow a zone's number.
    text = _DIGEST.sub(r"\1{digest}", text)
    text = pascal.sub(lambda match: words[match.group()], text)
    text = _ADDRESS.sub("{address}", text)
    text = _PASCAL_ADDRESS.sub("{Address}", text)
    text = _MINTED.sub(r"\1-{id}", text)
    return _DEPENDENCIES.sub(
        lambda match: match[1] + ",".join(sorted(re.findall(r'"[^"]*"', match[2]))) + match[3], text
    )


def _home(plan: StackPlan) -> Region | None:
    if plan.scope is not None:
        return plan.scope
    return plan.subject if isinstance(plan.subject, Region) else None


def _cell(plan: StackPlan) -> Cell | None:
    return plan.subject if isinstance(plan.subject, Cell) else None


def _words(
    stack: str, account: str, region: str, home: Region | None, cell: Cell | None
) -> tuple[re.Pattern[str], re.Pattern[str], dict[str, str]]:
    """Lower-case words, whole between hyphens, dots and slashes; Pascal ones inside a logical id; what each means."""
    words = {stack: "{stack}", account: "{account}", region: "{region}", geography.code(region): "{code}"}
    if home is not None:
        words |= {home.name: "{region}", home.code: "{code}", home.account_id: "{account}"}
        words |= {names.pascal(home.code): "{Code}", names.pascal(home.name): "{Region}"}
        for number, zone in enumerate(home.zones, start=1):
            words |= {zone: f"{{zone{number}}}", names.pascal(zone): f"{{Zone{number}}}"}
    if cell is not None:
        words |= {cell.name: "{cell}", f"{cell.key}.{cell.region.code}": "{key}.{code}"}
        words |= {f"{cell.region.name}/{cell.key}": "{region}/{key}", names.pascal(cell.name): "{Cell}"}
    longest_first = sorted(words, key=len, reverse=True)
    return (
        _pattern(
            tuple(word for word in longest_first if not word[0].isupper()), r"(?<![A-Za-z0-9])", "(?![A-Za-z0-9])"
        ),
        _pattern(tuple(word for word in longest_first if word[0].isupper()), "", "(?![a-z0-9])"),
        words,
    )


@cache
def _pattern(words: tuple[str, ...], before: str, after: str) -> re.Pattern[str]:
    either = "|".join(re.escape(word) for word in words) or "(?!)"
    return re.compile(f"{before}(?:{either}){after}")
