"""Synthesize a fleet many times over in one app, as fleets of other names: `python -m benchmarks.many TIMES FOLDER`.

Ten times hypergrowth are 240 cells. One fleet cannot have them in the regions that offer all it needs, and what is
measured is the cost of a resource and an object, which does not know whose it is. Prints one line of JSON.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from stacks.node import use_packaged_node

use_packaged_node()

import aws_cdk as cdk  # noqa: E402

from fleet import phases  # noqa: E402
from fleet.load import judge, read_folder  # noqa: E402
from fleet.model import Fleet  # noqa: E402
from k8s.bundles import write_bundles  # noqa: E402
from stacks.assemble import CONTEXT, assemble  # noqa: E402


def renamed(number: int) -> Fleet:
    """The hypergrowth fleet under another name."""
    source = read_folder(Path("blueprints/hypergrowth"))
    source.tree["fleet"] = f"sky-{number}"
    return judge(source).fleet


def main(times: int, folder: Path) -> None:
    """Synthesize and print what came out, and how long it took after the imports."""
    fleets = [renamed(number) for number in range(times)]
    began = time.perf_counter()
    app = cdk.App(
        outdir=str(folder / "cdk.out"),
        context=CONTEXT,
        analytics_reporting=False,
        tree_metadata=False,
        builtin_cloud_formation_validation=False,
    )
    for fleet in fleets:
        assemble(app, fleet, phases.every_stack(fleet))
    app.synth()
    templates = time.perf_counter() - began
    for fleet in fleets:
        write_bundles(fleet, folder / "dist" / fleet.name)
    total = time.perf_counter() - began
    resources = sum(
        len(json.loads(file.read_text())["Resources"]) for file in (folder / "cdk.out").glob("*.template.json")
    )
    objects = sum(file.read_text().count("\n---") + 1 for file in (folder / "dist").rglob("*.yaml"))
    figures = {"cells": sum(len(fleet.cells) for fleet in fleets), "resources": resources, "objects": objects}
    print(json.dumps({**figures, "templates": templates, "manifests": total - templates}))


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]))
