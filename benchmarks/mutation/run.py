"""Judge every mutant of a fleet by the guard, each of its own, on two processes."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from benchmarks.mutation import objects, resources
from benchmarks.mutation.mutant import Canon, Mutant, applied, grouped
from benchmarks.mutation.oracle import DANGEROUS
from ops.guard import dependents
from ops.guard.judge import judge
from ops.guard.report import Verdict
from ops.guard.snapshot import Snapshot

TODAY = date(2026, 11, 25)

Guard = Callable[[Snapshot, Snapshot], bool]
"""Whether it refuses a change, or cannot tell."""


@dataclass(frozen=True)
class Judged:
    """One mutant, for those that it stands for."""

    mutant: Mutant
    stands_for: int
    """Mutants that come to the same, itself among them."""
    refused: bool


@dataclass(frozen=True)
class Result:
    """A whole run."""

    judged: tuple[Judged, ...]
    seconds: float

    def rate(self, kills: str | None) -> tuple[int, int, int, int]:
        """Of a class: judged and refused, represented and refused."""
        mine = [one for one in self.judged if one.mutant.kills == kills]
        dead = [one for one in mine if one.refused]
        return len(mine), len(dead), sum(o.stands_for for o in mine), sum(o.stands_for for o in dead)

    @property
    def survivors(self) -> list[Judged]:
        """Dangerous mutants that the guard let pass."""
        return [one for one in self.judged if one.mutant.kills is not None and not one.refused]


def refuses(base: Snapshot, head: Snapshot) -> bool:
    """The guard as it is."""
    return judge(base, head, now=TODAY).verdict in (Verdict.REFUSED, Verdict.UNDECIDED)


def every_mutant(base: Snapshot) -> dict[str, list[Mutant]]:
    """Mutants of a fleet, those that come to the same together."""
    return grouped(chain(resources.mutants(base), objects.mutants(base)), Canon(base.record))


def run(
    base: Snapshot, groups: Mapping[str, Sequence[Mutant]], guard: Guard = refuses, *, processes: int = 2
) -> Result:
    """Judge one mutant of each group."""
    began = time.perf_counter()
    chosen = [(some[0], len(some)) for some in groups.values()]
    with _remembered(base):
        if processes == 1:
            judged = [_judged(one, base, guard) for one in chosen]
        else:
            _SHARED.update(base=base, guard=guard, chosen=chosen)
            with multiprocessing.get_context("fork").Pool(processes) as pool:
                dead = pool.map(_by_number, range(len(chosen)), chunksize=32)
            judged = [Judged(one, count, refused) for (one, count), refused in zip(chosen, dead, strict=True)]
    return Result(tuple(judged), time.perf_counter() - began)


_SHARED: dict[str, Any] = {}
"""What the processes of a run were born with."""


def _by_number(number: int) -> bool:
    return _judged(_SHARED["chosen"][number], _SHARED["base"], _SHARED["guard"]).refused


def _judged(chosen: tuple[Mutant, int], base: Snapshot, guard: Guard) -> Judged:
    mutant, count = chosen
    try:
        return Judged(mutant, count, guard(base, applied(base, mutant)))
    except (TypeError, ValueError, LookupError, AttributeError) as error:
        error.add_note(f"while judging {mutant.shown}")
        raise


@contextmanager
def _remembered(base: Snapshot) -> Iterator[None]:
    """References of what no mutant touches are looked up once: they take most of a judgement's time."""
    original = dependents.references
    known = {
        id(part): tuple(original(part))
        for stack in base.stacks.values()
        for part in chain(stack.resources.values(), (stack.template.get("Outputs") or {}).values())
    }

    def references(value: Any) -> Iterable[tuple[str | None, str]]:
        # By identity: the snapshot lives as long as this does, and a mutant shares all of it but its own part.
        found = known.get(id(value))
        return original(value) if found is None else found

    dependents.references = references  # type: ignore[assignment]
    try:
        yield
    finally:
        dependents.references = original


def by_class(result: Result) -> list[tuple[str, int, int, int, int]]:
    """Class, judged, refused, represented, refused."""
    return [(kills or "others", *result.rate(kills)) for kills in (*DANGEROUS, None)]


def by_kind(survivors: Iterable[Judged]) -> list[tuple[str, str, str, int, str]]:
    """Survivors by class, type and what was done: how many, and one of them."""
    found: Counter[tuple[str, str, str]] = Counter()
    example: dict[tuple[str, str, str], str] = {}
    for one in survivors:
        key = (str(one.mutant.kills), one.mutant.type, one.mutant.how)
        found[key] += one.stands_for
        example.setdefault(key, "/".join((*one.mutant.home, one.mutant.name)))
    return sorted((*key, count, example[key]) for key, count in found.items())
