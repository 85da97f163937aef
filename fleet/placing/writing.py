"""placements.yaml with other cells in it: every line that says nothing new stays as it is, comments included."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from fleet import yamlfile
from fleet.problem import FleetUnreadable, Path

Placements = Mapping[str, Mapping[str, Sequence[str]]]
"""Region, service, cells."""

WHY = "# Proposed by `hypercell place`, reviewed, then read: synthesis never moves a service."

_LIST = re.compile(r"(?P<key>\s*[^\s#:][^:]*:\s*)\[[^\]#]*\](?P<rest>\s*(#.*)?)")


def fresh(placements: Placements, head: Sequence[str] = (WHY,)) -> str:
    """The file written anew, below the lines of its head."""
    lines = list(head)
    for region, services in placements.items():
        lines += [f"{region}:" + ("" if services else " {}"), *(f"  {_entry(*one)}" for one in services.items())]
    return "\n".join(lines) + "\n"


def updated(text: str, placements: Placements) -> tuple[str, bool]:
    """The file's text with these placements; False if no more than the comments on top of it could be kept.

    Regions that `placements` does not name stay.

    Raises:
        FleetUnreadable: the text is no YAML.
    """
    before = yamlfile.parse(text, "placements.yaml").content
    wanted = {
        region: {name: list(keys) for name, keys in services.items()}
        for region, services in {**before, **placements}.items()
    }
    if before == wanted:
        return text, True
    edited = _edited(text, wanted)
    if _says(edited, wanted):
        return edited, True
    lines = text.splitlines()
    comments = next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))
    return fresh(wanted, lines[:comments]), False


def _entry(service: str, cells: Sequence[str]) -> str:
    return f"{service}: {_list(cells)}"


def _list(cells: Sequence[str]) -> str:
    """`[a, b]`; a cell that is called like a value of YAML is quoted."""
    return "[" + ", ".join(f'"{key}"' if key in ("true", "false", "null") else key for key in cells) + "]"


def _says(text: str, wanted: Placements) -> bool:
    """Whether the text means that. Aliases and nested brackets are beyond an edit by lines: then it does not."""
    try:
        return bool(yamlfile.parse(text, "placements.yaml").content == wanted)
    except FleetUnreadable:
        return False


Edit = tuple[int, int, list[str]]
"""First line, the line after the last, and what stands there instead; counted from 0."""


def _edited(text: str, wanted: Placements) -> str:
    document, lines = yamlfile.parse(text, "placements.yaml"), text.splitlines()
    heads = sorted((line - 1, path) for path, line in document.lines.items() if len(path) in (1, 2))
    spans: dict[Path, tuple[int, int]] = {}
    for (start, path), after in zip(heads, [*(line for line, _ in heads[1:]), len(lines)], strict=True):
        # Comments and empty lines above the next entry are the next entry's.
        while after > start + 1 and (not (above := lines[after - 1].strip()) or above.startswith("#")):
            after -= 1
        spans[path] = start, after
    edits: list[Edit] = []
    for region, services in wanted.items():
        if region in document.content:
            edits += _region(lines, spans, region, document.content[region], services)
        else:
            edits.append((len(lines), len(lines), [f"{region}:", *(f"  {_entry(*one)}" for one in services.items())]))
    for start, end, instead in sorted(edits, key=lambda edit: edit[:2], reverse=True):
        lines[start:end] = instead
    newline = "\r\n" if "\r\n" in text else "\n"
    return newline.join([*lines, ""])


def _region(
    lines: Sequence[str],
    spans: Mapping[Path, tuple[int, int]],
    region: str,
    before: Mapping[str, Sequence[str]],
    wanted: Mapping[str, Sequence[str]],
) -> list[Edit]:
    edits: list[Edit] = [(*spans[region, name], []) for name in before if name not in wanted]
    first = next((lines[spans[region, name][0]] for name in before), "  ")
    indent, last = first[: len(first) - len(first.lstrip())], spans[region,][0] + 1
    added: dict[int, list[str]] = {}
    for name, cells in wanted.items():
        if name not in before:
            added.setdefault(last, []).append(indent + _entry(name, cells))
            continue
        start, last = spans[region, name]
        if list(before[name]) != list(cells):
            found = _LIST.fullmatch(lines[start])
            line = f"{found['key']}{_list(cells)}{found['rest']}" if found else indent + _entry(name, cells)
            edits.append((start, last, [line]))
    return edits + [(place, place, new) for place, new in added.items()]
