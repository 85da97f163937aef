"""`hypercell bundle`, `mirror`, `promote`: what reaches a cell, and by which digest. Each verb decides in a module of its own."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from ops.options import DEFAULT_BLUEPRINT, Blueprint, Json, Yes

app = typer.Typer()


@app.command()
def bundle(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    cell: Annotated[list[str] | None, typer.Option("--cell", help="Only this cell; may be given again.")] = None,
    service: Annotated[list[str] | None, typer.Option("--service", help="Only this service; the same.")] = None,
    platform: Annotated[bool, typer.Option("--platform", help="Only the platform.")] = False,
    out: Annotated[Path, typer.Option("--out", help="Folder of the OCI layouts.")] = Path("bundles"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Make all of it anew, changed or not.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print every bundle with its digest, as JSON.")] = False,
) -> None:
    """Bundle the manifests of cells, one for the platform and one a service. Publishes nothing.

    Exit codes: 0 the bundles are there, 1 the fleet breaks rules, 2 something cannot be read or written, or there is
    no such cell or service, 130 interrupted.
    """
    from ops.bundle import show

    raise typer.Exit(
        show(
            blueprint,
            out,
            cells=cell or (),
            services=service or (),
            platform=platform,
            fresh=fresh,
            as_json=as_json,
        )
    )


@app.command()
def mirror(
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    region: Annotated[str | None, typer.Option("--region", help="Only this region, e.g. us-east-1.")] = None,
    record: Annotated[bool, typer.Option("--record", help="Write mirror.yaml from what is there.")] = False,
    role: Annotated[str | None, typer.Option(help="Role to take in each account of the fleet.")] = None,
    as_json: Json = False,
) -> None:
    """Show which charts and images of the releases the regions' mirrors hold, and what copies the rest.

    Exit codes: 0 all is there, the same everywhere; 1 something is lacking or differs; 2 something could not be looked
    at, or there is no such region.
    """
    from ops import clients
    from ops.mirroring.show import show

    try:
        code = show(blueprint, clients.with_own_credentials(role), region=region, record=record, as_json=as_json)
    except clients.NoCredentials as error:
        print(error, file=sys.stderr)
        code = 2
    raise typer.Exit(code)


@app.command()
def promote(
    cell: Annotated[str, typer.Option("--cell", help="The cell, e.g. use1-a.")],
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    platform: Annotated[bool, typer.Option("--platform", help="The bundle of its platform.")] = False,
    service: Annotated[str | None, typer.Option("--service", help="The bundle of this service.")] = None,
    channel: Annotated[str | None, typer.Option("--channel", help="By its tag, e.g. service-sessions.")] = None,
    to: Annotated[str | None, typer.Option("--to", help="Move the tag to this digest, which is there.")] = None,
    rollback: Annotated[bool, typer.Option("--rollback", help="Move the tag to what it named before.")] = False,
    out: Annotated[Path, typer.Option("--out", help="Folder of the OCI layouts.")] = Path("bundles"),
    role: Annotated[str | None, typer.Option(help="Role to take; the region's publisher when absent.")] = None,
    yes: Yes = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the plan, and change nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Publish one bundle to a cell, and move the one tag that its Argo CD follows. Shows its plan, and asks.

    Exit codes: 0 done, nothing to do, or only shown; 1 not done, and the same command goes on; 2 something could not
    be looked at; 3 refused; 130 interrupted.
    """
    from ops import clients
    from ops.asking import asker, at_a_terminal
    from ops.delta.day import day
    from ops.promote import show
    from ops.promotion.looking import Wish

    wish = Wish(cell=cell, platform=platform, service=service, channel=channel, to=to, rollback=rollback)
    try:
        code = show(
            blueprint,
            wish,
            out=out,
            today=day(None),
            role=role,
            clients_as=lambda role: clients.with_own_credentials(role, everywhere=True),
            yes=yes,
            dry_run=dry_run,
            as_json=as_json,
            ask=asker(at_a_terminal()),
        )
    except clients.NoCredentials as error:
        print(error, file=sys.stderr)
        code = 2
    raise typer.Exit(code)
