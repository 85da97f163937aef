"""Whole bundles before their API servers: each text once, what passed before not again, two processes at work."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeGuard

from admission.beside import beside
from admission.builtin import judged_by
from admission.cell import Exempt, Stands, together
from admission.custom import Definitions, files
from admission.finding import Finding
from admission.judge import Judge, Judged
from admission.remembered import Remembered, key, named
from admission.remembered import definitions as read
from admission.yamlstream import Unreadable, line_of, load, split

_ALONE = 300
"""Texts that one process judges sooner than a second could help."""


@dataclass(frozen=True)
class Bundle:
    """The folder of one cell's bundles."""

    cell: str
    folder: Path
    kubernetes: str
    """Minor version of the cell."""


@dataclass(frozen=True, order=True)
class Problem:
    """A finding with its place. Sorted by file and line."""

    file: str
    line: int
    object: str
    """`Deployment sessions/sessions`."""
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.object}: {self.text}"


@dataclass(frozen=True)
class Report:
    """What was found in some bundles."""

    cells: int
    objects: int
    judged: int
    """Texts that were judged now: not known from before, and each once."""
    versions: tuple[str, ...]
    """What they were judged by: the versions of the cells, and the next ones."""
    problems: tuple[Problem, ...]
    unchecked: dict[tuple[str, str], int]
    """apiVersion and kind to the number of objects no schema was at hand for."""
    exempt: dict[Exempt, list[str]]
    """Exceptions from Pod Security to the cells that declare them."""


@dataclass(frozen=True)
class _Text:
    """A document at its place, by the hash of its text."""

    file: Path
    line: int
    name: str


def review(bundles: Sequence[Bundle], definitions: Sequence[Path], *, memory: Path | None = None) -> Report:
    """Judge every object of some bundles.

    Args:
        definitions: folders or files with CustomResourceDefinitions.
        memory: folder that remembers what passed.

    Raises:
        KeyError: no schemas of a cell's version are at hand.
        DefinitionsUnreadable: definitions cannot be used.
        OSError: a bundle cannot be read.
    """
    found = files(definitions)
    rules = key(found)
    known = Remembered.read(memory, rules) if memory else Remembered()
    places: dict[str, list[_Text]] = {}
    new: dict[str, dict[str, str]] = {}
    for bundle in bundles:
        texts = places.setdefault(bundle.cell, [])
        for text, where in _texts(bundle):
            texts.append(where)
            if where.name not in known.passed:
                new.setdefault(bundle.kubernetes, {})[where.name] = text
    judged = _judge(new, found, memory, rules)
    verdicts: dict[str, Verdict] = {**known.passed, **judged}
    if memory:
        used = {where.name for texts in places.values() for where in texts}
        passed = {name: one for name, one in verdicts.items() if name in used and _passed(one)}
        if passed.keys() != known.passed.keys():
            Remembered(passed).write(memory, rules)
    return _report(bundles, places, verdicts, len(judged))


def _texts(bundle: Bundle) -> Iterator[tuple[str, _Text]]:
    for file in sorted(bundle.folder.rglob("*.yaml")):
        for line, text in split(file.read_text("utf-8")):
            yield text, _Text(file, line, named(text, bundle.kubernetes))


def _passed(one: Verdict) -> TypeGuard[Judged]:
    return isinstance(one, Judged) and not (one.findings or one.unrestricted or one.above_baseline)


# --- judging ----------------------------------------------------------------------------------------------------


def _judge(
    new: dict[str, dict[str, str]], found: Sequence[Path], memory: Path | None, rules: str
) -> dict[str, Verdict]:
    """Verdicts by the hash of the text."""
    if not new:
        return {}
    definitions = read(found, memory, rules)
    work = [(version, name, text) for version, texts in new.items() for name, text in texts.items()]
    if len(work) <= _ALONE or _processors() == 1:
        return _verdicts(definitions, work)
    with beside(_verdicts, definitions, work[1::2]) as others:
        return _verdicts(definitions, work[::2]) | others()


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


Verdict = Judged | Unreadable


def _verdicts(definitions: Definitions, work: Iterable[tuple[str, str, str]]) -> dict[str, Verdict]:
    """Of texts by version and name."""
    judges: dict[str, Judge] = {}
    found: dict[str, Verdict] = {}
    for version, name, text in work:
        if version not in judges:
            judges[version] = Judge(version, definitions)
        try:
            found[name] = judges[version].judge(load(text))
        except Unreadable as error:
            found[name] = error
    return found


# --- reporting --------------------------------------------------------------------------------------------------


def _report(
    bundles: Sequence[Bundle], places: dict[str, list[_Text]], verdicts: dict[str, Verdict], judged: int
) -> Report:
    documents = cache(_documents)
    problems: list[Problem] = []
    unchecked: Counter[tuple[str, str]] = Counter()
    exempt: dict[Exempt, list[str]] = {}
    for cell, texts in places.items():
        standing = []
        for where in texts:
            verdict = verdicts[where.name]
            if isinstance(verdict, Unreadable):
                problems.append(Problem(where.file.as_posix(), where.line + verdict.line, "the document", str(verdict)))
            else:
                standing.append(Stands(where.file, where.line, verdict))
        found, declared = together(standing)
        found += [(one, finding) for one in standing for finding in one.judged.findings]
        problems += [_problem(one, finding, documents(one.file)[one.line]) for one, finding in found]
        unchecked.update((one.judged.api_version, one.judged.kind) for one in standing if one.judged.unchecked)
        for exception in declared:
            exempt.setdefault(exception, []).append(cell)
    return Report(
        len(bundles),
        sum(map(len, places.values())),
        judged,
        tuple(sorted({version for one in bundles for version in judged_by(one.kubernetes)})),
        tuple(sorted(set(problems))),
        dict(sorted(unchecked.items())),
        exempt,
    )


def _problem(one: Stands, finding: Finding, text: str) -> Problem:
    line = one.line + line_of(text, finding.place)
    return Problem(one.file.as_posix(), line, one.judged.title, str(finding))


def _documents(file: Path) -> dict[int, str]:
    """The documents of a file by the lines they begin in."""
    return dict(split(file.read_text("utf-8")))
