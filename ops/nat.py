"""`hypercell nat`: the ways out of the fleet's zones. Each verb decides in a module of its own."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from ops.options import DEFAULT_BLUEPRINT, Blueprint

if TYPE_CHECKING:
    from ops.clients import ClientFor

app = typer.Typer(no_args_is_help=True)

Region = Annotated[str | None, typer.Option("--region", help="Only this region, e.g. us-east-1.")]
Zone = Annotated[str | None, typer.Option("--zone", help="Only this zone, by its ID, e.g. use1-az1.")]
Cell = Annotated[str | None, typer.Option("--cell", help="Only this cell, e.g. use1-a.")]
Role = Annotated[str | None, typer.Option("--role", help="Role to take in each account of the fleet.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.callback()
def nat() -> None:
    """NAT instances and the gateways that stand by."""


@app.command()
def status(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    region: Region = None,
    zone: Zone = None,
    cell: Cell = None,
    role: Role = None,
    no_probe: Annotated[bool, typer.Option("--no-probe", help="Do not ask the probers.")] = False,
    as_json: Json = False,
) -> None:
    """Show which way every cell goes out, why, and what the controller does next. Changes nothing.

    Exit codes: 0 everything is on the instances and well, 1 something is not, 2 something could not be looked at.
    """

    def verb() -> int:
        from fleet.load import load
        from ops.egress import status
        from ops.egress.places import places

        chosen = places(load(blueprint), region=region, zone=zone, cell=cell)
        return status.show(chosen, _clients(role), time.time(), probe=not no_probe, as_json=as_json)

    raise typer.Exit(_run(verb))


@app.command()
def cost(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    region: Region = None,
    zone: Zone = None,
    gateway_share: Annotated[
        float | None, typer.Option(min=0, max=0.99, help="Share of bytes on the gateway in spite of instances.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Compare what managed NAT and instances cost a month, zone by zone, and where they cost the same.

    Exit codes: 0, 1 the fleet breaks rules, 2 its files cannot be read or it has no such region or zone.
    """
    from ops.egress.cost import show

    raise typer.Exit(show(blueprint, region=region, zone=zone, gateway_share=gateway_share, as_json=as_json))


def _clients(role: str | None) -> ClientFor:
    from ops import clients

    return clients.with_own_credentials(role)


def _run(verb: Callable[[], int]) -> int:
    """The exit code of a verb. What it cannot work without, and does not get, is one line."""
    from botocore.exceptions import BotoCoreError, ClientError

    from ops.clients import NoCredentials
    from ops.egress.places import Unusable

    try:
        return verb()
    except (Unusable, NoCredentials, ClientError, BotoCoreError) as error:
        print(error, file=sys.stderr)
        return 2
