"""`hypercell cell`: what is done to cells, and what they reach. Each verb decides in a module of its own."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.options import DEFAULT_BLUEPRINT, Blueprint, Json, Role

if TYPE_CHECKING:
    from ops.clients import ClientFor

app = typer.Typer(no_args_is_help=True)


@app.callback()
def cell() -> None:
    """What cells need beside their stacks and bundles, and what nodes they reach."""


@app.command()
def ca(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    region: Annotated[str | None, typer.Option("--region", help="The region, e.g. us-east-1.")] = None,
    cell: Annotated[str | None, typer.Option("--cell", help="Only this cell, e.g. use1-a.")] = None,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Replace what stands: an intermediate, or the root.")
    ] = False,
    root_in: Annotated[Path | None, typer.Option("--root-in", help="The root's file, to sign with.")] = None,
    root_out: Annotated[Path | None, typer.Option("--root-out", help="Make a root, and write it here.")] = None,
    passphrase_file: Annotated[
        Path | None,
        typer.Option("--passphrase-file", help="Its first line opens the root's file; asked for when absent."),
    ] = None,
    settled: Annotated[
        bool, typer.Option("--settled", help="Do not wait between steps: every pod was restarted since the last.")
    ] = False,
    role: Role = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only the plan is shown.")] = False,
    as_json: Json = False,
) -> None:
    """Show, make and replace the certificate authorities of a region's mesh. Changes nothing without --yes.

    Exit codes: 0 all is well, 1 something is missing, due or under way, 2 something was refused or not looked at.
    """
    from fleet.load import load
    from ops.authority.ca import Wish, show
    from ops.authority.root import Refused

    wish = Wish(region, cell, rotate, root_in, root_out, settled, yes)
    try:
        fleet = load(blueprint)
        code = show(fleet, wish, _clients(role), lambda new: _passphrase(passphrase_file, new), _now(), as_json=as_json)
    except Refused as error:
        print(error, file=sys.stderr)
        code = 2
    raise typer.Exit(code)


@app.command()
def spot(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    region: Annotated[str | None, typer.Option("--region", help="Only this region, e.g. us-east-1.")] = None,
    cell: Annotated[str | None, typer.Option("--cell", help="Only this cell, e.g. use1-a.")] = None,
    as_json: Json = False,
) -> None:
    """Count the Spot instance types and pools that cells reach, what they share, and what runs on demand beside them.

    Exit codes: 0, 1 the fleet breaks rules (a promise of `policies.spot` among them), 2 its files cannot be read or it
    has no such region or cell.
    """
    from ops.spot import show

    raise typer.Exit(show(blueprint, region=region, cell=cell, as_json=as_json))


@app.command()
def calls(
    name: Annotated[str, typer.Argument(metavar="CELL", help="The cell that calls, e.g. use1-a.")],
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    service: Annotated[str | None, typer.Option("--service", help="Only calls of this service.")] = None,
    lose_cell: Annotated[list[str] | None, typer.Option("--lose-cell", help="A cell that is lost; repeat it.")] = None,
    lose_zone: Annotated[list[str] | None, typer.Option("--lose-zone", help="A zone that is lost, by its ID.")] = None,
    unready: Annotated[
        list[str] | None, typer.Option("--unready", help="A service whose pods in the cell are not ready.")
    ] = None,
    bundles: Annotated[
        Path | None, typer.Option("--bundles", help="Folder of bundles; written to dist first when absent.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Show who answers the calls of a cell, and who would with zones, cells or pods lost. Asks no cluster.

    Exit codes: 0 every call is answered, 1 calls are lost for good, 2 something cannot be read or has no such name.
    """
    from fleet.load import load
    from ops.mesh.calls import Unusable, Wish, show, written

    fleet = load(blueprint)
    wish = Wish(name, service, tuple(lose_cell or ()), tuple(lose_zone or ()), tuple(unready or ()))
    try:
        code = show(fleet, bundles or written(blueprint), wish, as_json=as_json)
    except Unusable as error:
        print(error, file=sys.stderr)
        code = 2
    raise typer.Exit(code)


@app.command()
def bootstrap(
    cell: Annotated[str, typer.Option("--cell", help="The cell, e.g. use1-a.")],
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    out: Annotated[Path | None, typer.Option("--out", help="Folder to write to; bootstrap/<cell> when absent.")] = None,
    bundles: Annotated[Path, typer.Option("--bundles", help="Folder of the OCI layouts.")] = Path("bundles"),
    port: Annotated[int, typer.Option("--port", help="Port of 127.0.0.1 to forward.", min=1, max=65535)] = 8443,
    yes: Annotated[bool, typer.Option("--yes", help="Run it without asking.")] = False,
    as_json: Json = False,
) -> None:
    """Write the script that gives a new cell its Argo CD, show its steps, and run it when told.

    Exit codes: 0 done, or only written and shown; 1 a step failed, and the same command begins again; 2 something
    cannot be read or written, or there is no such cell; 130 interrupted.
    """
    from ops.asking import asker, at_a_terminal
    from ops.bootstrap.show import show

    raise typer.Exit(
        show(
            blueprint,
            cell=cell,
            bundles=bundles,
            out=out,
            port=port,
            yes=yes,
            as_json=as_json,
            ask=asker(at_a_terminal()),
        )
    )


def _passphrase(file: Path | None, new: bool) -> str:
    from ops.authority.root import Refused

    if file is None:
        text = "Passphrase for the new root" if new else "Passphrase of the root"
        return str(typer.prompt(text, hide_input=True, confirmation_prompt=new, err=True))
    try:
        return file.read_text("utf-8").partition("\n")[0]
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"--passphrase-file: {file} cannot be read: {error}") from error


def _now() -> datetime:
    """Whole seconds: certificates know no others."""
    return datetime.now(UTC).replace(microsecond=0)


def _clients(role: str | None) -> ClientFor:
    from ops import clients

    return clients.with_own_credentials(role)
