"""`hypercell init`: five answers become a folder that deploys one region with one cell.

The folder is the blueprint `day-one` with other names in it, so that what a founder starts from is what the tests
deploy. It is written beside and renamed: an interrupted run leaves nothing.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path

from fleet import dsql, geography, natimages, prefixlists
from fleet.load import load
from fleet.problem import FleetError

EXIT_INPUT = 2
DAY_ONE = Path(__file__).parents[1] / "blueprints" / "day-one"
SCHEMAS = Path(__file__).parents[1] / "schemas"

Ask = Callable[[str, str | None], str]
"""Asks a person: the question and a default, the answer."""


@dataclass(frozen=True)
class Answers:
    """What a founder decides on the first day."""

    fleet: str
    """Prefix of every physical name."""
    domain: str
    region: str
    account: str
    """12 digits."""
    oncall: str
    """Address that alarms go to."""


QUESTIONS = {
    "fleet": "Name of the fleet, the prefix of everything it makes (2-12 characters)",
    "domain": "Domain it serves",
    "region": "AWS region of the first cell",
    "account": "AWS account id (12 digits)",
    "oncall": "Mail address that is paged",
}


class BadAnswer(ValueError):
    """An answer that no fleet can be made of, and what would be."""


def default(field: str, given: dict[str, str]) -> str | None:
    """What most people answer, from what they answered before; None where only they know."""
    return {
        "fleet": "acme",
        "domain": f"{given.get('fleet', 'acme')}.example",
        "region": "us-east-1",
        "oncall": f"oncall@{given.get('domain', 'acme.example')}",
    }.get(field)


def usable() -> tuple[str, ...]:
    """Regions with three zones for EKS and every id that stacks need."""
    return tuple(
        region
        for region in geography.regions()
        if len(geography.eks_zones(region)) >= 3 and prefixlists.knows(region) and natimages.knows(region)
    )


def check(field: str, answer: str) -> str:
    """The answer, if it can be used.

    Raises:
        BadAnswer: it cannot, with what to write instead.
    """
    if field == "region":
        if answer not in usable():
            raise BadAnswer(f"{answer!r} is no region that a fleet can start in; use one of {', '.join(usable())}")
        return answer
    pattern, example = {
        "fleet": (r"[a-z][a-z0-9-]{0,10}[a-z0-9]", "acme: a letter, then letters, digits and dashes, 12 at most"),
        "domain": (r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]", "acme.com"),
        "account": (r"\d{12}", "123456789012: 12 digits"),
        "oncall": (r"[^@\s{},:#\"']+@[^@\s{},:#\"']+\.[^@\s{},:#\"']+", "oncall@acme.com"),
    }[field]
    if not re.fullmatch(pattern, answer):
        raise BadAnswer(f"{answer!r} is no {field}; write it like {example}")
    return answer


def answers(given: dict[str, str], ask: Ask | None) -> Answers:
    """All five: given ones checked, the others asked for, again until they are right. `ask` None takes defaults.

    Raises:
        BadAnswer: a given answer cannot be used, or nobody can be asked for one without a default.
    """
    found: dict[str, str] = {}
    for field in fields(Answers):
        name = field.name
        if name in given:
            found[name] = check(name, given[name])
        elif ask is None:
            usual = default(name, found)
            if usual is None:
                raise BadAnswer(f"--{name} is missing; {QUESTIONS[name].lower()} has no default")
            found[name] = check(name, usual)
        else:
            while name not in found:
                try:
                    found[name] = check(name, ask(QUESTIONS[name], default(name, found)).strip())
                except BadAnswer as error:
                    print(error, file=sys.stderr)
    return Answers(**found)


def files(chosen: Answers, schemas: str) -> dict[str, str]:
    """Path in the folder to text. `schemas` is the way from the folder to the JSON Schemas."""
    return {
        path.relative_to(DAY_ONE).as_posix(): _renamed(path.read_text(encoding="utf-8"), chosen, schemas)
        for path in sorted(DAY_ONE.rglob("*.yaml"))
        # What the mirror of a new fleet holds is recorded when it holds anything.
        if path.name != "mirror.yaml"
    }


def _renamed(text: str, chosen: Answers, schemas: str) -> str:
    market = chosen.region.partition("-")[0]
    code, zones = geography.code(chosen.region), geography.eks_zones(chosen.region)[:3]
    # A zone that day-one skips for its own reasons is no reason for another region.
    zones = ("use1-az1", "use1-az2", "use1-az4") if chosen.region == "us-east-1" else zones
    control = "us-east-2" if chosen.region != "us-east-2" else "us-west-2"
    replaced = {
        r"\$schema=(?:\.\./)+schemas": f"$schema={{up}}{schemas}",
        r"control_region: us-east-2": f"control_region: {control}",
        r"(?:platform|flights)@skyline\.example": chosen.oncall,
        r"skyline\.example": chosen.domain,
        r"fleet: skyline": f"fleet: {chosen.fleet}",
        r"\b(?:1{12}|2{12}|3{11}1)\b": chosen.account,
        r"use1-az1, use1-az2, use1-az4": ", ".join(zones),
        r"\buse1\b": code,
        r"us-east-1": chosen.region,
        r"market: us\b": f"market: {market}",
        r"bookings-us\b": f"bookings-{market}",
    }
    up = "../" if re.search(r"\$schema=\.\./\.\./\.\./", text) else ""
    # One pass: what one answer brings in is never touched by the next.
    text = re.sub("|".join(replaced), lambda found: _match(found[0], replaced).replace("{up}", up), text)
    if chosen.region not in dsql.everywhere():
        text = re.sub(r"(?m)^databases:\n(?: .*\n)+\n", "", text)
        text = re.sub(r"(?m)^ +database: bookings\n", "", text)
    return text


def _match(found: str, replaced: dict[str, str]) -> str:
    return next(new for pattern, new in replaced.items() if re.fullmatch(pattern, found))


def write(folder: Path, chosen: Answers) -> None:
    """Write the folder and load it once, so that what is left behind is a fleet.

    Raises:
        FileExistsError: the folder holds something already.
        OSError: it cannot be written.
        FleetError: the answers make no valid fleet; nothing is left behind.
    """
    final = folder.resolve()
    if final.exists() and (not final.is_dir() or any(final.iterdir())):
        raise FileExistsError(f"{folder.as_posix()} is not empty; choose another folder, or empty it")
    made = [parent for parent in (final.parent, *final.parent.parents) if not parent.exists()]
    partial = final.parent / f".{final.name}.partial-{os.getpid()}"
    done = False
    try:
        for path, text in files(chosen, Path(os.path.relpath(SCHEMAS, final)).as_posix()).items():
            file = partial / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        load(partial)
        if final.exists():
            final.rmdir()
        partial.rename(final)
        done = True
    finally:
        shutil.rmtree(partial, ignore_errors=True)
        for parent in () if done else made:
            if parent.exists():
                parent.rmdir()


def show(folder: Path | None, given: dict[str, str], ask: Ask | None) -> int:
    """Ask, write, say what to do next. Exit code 0, or 2 when nothing was written."""
    try:
        if folder is not None and folder.is_dir() and any(folder.iterdir()):
            raise FileExistsError(f"{folder.as_posix()} is not empty; choose another folder, or empty it")
        chosen = answers(given, ask)
        target = folder or Path("blueprints") / chosen.fleet
        write(target, chosen)
    except (BadAnswer, FileExistsError, FleetError) as error:
        print(error, file=sys.stderr)
        return EXIT_INPUT
    except OSError as error:
        print(f"{error.filename or folder} cannot be written: {error.strerror}", file=sys.stderr)
        return EXIT_INPUT
    print(f"{target.as_posix()} is a fleet of one region and one cell. Next:")
    print(f"  hypercell validate --blueprint {target.as_posix()}")
    print(f"  hypercell preflight --blueprint {target.as_posix()}")
    return 0
