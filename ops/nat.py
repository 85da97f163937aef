"""`hypercell nat`: the ways out of the fleet's zones. Each verb decides in a module of its own."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.options import DEFAULT_BLUEPRINT, Blueprint, Json, Role, Yes

if TYPE_CHECKING:
    from ops.clients import ClientFor
    from ops.egress.change import Act, Decide
    from ops.egress.places import Place

app = typer.Typer(no_args_is_help=True)

Region = Annotated[str | None, typer.Option("--region", help="Only this region, e.g. us-east-1.")]
Zone = Annotated[str | None, typer.Option("--zone", help="Only this zone, by its ID, e.g. use1-az1.")]
Cell = Annotated[str | None, typer.Option("--cell", help="Only this cell, e.g. use1-a.")]
Force = Annotated[bool, typer.Option("--force", help="Do it in spite of what speaks against it.")]


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
def failover(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    region: Region = None,
    zone: Zone = None,
    cell: Cell = None,
    hold: Annotated[str, typer.Option("--for", help="How long they stay there; 6h at most.")] = "1h",
    force: Force = False,
    yes: Yes = False,
    role: Role = None,
    as_json: Json = False,
) -> None:
    """Lead cells to the gateway of their zone for a while. Shows its plan, and changes nothing without --yes.

    Exit codes: 0 done, nothing to do, or only shown; 1 some of it is not done; 2 something could not be looked at;
    3 refused; 130 interrupted.
    """

    def verb() -> int:
        from ops.egress import moving, plan, times

        seconds = times.seconds("--for", hold)
        chosen = _chosen(blueprint, region, zone, cell)
        return _change(
            chosen,
            lambda seen, now: plan.failover(seen, now, seconds=seconds, who=_who(), forced=force),
            moving.failover,
            to="gateway",
            role=role,
            yes=yes,
            as_json=as_json,
        )

    raise typer.Exit(_run(verb))


@app.command()
def failback(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    region: Region = None,
    zone: Zone = None,
    cell: Cell = None,
    force: Force = False,
    yes: Yes = False,
    role: Role = None,
    as_json: Json = False,
) -> None:
    """Lead cells back to the NAT instance of their zone at once. Shows its plan, and changes nothing without --yes.

    Exit codes: 0 done, nothing to do, or only shown; 1 some of it is not done; 2 something could not be looked at;
    3 refused; 130 interrupted.
    """

    def verb() -> int:
        from ops.egress import moving, plan

        chosen = _chosen(blueprint, region, zone, cell)
        return _change(
            chosen,
            lambda seen, now: plan.failback(seen, now, who=_who(), forced=force),
            moving.failback,
            to="instance",
            role=role,
            yes=yes,
            as_json=as_json,
        )

    raise typer.Exit(_run(verb))


@app.command()
def freeze(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    region: Region = None,
    zone: Zone = None,
    cell: Cell = None,
    time_: Annotated[str | None, typer.Option("--for", help="For how long; 7d at most.")] = None,
    off: Annotated[bool, typer.Option("--off", help="End it.")] = False,
    force: Force = False,
    yes: Yes = False,
    role: Role = None,
    as_json: Json = False,
) -> None:
    """Have the controller leave cells alone for a while, wherever they lead. Shows its plan, and asks.

    Exit codes: 0 done, nothing to do, or only shown; 1 some of it is not done; 2 something could not be looked at;
    3 refused; 130 interrupted.
    """

    def verb() -> int:
        from ops.egress import freezing, times
        from ops.egress.places import Unusable

        if (time_ is None) is not off:
            raise Unusable("say for how long: --for 2h; or --off")
        seconds = times.seconds("--for", time_) if time_ is not None else 0
        chosen = _chosen(blueprint, region, zone, cell)
        return _change(
            chosen,
            lambda seen, now: (
                freezing.thaw(seen, now) if off else freezing.freeze(seen, now, seconds=seconds, forced=force)
            ),
            freezing.write,
            to="thawed" if off else "frozen",
            role=role,
            yes=yes,
            as_json=as_json,
        )

    raise typer.Exit(_run(verb))


@app.command()
def rotate(
    zone: Annotated[str, typer.Option("--zone", help="The zone, by its ID, e.g. use1-az1.")],
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    region: Annotated[str | None, typer.Option("--region", help="The region that the zone should be in.")] = None,
    anyway: Annotated[bool, typer.Option("--anyway", help="Also if the next instance would be the same.")] = False,
    wait: Annotated[str, typer.Option("--wait", help="How long to wait for the next instance.")] = "15m",
    force: Force = False,
    yes: Yes = False,
    role: Role = None,
    as_json: Json = False,
) -> None:
    """Replace the NAT instance of one zone, with its cells on the gateway meanwhile. Shows its plan, and asks.

    Exit codes: 0 done, nothing to gain, or only shown; 1 some of it is not done; 2 something could not be looked at;
    3 refused; 130 interrupted.
    """

    def verb() -> int:
        from fleet.load import load
        from ops.asking import asker, at_a_terminal
        from ops.egress import rotate, times
        from ops.egress.places import places

        seconds, fleet = times.seconds("--wait", wait), load(blueprint)
        (place,) = places(fleet, region=region, zone=zone)
        beside = [one for one in places(fleet, region=place.region.name) if one.zone != zone]
        return rotate.show(
            place,
            beside,
            _clients(role),
            who=_who(),
            anyway=anyway,
            forced=force,
            wait=seconds,
            yes=yes,
            as_json=as_json,
            ask=asker(at_a_terminal()),
        )

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


def _chosen(blueprint: Path, region: str | None, zone: str | None, cell: str | None) -> tuple[Place, ...]:
    """Zones and cells of a verb that changes something: never all of a fleet by leaving names out."""
    from fleet.load import load
    from ops.egress.places import Unusable, places

    if region is zone is cell is None:
        raise Unusable("say which: --region, --zone or --cell")
    return places(load(blueprint), region=region, zone=zone, cell=cell)


def _change(
    chosen: tuple[Place, ...], decide: Decide, act: Act, *, to: str, role: str | None, yes: bool, as_json: bool
) -> int:
    from ops.asking import asker, at_a_terminal
    from ops.egress.change import change

    return change(chosen, _clients(role), decide, act, to=to, yes=yes, as_json=as_json, ask=asker(at_a_terminal()))


def _who() -> str:
    """Who runs it, for the tag that others will read; CloudTrail knows whose credentials they were."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "somebody"  # a container whose user has no name


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
    except KeyboardInterrupt:
        print("interrupted; nothing was changed", file=sys.stderr)
        return 130
