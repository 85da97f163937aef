"""`hypercell rollout`: a stored assembly, wave by wave, from what is really deployed. Each verb decides in `ops.rollout`."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ops.options import DEFAULT_BLUEPRINT, Blueprint
from ops.rollout.plan import Stage

if TYPE_CHECKING:
    from ops.guard.snapshot import Snapshot
    from ops.rollout.carry import Promotes
    from ops.rollout.ground import Ground
    from ops.rollout.plan import Bundle
    from ops.rollout.verb import Wish, World

app = typer.Typer(help="Roll a stored assembly out, wave by wave.", no_args_is_help=True)

Assembly = Annotated[Path, typer.Argument(help="Folder of a stored assembly (`hypercell synth --out`).")]
Service = Annotated[str | None, typer.Option("--service", help="Only this service's bundles, and no stack.")]
Bundles = Annotated[Path, typer.Option("--bundles", help="Folder of the OCI layouts.")]
Role = Annotated[str | None, typer.Option(help="Role to take in each account of the fleet.")]
LOG = Path(".hypercell") / "rollout.log"


@app.command()
def plan(
    assembly: Assembly,
    base: Annotated[str, typer.Option("--base", help="`deployed`, another assembly, or a commit.")] = "deployed",
    blueprint: Blueprint = DEFAULT_BLUEPRINT,
    service: Service = None,
    bundles: Bundles = Path("bundles"),
    role: Role = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON: what `run --plan` takes.")] = False,
) -> None:
    """Show the waves that would bring the fleet from what stands to an assembly. Changes nothing.

    Exit codes: 0 shown, 2 something could not be looked at, 3 something speaks against it.
    """
    from ops.rollout import verb

    wish = verb.Wish(assembly=assembly, service=service, bundles=bundles, as_json=as_json)
    raise typer.Exit(verb.plan(wish, base, _world(wish, role), lambda name: _before(name, blueprint)))


@app.command()
def run(
    assembly: Assembly,
    plan: Annotated[Path | None, typer.Option("--plan", help="A plan as JSON: do no more than it holds.")] = None,
    through: Annotated[Stage, typer.Option("--through", help="How far, of a plan.")] = Stage.FLEET,
    service: Service = None,
    bundles: Bundles = Path("bundles"),
    role: Role = None,
    mends: Annotated[
        list[str] | None, typer.Option("--mends", help="An alarm it shall make quiet; repeatable.")
    ] = None,
    run_id: Annotated[str, typer.Option("--run", help="Id of this run; one is made when absent.")] = "",
    take_over: Annotated[bool, typer.Option("--take-over", help="Take a lock whose owner let it run out.")] = False,
    local: Annotated[bool, typer.Option("--local", help="Into an empty local AWS, which ends with it.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Carry a roll-out out: stacks, then bundles, then wait for alarms to stay quiet, wave by wave. Stops on red.

    Exit codes: 0 done, nothing to do, or only shown; 1 stopped, and the same command goes on; 2 something could not be
    looked at; 3 refused; 130 interrupted.
    """
    from ops.rollout import verb

    wish = verb.Wish(
        assembly=assembly,
        service=service,
        plan=plan,
        through=through,
        bundles=bundles,
        take_over=take_over,
        mends=tuple(mends or ()),
        run=run_id,
        yes=yes or local,
    )
    if local:
        from ops.rollout import here

        typer.echo(here.SAYS)
        with here.world(LOG) as inside:
            raise typer.Exit(verb.run(wish, inside))
    raise typer.Exit(verb.run(wish, _world(wish, role)))


def _world(wish: Wish, role: str | None) -> World:
    from ops import clients
    from ops.asking import asker, at_a_terminal
    from ops.rollout.bundles import Bundles as Made
    from ops.rollout.cdk import Cdk
    from ops.rollout.engine import CloudFormation, Engine
    from ops.rollout.verb import World

    client_for = clients.with_own_credentials(role)

    def promotes(of: Ground) -> tuple[Promotes, Callable[[], dict[Bundle, str]]]:
        made = Made(of.folder, wish.bundles, of.fleet, lambda role: clients.with_own_credentials(role, everywhere=True))
        return made, made.wanted

    def engine(of: Ground, run: str) -> Engine:
        return CloudFormation(Cdk(of.folder / "cdk.out", LOG, {}), client_for, of.snapshot.stacks, f"hypercell-{run}")

    return World(client_for=client_for, promotes=promotes, engine=engine, ask=asker(at_a_terminal()))


def _before(name: str, blueprint: Path) -> Snapshot:
    """Another assembly, or a commit, as what a roll-out would begin from."""
    from ops.diff.folder import holds, read
    from ops.diff.revision import find
    from ops.promotion.image import Unusable
    from ops.standing import Stages

    if holds(Path(name)):
        return read(Path(name))
    revision = find(name)
    if revision is None:
        raise Unusable(
            f"--base {name}: is no commit of this repository, no folder with an assembly, and not `deployed`"
        )
    with tempfile.TemporaryDirectory(prefix="hypercell-") as scratch, Stages().stage("base") as step:
        return read(revision.assembly(blueprint, Path(scratch), step=step), origin=revision.origin)
