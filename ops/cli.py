"""`hypercell`: every verb decides in a module of its own and acts through clients handed in."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ops import cell, delivery, guarding, nat, rolling
from ops.options import DEFAULT_BLUEPRINT, Blueprint, Json

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(cell.app, name="cell")
app.add_typer(nat.app, name="nat")
app.add_typer(delivery.app)
app.add_typer(guarding.app)
app.add_typer(rolling.app, name="rollout")


@app.callback()
def hypercell() -> None:
    """A multi-region, cell-based platform on AWS from one typed fleet file."""


@app.command()
def init(
    folder: Annotated[Path | None, typer.Argument(help="Where to write it; blueprints/<name> when absent.")] = None,
    fleet: Annotated[str | None, typer.Option(help="Name of the fleet.")] = None,
    domain: Annotated[str | None, typer.Option(help="Domain it serves.")] = None,
    region: Annotated[str | None, typer.Option(help="AWS region of the first cell.")] = None,
    account: Annotated[str | None, typer.Option(help="AWS account id.")] = None,
    oncall: Annotated[str | None, typer.Option(help="Mail address that is paged.")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Ask nothing; take the default of what is not given.")] = False,
) -> None:
    """Ask five questions and write the folder of a first fleet: one region, one cell.

    Exit codes: 0 written, 2 an answer or the folder cannot be used and nothing was written.
    """
    from ops.init import show

    answers = {"fleet": fleet, "domain": domain, "region": region, "account": account, "oncall": oncall}
    given = {name: answer for name, answer in answers.items() if answer is not None}
    raise typer.Exit(show(folder, given, None if yes else lambda text, usual: str(typer.prompt(text, usual))))


@app.command()
def validate(
    folder: Annotated[Path | None, typer.Argument(help="With --manifests: bundles that are written already.")] = None,
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    manifests: Annotated[
        bool, typer.Option("--manifests", help="Also every object of every cell, as its API server would see it.")
    ] = False,
    crds: Annotated[
        list[Path] | None, typer.Option(help="Folder or file with CustomResourceDefinitions; also HYPERCELL_CRDS.")
    ] = None,
    today: Annotated[str | None, typer.Option(help="Also look at the calendar, as of this day (YYYY-MM-DD).")] = None,
    as_json: Json = False,
) -> None:
    """Check a fleet's files against every rule, and show all mistakes at once.

    With --manifests also the objects of its cells, in FOLDER, or in dist/ after writing them.

    Exit codes: 0 no rule is broken, 1 rules are broken or an object would be refused, 2 something cannot be read,
    130 interrupted.
    """
    if manifests:
        from ops.manifests import show as judge

        raise typer.Exit(judge(blueprint, folder, crds=crds or (), today=today, as_json=as_json))
    if folder is not None or crds:
        print(f"{folder or '--crds'}: is read with --manifests only; add it", file=sys.stderr)
        raise typer.Exit(2)
    from ops.validate import show

    raise typer.Exit(show(blueprint, today=today, as_json=as_json))


@app.command()
def place(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    rebalance: Annotated[bool, typer.Option("--rebalance", help="Also move what is placed already.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write placements.yaml; without it, only show.")] = False,
    as_json: Json = False,
) -> None:
    """Propose the cells of each service, and prove that they carry the peak. Changes nothing without --write.

    Exit codes: 0 every service has its cells, 1 a cell is without room or another rule is broken, 2 a file cannot be
    read or written. Nothing is written unless 0.
    """
    from ops.place import show

    raise typer.Exit(show(blueprint, rebalance=rebalance, write=write, as_json=as_json))


@app.command()
def prove(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    as_json: Json = False,
) -> None:
    """Prove that the peak is carried in every loss that the fleet promises to survive, and say what it costs.

    Exit codes: 0 it is, 1 a counter-example was found or another rule is broken, 2 a file cannot be read.
    """
    from ops.prove import show

    raise typer.Exit(show(blueprint, as_json=as_json))


@app.command()
def schema() -> None:
    """Write the JSON Schemas of the fleet's files to schemas/."""
    from ops.schema import write

    for file in write(Path("schemas")):
        print(file)


@app.command()
def phases(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    as_json: Json = False,
) -> None:
    """Print the commands of a first deployment, in order."""
    from ops.phases import show

    raise typer.Exit(show(blueprint, as_json=as_json))


@app.command()
def preflight(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    role: Annotated[str | None, typer.Option(help="Role to take in each account of the fleet.")] = None,
    mend: Annotated[bool, typer.Option("--mend", help="Make service-linked roles, empty default groups.")] = False,
    as_json: Json = False,
) -> None:
    """Look at the accounts before a first deployment. Changes nothing without --mend.

    Exit codes: 0 all as expected, 1 something is wrong, 2 something could not be looked at.
    """
    from ops.preflight import show

    raise typer.Exit(show(blueprint, role=role, mending=mend, as_json=as_json))


@app.command()
def cost(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    as_json: Json = False,
) -> None:
    """Estimate what the fleet costs a month, line by line."""
    from ops.cost import show

    raise typer.Exit(show(blueprint, as_json=as_json))


@app.command()
def delta(
    old: Annotated[Path, typer.Argument(help="Folder of the bundles that stand, or of the base branch.")],
    new: Annotated[Path, typer.Argument(help="Folder of the bundles that shall stand.")] = Path("bundles"),
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    cell: Annotated[list[str] | None, typer.Option("--cell", help="Only this cell; may be given again.")] = None,
    today: Annotated[str | None, typer.Option(help="Measure exceptions by this day (YYYY-MM-DD).")] = None,
    draft: Annotated[bool, typer.Option("--draft", help="Print exceptions to fill in, for what is refused.")] = False,
    as_json: Json = False,
) -> None:
    """Show what new bundles would take away from old ones; `promote` asks the same, and refuses.

    Exit codes: 0 nothing is taken away, or the fleet's files say that all of it is meant; 1 refused; 2 something cannot
    be read.
    """
    from ops.delta.show import show

    raise typer.Exit(show(blueprint, old, new, cells=cell or (), today=today, draft=draft, as_json=as_json))


@app.command()
def demo(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    as_json: Annotated[bool, typer.Option("--json", help="Print the picture as JSON.")] = False,
) -> None:
    """Create every stack of the fleet in an AWS inside this process, and show what stands.

    Exit codes: 0 it stands, 1 the fleet breaks rules or does not stand as its templates say, 2 something cannot be
    read or written, 130 interrupted.
    """
    from ops.demo import show

    raise typer.Exit(show(blueprint, as_json=as_json))


@app.command()
def up(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    port: Annotated[
        int | None, typer.Option(help="Port on 127.0.0.1; a free one when left out.", min=1, max=65535)
    ] = None,
) -> None:
    """Leave the fleet standing in a local AWS on 127.0.0.1, to look around in.

    Exit codes: those of demo, and 3 when a server is already up or the port is taken.
    """
    from ops.up import up as start

    raise typer.Exit(start(blueprint, port=port))


@app.command()
def down() -> None:
    """Stop the server that `up` left in this folder."""
    from ops.up import down as stop

    raise typer.Exit(stop())


@app.command()
def docs() -> None:
    """Write the generated parts of docs/."""
    from ops.docs import write

    for page in write(Path()):
        print(page)


def main() -> None:
    """Entry point of the console script. A fleet that cannot be used ends every verb the same way."""
    from fleet.problem import FleetError

    try:
        app()
    except FleetError as error:
        print(error, file=sys.stderr)
        raise SystemExit(error.exit_code) from None


if __name__ == "__main__":
    main()
