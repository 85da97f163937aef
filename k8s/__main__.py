"""`python -m k8s`: bundles a fleet, for `hypercell bundle`, which imports nothing that writes manifests.

Exit codes: 0; 1: the fleet breaks rules, or two documents claim one place; 2: input cannot be read, output not be
written, or there is no such cell or service; 130: interrupted. In all but the first, what was there is there still.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path

from fleet import names
from fleet.known import instead
from fleet.load import load
from fleet.model import Fleet
from fleet.problem import FleetError
from k8s.bundling import Scope, bundle
from k8s.layout import LayoutUnusable

EXIT_REFUSED, EXIT_INPUT, EXIT_INTERRUPTED = 1, 2, 130


class NoSuch(Exception):
    """The scope names what the fleet does not have. One sentence."""


def scope_of(fleet: Fleet, *, cells: list[str], services: list[str], platform: bool, fresh: bool) -> Scope:
    """The scope of a command line.

    Raises:
        NoSuch: no such cell stands, there is no such service, or no chosen cell has a bundle of it.
    """
    standing = [cell.name for cell in fleet.cells]
    for cell in cells:
        if cell not in standing:
            raise NoSuch(f"--cell {cell}: no such cell stands in this fleet; {instead(cell, standing)}")
    for service in services:
        if service not in fleet.services:
            raise NoSuch(f"--service {service}: no such service is in this fleet; {instead(service, fleet.services)}")
    channels = [names.PLATFORM_CHANNEL] if platform else []
    channels += [names.service_channel(fleet.services[service]) for service in services]
    return Scope(tuple(cells), tuple(channels), fresh)


def _step(done: int, total: int, what: str) -> None:
    descriptor = os.environ.get("HYPERCELL_PROGRESS")
    if descriptor is not None:
        os.write(int(descriptor), f"{done} {total} {what}\n".encode())


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m k8s", description="Bundle a fleet.")
    parser.add_argument("--blueprint", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True, help="folder of the layouts")
    parser.add_argument("--report", type=Path, required=True, help="file that is told the bundles, as JSON")
    parser.add_argument("--cell", action="append", default=[])
    parser.add_argument("--service", action="append", default=[])
    parser.add_argument("--platform", action="store_true")
    parser.add_argument("--fresh", action="store_true")
    given = parser.parse_args()
    try:
        fleet = load(given.blueprint)
        scope = scope_of(fleet, cells=given.cell, services=given.service, platform=given.platform, fresh=given.fresh)
        done = bundle(fleet, given.out, scope, _step)
        given.report.write_text(json.dumps([asdict(one) for one in done]), "utf-8")
    except FleetError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    except (NoSuch, LayoutUnusable) as error:
        print(error, file=sys.stderr)
        return EXIT_INPUT
    except ValueError as error:
        print(error, file=sys.stderr)
        return EXIT_REFUSED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
