"""`hypercell cell bootstrap`: writes the script and its files, shows the steps, and runs them when told."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from fleet import names
from fleet.cell import Cell
from fleet.known import instead
from fleet.load import load
from ops import bundle
from ops.asking import Ask
from ops.bootstrap.script import NAME, script
from ops.bootstrap.seed import Seed, seed
from ops.bootstrap.steps import Step, needed, steps
from ops.console import print_json, print_table
from ops.promotion.image import Unusable, texts
from ops.promotion.layout import Layout

DONE, UNDONE, UNSEEN, INTERRUPTED = 0, 1, 2, 130
"""Exit codes."""
PORT = 8443
"""Where the API server is forwarded to, unless somebody says otherwise."""

Run = Callable[[Path], int]
"""Runs a script at this terminal; its exit code."""


def in_bash(file: Path) -> int:
    """Hears what the person types, and an interrupt itself."""
    return subprocess.run(["bash", str(file)], check=False).returncode


def show(
    blueprint: Path,
    *,
    cell: str,
    bundles: Path,
    out: Path | None,
    port: int,
    yes: bool,
    as_json: bool,
    ask: Ask | None,
    run: Run = in_bash,
) -> int:
    """Write, show, ask, run.

    Args:
        bundles: folder of the layouts, which are brought up to date.
        out: folder of the script; `bootstrap/<cell>` when None.
        ask: None: nobody is there to answer. Without `yes` nothing is run then.

    Returns:
        0 done, or only written and shown; 1 a step failed; 2 something cannot be read or written; 130 interrupted.
    """
    fleet = load(blueprint)
    try:
        chosen = {one.name: one for one in fleet.cells}.get(cell)
        if chosen is None:
            text = f"--cell {cell}: no such cell stands in this fleet"
            raise Unusable(f"{text}; {instead(cell, [one.name for one in fleet.cells])}")
        bundle.make(blueprint, bundles, cells=[cell], platform=True)
        layout = Layout(bundles / chosen.region.code / chosen.key)
        given = seed(texts(layout.blob(layout.image(names.PLATFORM_CHANNEL).layer)))
        taken = steps(chosen, given, port=port)
        file = write(out or Path("bootstrap") / cell, chosen, given, taken)
    except (Unusable, bundle.BundleError) as error:
        print(error, file=sys.stderr)
        return error.exit_code if isinstance(error, bundle.BundleError) else UNSEEN
    except OSError as error:
        print(f"{error.filename or out}: {error.strerror or error}; choose another folder with --out", file=sys.stderr)
        return UNSEEN
    if as_json:
        _print_json(chosen, file, taken)
    else:
        _print(chosen, file, taken)
    if as_json or (not yes and ask is None):
        return DONE
    if not yes and ask is not None and not ask(f"Run {file}?"):
        return DONE
    code = run(file)
    return DONE if code == 0 else INTERRUPTED if code == INTERRUPTED else UNDONE


def write(folder: Path, cell: Cell, given: Seed, taken: tuple[Step, ...]) -> Path:
    """The script and what it applies; the script."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in given.files.items():
        (folder / name).write_text(text, "utf-8")
    file = folder / NAME
    file.write_text(script(cell, taken), "utf-8")
    file.chmod(0o755)
    return file


def _print(cell: Cell, file: Path, taken: tuple[Step, ...]) -> None:
    rows = [(str(number), step.title, step.why) for number, step in enumerate(taken, 1)]
    print_table(f"Bootstrap of {cell.name}", ("", "step", "why"), rows)
    tools = ", ".join(f"{tool.name} {tool.version}" if tool.version else tool.name for tool in needed(cell))
    print(f"It takes {tools}.")
    if cell.region.access.path == "cidrs":
        print(f"Run it from one of {', '.join(cell.region.access.cidrs)}: the API server lets in no others.")
    print(f"Written to {file}; read it before you run it.")


def _print_json(cell: Cell, file: Path, taken: tuple[Step, ...]) -> None:
    report: dict[str, Any] = {
        "cell": cell.name,
        "script": file.as_posix(),
        "tools": {tool.name: tool.version for tool in needed(cell)},
        "steps": [asdict(step) for step in taken],
    }
    print_json(report)
