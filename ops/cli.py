"""`hypercell`: every verb decides in a module of its own and acts through clients handed in."""

from __future__ import annotations

import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)


@app.callback()
def hypercell() -> None:
    """A multi-region, cell-based platform on AWS from one typed fleet file."""


def main() -> None:
    """Entry point of the console script."""
    app()
