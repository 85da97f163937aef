"""One run of `app.py`: load, assemble, synthesize beside, then put in place."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import aws_cdk as cdk

from fleet import phases
from fleet.load import load
from fleet.model import Fleet
from fleet.problem import FleetError
from k8s.bundles import write_bundles
from stacks.assemble import CONTEXT, assemble

EXIT_INPUT = 2


@dataclass(frozen=True)
class Request:
    """What to synthesize, and where to put it."""

    blueprint: Path
    outdir: Path
    dist: Path
    region: str | None = None
    cell: str | None = None
    peering: str | None = None


def request_of(arguments: list[str], environment: Mapping[str, str]) -> Request:
    """The request of a command line and environment. The CDK CLI hands context over in CDK_CONTEXT_JSON."""
    parser = argparse.ArgumentParser(prog="app.py", description="Synthesize a fleet.")
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    context: dict[str, str] = json.loads(environment.get("CDK_CONTEXT_JSON", "{}"))
    for pair in parser.parse_args(arguments).context:
        key, separator, value = pair.partition("=")
        if not separator:
            parser.error(f"-c {pair}: write it as KEY=VALUE")
        context[key] = value
    return Request(
        blueprint=Path(context.get("blueprint", "blueprints/hypergrowth")),
        outdir=Path(environment.get("CDK_OUTDIR") or "cdk.out"),
        dist=Path(context.get("dist", "dist")),
        region=context.get("region"),
        cell=context.get("cell"),
        peering=context.get("peering"),
    )


Step = Callable[[int, int, str], None]
"""Told how many steps are done, of how many, and what the last one was."""


def synthesize(fleet: Fleet, request: Request, step: Step = lambda _done, _total, _what: None) -> None:
    """Write templates and bundles. Nothing of an earlier run is touched until the new one is complete."""
    plans = phases.in_scope(fleet, region=request.region, cell=request.cell)
    # Writing the templates takes about as long as building half of the stacks, the bundles a quarter.
    built, total = iter(range(1, len(plans) + 1)), len(plans) * 7 // 4
    partial = request.outdir.with_name(f"{request.outdir.name}.partial-{os.getpid()}")
    try:
        app = cdk.App(outdir=str(partial), context=CONTEXT, analytics_reporting=False, tree_metadata=False)
        assemble(app, fleet, plans, step=lambda name: step(next(built), total, name))
        step(len(plans), total, "templates")
        app.synth()
        step(len(plans) * 3 // 2, total, "manifests")
        write_bundles(fleet, request.dist, region=request.region, cell=request.cell)
        _put_in_place(partial, request.outdir)
        step(total, total, "done")
    finally:
        shutil.rmtree(partial, ignore_errors=True)


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
        final.parent.mkdir(parents=True, exist_ok=True)
        partial.rename(final)


def _steps_to(descriptor: str | None) -> Step:
    """One line a step into the file descriptor of whoever waits, if somebody does (`hypercell demo`)."""

    def step(done: int, total: int, what: str) -> None:
        if descriptor is not None:
            os.write(int(descriptor), f"{done} {total} {what}\n".encode())

    return step


def main() -> int:
    """Run as the app. Exit code 0, 1 (the fleet breaks rules) or 2 (input cannot be read)."""
    request = request_of(sys.argv[1:], os.environ)
    try:
        fleet = load(request.blueprint)
        synthesize(fleet, request, _steps_to(os.environ.get("HYPERCELL_PROGRESS")))
    except FleetError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0
