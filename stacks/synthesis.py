"""One run of `app.py`: load, assemble, synthesize beside, judge, then put in place."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

from fleet import phases
from fleet.load import Peering, load
from fleet.model import Fleet
from fleet.problem import FleetError
from fleet.record import FILE as RECORD
from fleet.record import record
from stacks.beside import Failed
from stacks.judging import schemas
from stacks.manifests import WRITE, manifests

EXIT_REFUSED = 1
EXIT_INPUT = 2
EXIT_INTERRUPTED = 130
EXIT_TERMINATED = 143

_KEYS = ("blueprint", "region", "cell", "peering", "dist", "only")
"""What `-c` takes on our own command line. A mistyped scope must not become the whole fleet."""

_SHOWN = 40
"""Findings that a refusal shows in full."""


class Refused(Exception):
    """Nothing was put in place. The text is for whoever asked."""

    def __init__(self, message: str, exit_code: int = EXIT_INPUT) -> None:
        super().__init__(message)
        self.exit_code = exit_code


@dataclass(frozen=True)
class Request:
    """What to synthesize, and where to put it."""

    blueprint: Path
    outdir: Path
    dist: Path
    region: str | None = None
    cell: str | None = None
    peering: Peering = None
    templates: bool = True
    """Write templates. Off (`-c only=manifests`) the bundles come alone, in a third of the time."""
    judged: bool = True
    """Judge the templates (`hypercell.guards.validation`). Off in the inner loop: CDK_VALIDATION=false."""


def request_of(arguments: list[str], environment: Mapping[str, str]) -> Request:
    """The request of a command line and environment. The CDK CLI hands context over in CDK_CONTEXT_JSON.

    Keys of the context that are not ours are left alone: the CLI passes its own.
    """
    parser = argparse.ArgumentParser(prog="app.py", description="Synthesize a fleet.")
    parser.add_argument(
        "-c",
        "--context",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="blueprint=FOLDER, region=use1, cell=use1-a, peering=pending, dist=FOLDER, only=manifests",
    )
    context: dict[str, str] = json.loads(environment.get("CDK_CONTEXT_JSON") or "{}")
    for pair in parser.parse_args(arguments).context:
        key, separator, value = pair.partition("=")
        if not separator:
            parser.error(f"-c {pair}: write it as KEY=VALUE")
        if key not in _KEYS:
            parser.error(f"-c {pair}: no such key; write one of {', '.join(_KEYS)}")
        context[key] = value
    return Request(
        blueprint=Path(context.get("blueprint", "blueprints/hypergrowth")),
        outdir=Path(environment.get("CDK_OUTDIR") or "cdk.out"),
        dist=Path(context.get("dist", "dist")),
        region=context.get("region"),
        cell=context.get("cell"),
        peering=_peering(parser, context.get("peering")),
        templates=not _only_manifests(parser, context.get("only")),
        judged=environment.get("CDK_VALIDATION") != "false",
    )


def _peering(parser: argparse.ArgumentParser, value: str | None) -> Peering:
    if value not in (None, "pending"):
        parser.error(
            f"-c peering={value}: write pending, for the first deployment of a pair; the fleet file says the rest"
        )
    return "pending" if value else None


def _only_manifests(parser: argparse.ArgumentParser, value: str | None) -> bool:
    if value not in (None, "manifests"):
        parser.error(f"-c only={value}: write manifests, or leave it out to write everything")
    return value is not None


Step = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and what the last one was."""


def synthesize(fleet: Fleet, request: Request, step: Step = lambda _done, _total, _what: None) -> None:
    """Write templates and bundles. Nothing of an earlier run is touched until the new one is complete.

    Raises:
        Refused: the scope is unknown, a folder cannot be written, or findings are open.
    """
    plans = _plans(fleet, request)
    if not request.templates:
        _write_bundles(fleet, request)
        step(1, 1, "manifests")
        return
    partial = _claim(request.outdir)
    # Judging and writing takes about as long as building the stacks.
    done, total = iter(range(1, len(plans) + 1)), len(plans) * 2
    try:
        with ExitStack() as others:
            bundles = others.enter_context(manifests(fleet, request.dist, region=request.region, cell=request.cell))
            validation = others.enter_context(schemas(fleet)) if request.judged else None
            # Only now: the CDK starts Node on import, and the processes beside must not share it.
            from stacks.templates import write_templates

            judgement = write_templates(
                fleet,
                plans,
                partial,
                judged=request.judged,
                beside=validation,
                built=lambda name: step(next(done), total, name),
            )
            if judgement.open:
                raise Refused(judgement.text(_SHOWN), EXIT_REFUSED)
            # In a scope too it is of the whole fleet, and the same bytes: what a stack is to the rest does not change
            # with what is built beside it.
            (partial / RECORD).write_text(record(fleet).model_dump_json(indent=1) + "\n", "utf-8")
            step(total - 1, total, "manifests")
            bundles.order(WRITE)
            bundles.answer()
        _put_in_place(partial, request.outdir)
        step(total, total, "done")
    except Failed as error:
        raise Refused(str(error)) from None
    except OSError as error:
        raise Refused(_unwritable(request.outdir, error)) from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def _write_bundles(fleet: Fleet, request: Request) -> None:
    """The bundles alone, by the process that renders them beside the CDK elsewhere."""
    try:
        with manifests(fleet, request.dist, region=request.region, cell=request.cell) as bundles:
            bundles.order(WRITE)
            bundles.answer()
    except Failed as error:
        raise Refused(str(error)) from None


