"""One YAML file, read with the line of every value, and without the surprises of YAML 1.1.

`on`, `yes` and `no` are words here, not booleans; `1:30` is no sexagesimal number; duplicate keys are refused;
aliases are allowed but may not explode.
"""

from __future__ import annotations

import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Any, NoReturn

import yaml

from fleet.problem import FleetUnreadable, Path, Problem

MOST_BYTES = 4 << 20
MOST_VALUES = 200_000
MOST_DEPTH = 40

_INT = re.compile(r"[-+]?(0|[1-9][0-9]{0,18})\Z")
_FLOAT = re.compile(r"[-+]?([0-9]+\.[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?\Z")
_WORDS: dict[str, Any] = {"true": True, "false": False, "null": None, "~": None, "": None}
_TAGS = {f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "null", "seq", "map")} | {None, "!"}


@dataclass
class Document:
    """A file's content and where each part of it stands."""

    file: str
    content: Any
    lines: dict[Path, int] = field(default_factory=dict)


def read(file: FilePath, shown_as: str | None = None) -> Document:
    """Read a file.

    Raises:
        FleetUnreadable: missing, unreadable, empty, too large, no YAML, duplicate keys, or aliases that explode.
    """
    name = shown_as or str(file)
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            _refuse(name, 0, "is no file; a fleet's parts are plain files")
        if found.st_size > MOST_BYTES:
            _refuse(name, 0, f"{found.st_size} bytes is more than the {MOST_BYTES} a fleet file may have; split it")
        text = file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        _refuse(name, 0, "there is no such file")
    except UnicodeDecodeError as error:
        _refuse(name, 0, f"is not UTF-8: byte {error.start} is no text; save it as UTF-8")
    except OSError as error:
        _refuse(name, 0, f"cannot be read: {error.strerror}")
    return parse(text, name)


def parse(text: str, name: str) -> Document:
    """Read YAML from a string; `name` is how messages call it.

    Raises:
        FleetUnreadable: as for `read`.
    """
    try:
        loader = yaml.CSafeLoader(text)
        try:
            root = _Composer(loader, name).document()
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        _refuse(name, line, f"is not YAML: {_in_words(error.problem or error.context or 'it cannot be parsed')}")
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1 if isinstance(error.position, int) else 0
        _refuse(name, line, f"is not YAML: {error.reason}")
    if root is None or (root.kind == "scalar" and root.plain and root.value == ""):
        _refuse(name, 0, "is empty; write its fields, or start from what `hypercell init` writes")
    document = Document(name, None)
    document.content = _Builder(document).build(root, ())
    return document


def _in_words(problem: str) -> str:
    """The parser's own words, with a hint where they are known to puzzle."""
    if "cannot start any token" in problem:
        return f"{problem}; indent with spaces, not tabs, and quote values that begin with % @ or `"
    return problem


def _refuse(name: str, line: int, message: str) -> NoReturn:
    raise FleetUnreadable([Problem(name, line, "", message)])


@dataclass(slots=True)
class _Node:
    kind: str
    """`mapping`, `list` or `scalar`."""
    line: int
    value: Any
    """Pairs of nodes, nodes, or text."""
    plain: bool = True
    """Of a scalar: not quoted, so that it may be a number."""


class _Composer:
    """Events become nodes. The parser's own composer recurses in C: some 10,000 brackets end the process."""

    def __init__(self, loader: yaml.CSafeLoader, name: str) -> None:
        self._next: Callable[[], Any] = loader.get_event
        self._name = name
        self._anchors: dict[str, _Node | None] = {}
        self._made = 0

    def document(self) -> _Node | None:
        """The only document's root; None in an empty file."""
        self._next()
        if isinstance(self._next(), yaml.StreamEndEvent):
            return None
        root = self._node(self._next(), 0)
        self._next()
        after = self._next()
        if not isinstance(after, yaml.StreamEndEvent):
            _refuse(self._name, after.start_mark.line + 1, "has a second document; one file, one document")
        return root

    def _node(self, event: Any, depth: int) -> _Node:
        line = event.start_mark.line + 1
        self._made += 1
        if self._made > MOST_VALUES:
            _refuse(self._name, line, f"has more than {MOST_VALUES} values; split it")
        if depth > MOST_DEPTH:
            _refuse(self._name, line, f"is nested more than {MOST_DEPTH} deep; a fleet needs no more than ten")
        if isinstance(event, yaml.AliasEvent):
            return self._alias(str(event.anchor), line)
        if event.tag not in _TAGS:
            _refuse(self._name, line, f"has the tag {event.tag}; values here are plain, remove it")
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        node = self._filled(event, line, depth)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _alias(self, anchor: str, line: int) -> _Node:
        if anchor not in self._anchors:
            _refuse(self._name, line, f"*{anchor} is no alias: no &{anchor} stands before it")
        node = self._anchors[anchor]
        if node is None:
            _refuse(self._name, line, f"*{anchor} is an alias inside of itself; write the value out")
        return node

    def _filled(self, event: Any, line: int, depth: int) -> _Node:
        if isinstance(event, yaml.ScalarEvent):
            return _Node("scalar", line, event.value, event.style is None or event.style == "")
        parts: list[_Node] = []
        end = yaml.MappingEndEvent if isinstance(event, yaml.MappingStartEvent) else yaml.SequenceEndEvent
        while not isinstance(event := self._next(), end):
            parts.append(self._node(event, depth + 1))
        if end is yaml.SequenceEndEvent:
            return _Node("list", line, parts)
        return _Node("mapping", line, list(zip(parts[::2], parts[1::2], strict=True)))


class _Builder:
    """Turns nodes into plain values, counting what it makes: an alias is expanded each time it is used."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._made = 0

    def build(self, node: _Node, path: Path) -> Any:
        self._made += 1
        if self._made > MOST_VALUES:
            text = f"has more than {MOST_VALUES} values; aliases that repeat aliases explode"
            _refuse(self._document.file, node.line, text)
        if len(path) > MOST_DEPTH:
            _refuse(self._document.file, node.line, f"is nested more than {MOST_DEPTH} deep through its aliases")
        self._document.lines.setdefault(path, node.line)
        if node.kind == "mapping":
            return self._mapping(node, path)
        if node.kind == "list":
            return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
        return _scalar(node)

    def _mapping(self, node: _Node, path: Path) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.line
            if key_node.kind != "scalar":
                _refuse(self._document.file, line, "has a key that is not a plain word")
            if key_node.plain and key_node.value == "<<":
                _refuse(self._document.file, line, "merges with <<, which is not read; repeat the fields")
            key = _scalar(key_node)
            if not isinstance(key, int) or isinstance(key, bool):
                key = key_node.value
            if key in result:
                first = self._document.lines[(*path, key)]
                _refuse(self._document.file, line, f"{key!r} stands twice; it is already in line {first}")
            # The line of a field is where its name stands, also when its value begins below.
            self._document.lines[(*path, key)] = line
            result[key] = self.build(value_node, (*path, key))
        return result


def _scalar(node: _Node) -> Any:
    text: str = node.value
    if not node.plain:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text
