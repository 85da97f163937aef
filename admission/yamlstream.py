"""Files of several documents: where each begins, what it holds, and in which line a field stands."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import yaml

_BETWEEN = re.compile(r"^---[ \t]*(?:#.*)?$\n?", re.MULTILINE)


class Unreadable(Exception):
    """A document is no YAML that an API server takes. One sentence; `line` counts from the document's first, 0."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message, line)
        self.line = line

    def __str__(self) -> str:
        return str(self.args[0])


def split(text: str) -> Iterator[tuple[int, str]]:
    """The documents of a file with the line each begins in, counted from 1. Empty ones are left out."""
    if text.startswith("---\n") and "\n--- " not in text:  # as our own writer has it, and quicker
        *parts, last = text[4:].split("\n---\n")
        line = 2
        for part in (*(f"{part}\n" for part in parts), last):  # the end of a line may be part of a value
            if _holds_something(part):
                yield line, part
            line += part.count("\n") + 1
        return
    begin, line = 0, 1
    for mark in (*_BETWEEN.finditer(text), None):
        part = text[begin : mark.start() if mark else len(text)]
        if _holds_something(part):
            yield line, part
        if mark:
            line += text.count("\n", begin, mark.end())
            begin = mark.end()


def _holds_something(part: str) -> bool:
    if part[:1].isalpha():
        return True
    return any(line.strip() and not line.lstrip().startswith("#") for line in part.splitlines())


class _Loader(yaml.CSafeLoader):
    """Refuses a key that stands twice, as strict field validation does, and takes no text for a date."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        first = node.value[0] if node.value else None
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        # What `<<` merges in stands in front then, and may be said again.
        if len(mapping) < len(node.value) and node.value[0] is first:
            seen = set()
            for key, _ in node.value:
                if key.value in seen:
                    raise Unreadable(f"{key.value}: stands twice in one mapping; remove one", key.start_mark.line)
                seen.add(key.value)
        return mapping


_Loader.yaml_implicit_resolvers = {
    sign: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for sign, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str) -> Any:
    """What one document holds.

    Raises:
        Unreadable: it is no YAML, more than one document, or says a key twice.
    """
    try:
        return yaml.load(text, _Loader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        why = getattr(error, "problem", None) or str(error)
        raise Unreadable(f"is no YAML: {' '.join(why.split())}; mend it", mark.line if mark else 0) from None


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line of a document, from 0, in which a field stands: of the deepest part of the place that is there."""
    node = yaml.compose(text, yaml.CSafeLoader)
    line = 0
    for part in place:
        if isinstance(node, yaml.MappingNode):
            found = next(((key, value) for key, value in node.value if key.value == str(part)), None)
            if found is None:
                break
            line, node = found[0].start_mark.line, found[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line
        else:
            break
    return line
