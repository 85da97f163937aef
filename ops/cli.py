"""`hypercell`: every verb decides in a module of its own and acts through clients handed in."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Blueprint = Annotated[Path, typer.Option("--blueprint", help="Folder of the fleet's files.")]
DEFAULT_BLUEPRINT = Path("blueprints/hypergrowth")

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def hypercell() -> None:
    """A multi-region, cell-based platform on AWS from one typed fleet file."""


@app.command()
def phases(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print the commands of a first deployment, in order."""
    from ops.phases import show

    raise typer.Exit(show(blueprint, as_json=as_json))


@app.command()
def preflight(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    role: Annotated[str | None, typer.Option(help="Role to take in each account of the fleet.")] = None,
    mend: Annotated[bool, typer.Option("--mend", help="Make service-linked roles, empty default groups.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Look at the accounts before a first deployment. Changes nothing without --mend.

    Exit codes: 0 all as expected, 1 something is wrong, 2 something could not be looked at.
    """
    from ops.preflight import show

    raise typer.Exit(show(blueprint, role=role, mending=mend, as_json=as_json))


@app.command()
def cost(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Estimate what the fleet costs a month, line by line."""
    from ops.cost import show

    raise typer.Exit(show(blueprint, as_json=as_json))


@app.command()
def docs() -> None:
    """Write the generated parts of docs/."""
    from ops.docs import write

    for page in write(Path()):
        print(page)


def main() -> None:
    """Entry point of the console script."""
    app()