def _plans(fleet: Fleet, request: Request) -> tuple[phases.StackPlan, ...]:
    if request.region is not None and request.cell is not None:
        raise Refused(f"-c region={request.region} -c cell={request.cell}: give one of them")
    try:
        return phases.in_scope(fleet, region=request.region, cell=request.cell)
    except KeyError:
        if request.cell is not None:
            known = ", ".join(cell.name for cell in fleet.cells)
            raise Refused(f"-c cell={request.cell}: no such cell stands in this fleet; it has {known}") from None
        known = ", ".join(region.code for region in fleet.regions.values())
        raise Refused(f"-c region={request.region}: no such region is in this fleet; it has {known}") from None


def _claim(outdir: Path) -> Path:
    """The folder beside `outdir` that this run writes into, made at once: better refused before than after the work."""
    partial = outdir.with_name(f"{outdir.name}.partial-{os.getpid()}")
    _CLAIMED.add(partial)
    try:
        partial.mkdir(parents=True)
        if outdir.exists() and not outdir.is_dir():
            raise NotADirectoryError(20, "is a file", str(outdir))
    except OSError as error:
        shutil.rmtree(partial, ignore_errors=True)
        raise Refused(_unwritable(outdir, error)) from None
    return partial


def _unwritable(outdir: Path, error: OSError) -> str:
    reason = error.strerror or str(error)
    return (
        f"cannot write the templates to {outdir}: {error.filename or outdir}: {reason}; choose another with CDK_OUTDIR"
    )


def _put_in_place(partial: Path, final: Path) -> None:
    """Swap the folders. The CDK CLI keeps its lock inside the output folder: it moves along."""
    if final.exists():
        for lock in final.glob("*.lock"):
            shutil.copy2(lock, partial / lock.name)
        old = final.with_name(f"{final.name}.partial-old-{os.getpid()}")
        final.rename(old)
        partial.rename(final)
        shutil.rmtree(old)
    else:
        partial.rename(final)


def _steps_to(descriptor: str | None) -> Step:
    """One line a step into the file descriptor of whoever waits, if somebody does (`hypercell demo`)."""

    def step(done: int, total: int, what: str) -> None:
        if descriptor is not None:
            os.write(int(descriptor), f"{done} {total} {what}\n".encode())

    return step


_CLAIMED: set[Path] = set()
"""Folders that this process is writing into."""


def _end(number: int, _frame: object) -> None:
    """An interrupt ends the run here and now.

    Raised as an exception it would surface inside jsii, whose Node heard the same signal and is dying: what is printed
    then is a race.
    """
    for folder in _CLAIMED:
        shutil.rmtree(folder, ignore_errors=True)
    if number == signal.SIGINT:
        os.write(2, b"interrupted; nothing was changed\n")
    _leave(EXIT_INTERRUPTED if number == signal.SIGINT else EXIT_TERMINATED)


def _leave(code: int) -> NoReturn:
    """End at once. jsii would say goodbye to a Node that heard the same signal and is gone."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def main() -> int:
    """Run as the app.

    Returns:
        0; 1: the fleet breaks rules, or a finding is open; 2: input cannot be read or output not be written;
        130: interrupted; 143: terminated. In all but the first nothing was put in place.
    """
    signal.signal(signal.SIGTERM, _end)
    signal.signal(signal.SIGINT, _end)
    request = request_of(sys.argv[1:], os.environ)
    try:
        fleet = load(request.blueprint, peering=request.peering)
        synthesize(fleet, request, _steps_to(os.environ.get("HYPERCELL_PROGRESS")))
    except (FleetError, Refused) as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0
