"""`hypercell synth`, `diff`: what a change of the fleet would do, before anybody does it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ops.options import DEFAULT_BLUEPRINT, Blueprint

app = typer.Typer()


@app.command()
def synth(
    out: Annotated[Path, typer.Option("--out", help="Folder of the stored assembly.")],
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    as_json: Annotated[bool, typer.Option("--json", help="Print what was stored, as JSON.")] = False,
) -> None:
    """Synthesize the whole fleet into a folder that is compared and rolled out as it is, and never changed.

    Exit codes: 0 it is there, 1 the fleet breaks rules or a finding is open, 2 something cannot be read or written, or
    the folder holds something else, 130 interrupted. Nothing is written unless 0.
    """
    from ops.synth import show

    raise typer.Exit(show(blueprint, out, as_json=as_json))
