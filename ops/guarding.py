"""`hypercell synth`, `diff`, `simulate`: what a change of the fleet would do, before anybody does it."""

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


@app.command()
def diff(
    base: Annotated[str, typer.Argument(help="A commit, a folder with an assembly, or `deployed`.")],
    head: Annotated[str | None, typer.Argument(help="The same; the working tree when absent.")] = None,
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    now: Annotated[str | None, typer.Option(help="Day that exceptions are measured by (YYYY-MM-DD).")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON (schemas/diff.schema.json).")] = False,
    markdown: Annotated[Path | None, typer.Option(help="Also write the comment of a pull request here.")] = None,
    html: Annotated[Path | None, typer.Option(help="Also write a page with the map of the fleet here.")] = None,
    whole: Annotated[str | None, typer.Option(help="Where the page will stand, for a comment without room.")] = None,
    role: Annotated[str | None, typer.Option(help="Role to take in each account, for what is deployed.")] = None,
) -> None:
    """Show what a change touches, how far it reaches, and whether it may go: at once, by waves, or not at all.

    Exit codes: 0 allowed, or allowed with roll-out; 1 refused; 2 undecided, or a side cannot be had; 130 interrupted.
    """
    from ops.diff.outputs import Outputs
    from ops.diff.sides import Asked
    from ops.diff.verb import show

    outputs = Outputs(as_json=as_json, markdown=markdown, html=html, whole=whole)
    raise typer.Exit(show(Asked(base, head, blueprint), outputs, now=now, role=role))


@app.command()
def simulate(
    folder: Annotated[
        Path | None, typer.Argument(help="A stored assembly; the blueprint, synthesized, when absent.")
    ] = None,
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    scenario: Annotated[str | None, typer.Option(help="Only this loss, moment by moment: cell:use1-a.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Play the loss of every cell, pair of cells, zone and region, and of Spot, on what was synthesized.

    Exit codes: 0 all that policies.survive promises is carried, 1 something is not, 2 something cannot be read, 130
    interrupted.
    """
    from ops.simulation.verb import show

    raise typer.Exit(show(folder, blueprint, scenario=scenario, as_json=as_json))
