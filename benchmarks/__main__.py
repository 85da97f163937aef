"""`make bench`: every budget of the design beside what this machine does now.

    python -m benchmarks [--runs N] [--json]

Medians of N runs (3). The machine may be busy: processor seconds stand beside wall seconds, and the first line is a
yardstick, the import of the CDK alone, measured in the same minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.bundled import bundled
from benchmarks.grown import grow
from benchmarks.guarded import guarded
from benchmarks.judged import judged
from benchmarks.measure import Run, median, run

PYTHON = sys.executable
HYPERCELL = str(Path(sys.executable).with_name("hypercell"))


@dataclass(frozen=True)
class Figure:
    what: str
    budget: str
    wall: float
    cpu: float | None
    peak: float | None
    remark: str = ""


def synthesis(folder: Path, runs: int, *, judged: bool, scope: str = "") -> Run:
    """`app.py` into a scratch folder, from process start."""
    environment = {**os.environ, "CDK_OUTDIR": str(folder / "cdk.out"), "CDK_VALIDATION": "true" if judged else "false"}
    command = [PYTHON, "app.py", "-c", f"dist={folder / 'dist'}", *(["-c", scope] if scope else [])]
    return median([run(command, environment) for _ in range(runs)])


def many(folder: Path, times: int) -> dict[str, float]:
    """Figures of `benchmarks.many` for so many fleets in one app."""
    done = run([PYTHON, "-m", "benchmarks.many", str(times), str(folder / str(times))])
    line = next(line for line in done.output.splitlines() if line.startswith("{"))
    figures: dict[str, float] = {**json.loads(line), "peak": done.peak}
    return figures


def local(folder: Path, runs: int) -> tuple[float, Run]:
    """Seconds of deploying and reading back, and the whole demo."""
    demos, stages = [], []
    root = Path.cwd()
    for number in range(runs):
        place = folder / f"demo-{number}"
        place.mkdir()
        for name in (
            "app.py",
            "stacks",
            "fleet",
            "k8s",
            "admission",
            "constructs",
            "blueprints",
            "ops",
            "local",
            "schemas",
        ):
            (place / name).symlink_to(root / name)
        demos.append(run(["env", "-C", str(place), HYPERCELL, "demo"]))
        found = dict(re.findall(r"^(deploy|read back)\s+([\d.]+) s", demos[-1].output, re.MULTILINE))
        stages.append(sum(float(seconds) for seconds in found.values()))
    return sorted(stages)[len(stages) // 2], median(demos)


def measure(runs: int) -> list[Figure]:
    """Every line of the table."""
    figures = []
    with tempfile.TemporaryDirectory(prefix="hypercell-bench-") as scratch:
        folder = Path(scratch)

        def add(what: str, budget: str, done: Run, remark: str = "") -> None:
            figures.append(Figure(what, budget, done.wall, done.cpu, done.peak, remark))
            print(f"  {what}: {done.wall:.1f} s", file=sys.stderr)

        yardstick = ["-c", "from stacks.node import use_packaged_node; use_packaged_node(); import aws_cdk"]
        add("yardstick: import aws_cdk", "-", median([run([PYTHON, *yardstick]) for _ in range(runs)]))
        add("whole fleet, inner loop", "8 s", synthesis(folder, runs, judged=False), "templates and manifests")
        add("whole fleet, validated", "12 s", synthesis(folder, runs, judged=True), "cdk-nag, CDK's and our rules")
        add("one cell, inner loop", "2.5 s", synthesis(folder, runs, judged=False, scope="cell=use1-a"))
        validate = [HYPERCELL, "validate", "--blueprint", "blueprints/hypergrowth"]
        add("hypercell validate", "0.5 s", median([run(validate) for _ in range(runs)]))
        crowded = run([PYTHON, "-m", "benchmarks.placed", "--json"])
        found = json.loads(crowded.output.splitlines()[-1])
        remark = f"worst loss {found['worst']:.2f} of at least {found['bound']:.2f}, {found['local']:.0%} local calls"
        for what, budget, key in (("prove", "1 s", "prove_seconds"), ("place", "-", "place_seconds")):
            title = f"{what} {found['services']} services on {found['cells']} cells, after load"
            figures.append(Figure(title, budget, found[key], found[key], crowded.peak, remark))
        guard = guarded(folder, runs)
        add("diff, both assemblies at hand, equal", "3 s, 500 MB", guard.equal)
        add("diff, another release in 23 cells", "3 s, 500 MB", guard.release)
        limit = 2 * guard.synth.wall + 3
        add("diff, a commit against the working tree", "2 synth + 3 s", guard.revision, f"here: {limit:.1f} s")
        grow(folder / "played", 300, cells=6)
        synth = [HYPERCELL, "synth", "--out", str(folder / "played-assembly"), "--blueprint", str(folder / "played")]
        run(synth, {**os.environ, "CDK_VALIDATION": "false"})
        done = run([PYTHON, "-m", "benchmarks.played", str(folder / "played-assembly"), "--runs", str(runs)])
        found = json.loads(done.output.splitlines()[-1])
        title = f"simulate {found['losses']} losses, {found['services']} services, after reading"
        remark = f"reading takes {found['read_seconds']:.1f} s more"
        figures.append(Figure(title, "5 s", found["play_seconds"], found["play_seconds"], done.peak, remark))
        grown = judged(folder, 300, runs)
        remark = f"{grown.objects:,} objects, {grown.texts:,} texts, {grown.unchecked} kinds without a definition"
        add("validate --manifests, 300 services", "60 s", grown.whole, remark)
        add("the same after an edit of one service", "3 s", grown.edited, f"{grown.changed} texts changed")
        crowd = bundled(folder, 300, 4, runs)
        for case in crowd.cases:
            add(f"bundle {crowd.services} services: {case.what}", case.budget, case.run, f"{case.written:,} written")
        seconds, demo = local(folder, runs)
        figures.append(Figure("local AWS, deploy and read back", "25 s, 1 GB", seconds, None, demo.peak, "after synth"))
        add("hypercell demo, all of it", "-", demo)
        for times in (1, 10):
            found = many(folder, times)
            things = found["resources"] + found["objects"]
            each = 1000 * (found["templates"] + found["manifests"]) / things
            remark = f"{found['resources']:,} resources, {found['objects']:,} objects: {each:.2f} ms each"
            seconds = found["templates"] + found["manifests"]
            what = f"{found['cells']} cells in one app, after imports"
            figures.append(Figure(what, "1 ms each", seconds, None, found["peak"], remark))
            print(f"  {what}: {remark}", file=sys.stderr)
    return figures


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks", description="Time and memory against the budgets.")
    parser.add_argument("--runs", type=int, default=3, help="runs a median is taken of (3)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    figures = measure(arguments.runs)
    if arguments.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))
        return
    from ops.console import print_table

    rows = [
        (
            figure.what,
            figure.budget,
            f"{figure.wall:.2f}",
            "" if figure.cpu is None else f"{figure.cpu:.2f}",
            "" if figure.peak is None else f"{figure.peak:,.0f}",
            figure.remark,
        )
        for figure in figures
    ]
    columns = ("what", "budget", "wall s", "processor s", "peak MB", "remark")
    print_table(f"Medians of {arguments.runs} runs", columns, rows, right=("wall s", "processor s", "peak MB"))


if __name__ == "__main__":
    main()
