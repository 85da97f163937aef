"""`hypercell rollout plan` and `run`: look, decide, show, ask, lock, act."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from fleet import names
from fleet.known import instead
from fleet.problem import FleetError
from ops import ledger
from ops.asking import Ask
from ops.bundle import BundleError
from ops.clients import ClientFor, NoCredentials
from ops.diff.sides import DEPLOYED
from ops.guard.snapshot import Snapshot
from ops.promotion.image import Unusable
from ops.rollout import show
from ops.rollout.bake import Readings
from ops.rollout.carry import Halted, Hands, Interrupted, Promotes, Unbaked, carry_out
from ops.rollout.claim import NotOurs
from ops.rollout.engine import Engine, StackFailed
from ops.rollout.ground import Ground, Standing, deployed, ground, stored_before
from ops.rollout.judging import Judged
from ops.rollout.lock import Held, Lock, Lost, Unanswered
from ops.rollout.plan import Alarm, Bundle, Plan, Seen, Stage, decide, watching
from ops.rollout.standing import Unseen
from ops.rollout.watch import readings

DONE, STOPPED, UNSEEN, REFUSED, INTERRUPTED = 0, 1, 2, 3, 130
"""Exit codes."""

GOES_ON = "run the same command again: it asks what stands, and does what is left"


@dataclass(frozen=True)
class Wish:
    """What somebody wants rolled out, and how far."""

    assembly: Path
    service: str | None = None
    """Only its bundles."""
    plan: Path | None = None
    """A plan that was approved."""
    through: Stage = Stage.FLEET
    bundles: Path = Path("bundles")
    take_over: bool = False
    mends: tuple[str, ...] = ()
    """Alarms that may be red when a wave begins, for it is to make them quiet."""
    run: str = ""
    yes: bool = False
    as_json: bool = False


@dataclass(frozen=True)
class World:
    """Everything outside of a run.

    Attributes:
        engine: makes the engine, once the assembly is read and the run has its id.
    """

    client_for: ClientFor
    promotes: Callable[[Ground], tuple[Promotes, Callable[[], dict[Bundle, str]]]]
    engine: Callable[[Ground, str], Engine]
    ask: Ask | None
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    alarms: Callable[[Sequence[Alarm]], Readings] | None = None
    """Instead of asking CloudWatch."""
    evaluated: bool = True
    """Whether somebody evaluates alarms there."""
    bake: timedelta | None = None
    """Instead of the fleet's."""


class Refused(Exception):
    """It may not be done. The text says why."""


@contextmanager
def sentences() -> Iterator[list[int]]:
    """What may stop a verb becomes a line on the error stream, and an exit code in the list.

    SIGTERM, by which pipelines cancel, ends it as Ctrl-C does: the lock is given back, and no process stays.
    """
    code: list[int] = []
    before = signal.signal(signal.SIGTERM, _terminated)
    try:
        yield code
    except (Unusable, BundleError, Unseen, NoCredentials, NotOurs, FleetError) as error:
        print(error, file=sys.stderr)
        code.append(UNSEEN)
    except (Held, Refused) as error:
        print(f"refused: {error}", file=sys.stderr)
        code.append(REFUSED)
    except Halted as error:
        print(f"{'refused' if error.refused else 'stopped'}: {error}\n{_then(error)}", file=sys.stderr)
        code.append(REFUSED if error.refused else STOPPED)
    except StackFailed as error:
        print(f"stopped: {error}; {GOES_ON}", file=sys.stderr)
        code.append(STOPPED)
    except (Lost, Unanswered) as error:
        print(f"stopped: {error}; look at what CloudFormation is doing before you go on", file=sys.stderr)
        code.append(STOPPED)
    except Interrupted as error:
        print(f"{error}; {GOES_ON}", file=sys.stderr)
        code.append(INTERRUPTED)
    except KeyboardInterrupt:
        print(f"interrupted between waves, nothing is half done; {GOES_ON}", file=sys.stderr)
        code.append(INTERRUPTED)
    finally:
        signal.signal(signal.SIGTERM, before)


def _terminated(_signal: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _then(error: Halted) -> str:
    if error.refused:
        return "What stands is as it was before the wave. Mend the cause, store the assembly anew, and plan again"
    return f"Waves after it were not begun. Mend the cause, or go back (docs/runbooks/rollout-run.md); then {GOES_ON}"


def plan(wish: Wish, base: str, world: World, before: Callable[[str], Snapshot]) -> int:
    """Show what a roll-out would do. Changes nothing.

    Args:
        base: `deployed`, or a name that `before` makes a snapshot of.

    Returns:
        0 shown; 2 something cannot be looked at; 3 something speaks against it.
    """
    with sentences() as code:
        of = ground(wish.assembly)
        _service(wish, of)
        if base == DEPLOYED:
            _, wanted = world.promotes(of)
            seen = deployed(of, wanted(), world.client_for).seen
        else:
            seen = stored_before(of, before(base))
        found = _decide(wish, of, seen)
        said = {"fleet": of.fleet.name, "assembly": of.stored.digest, "base": base}
        if wish.as_json:
            show.as_json(found, **said)
        else:
            show.table(found, f"{of.fleet.name}, {of.stored.digest}, from {base}")
        return REFUSED if found.against else DONE
    return code[0]


def run(wish: Wish, world: World) -> int:
    """Carry a roll-out out, as far as it may go.

    Returns:
        0 done, nothing to do, or only shown; 1 stopped, and the same command goes on; 2 something cannot be looked at;
        3 refused; 130 interrupted.
    """
    with sentences() as code:
        of = ground(wish.assembly)
        _service(wish, of)
        promotes, wanted = world.promotes(of)
        stands = deployed(of, wanted(), world.client_for)
        entry = ledger.read(of.fleet.name, _ssm(of, world))
        found = _decide(wish, of, stands.seen)
        judged = Judged.of(of, stands, entry)
        show.table(found, f"{of.fleet.name}, {of.stored.digest}, from {DEPLOYED}")
        _may(found, judged, world.clock().date())
        if found.legs and not _agreed(wish, world, found):
            return DONE
        lock = _lock(wish, of, world)
        run_id = wish.run or uuid4().hex[:12]
        lock.take(owner=_who(of, world), run=run_id, what=of.stored.digest, take_over=wish.take_over)
        try:
            if deployed(of, wanted(), world.client_for).seen != stands.seen:
                raise Refused("what stands changed since the plan was shown; look again, and decide again")
            engine = world.engine(of, run_id)
            hands = Hands(
                engine=engine,
                bundles=promotes,
                alarms=_asked(world),
                judge=judged.against if found.stacks else lambda _today: (),
                alive=lock.keep,
                say=lambda said: print(said, flush=True),
                mending=wish.mends,
                clock=world.clock,
                sleep=world.sleep,
            )
            bake = timedelta(seconds=of.fleet.rollout.bake) if world.bake is None else world.bake
            carry_out(found, judged.announced, bake, hands, _unbaked(of, stands, world.clock() - bake))
            if wish.service is None:
                _assure(engine, [*(set(stands.base.stacks) & set(of.snapshot.stacks)), *found.new])
            print(_end(wish, of, world, entry, found))
        finally:
            with suppress(Unanswered):  # it is over in a quarter of an hour, released or not
                lock.release()
        return DONE
    return code[0]


def _decide(wish: Wish, of: Ground, seen: Seen) -> Plan:
    if wish.through is not Stage.FLEET and wish.plan is None:
        raise Unusable(f"--through {wish.through} wants --plan FILE: what is left changes on the way, a plan does not")
    allowed = None if wish.plan is None else show.approved(wish.plan, wish.through, assembly=of.stored.digest)
    templates = {name: stack.template for name, stack in of.snapshot.stacks.items()}
    return decide(of.fleet, seen, templates, service=wish.service, allowed=allowed)


def _assure(engine: Engine, stacks: Sequence[str]) -> None:
    """A run that ended between a stack and its protection left it to us: by its template it is done."""
    for name in engine.assure(sorted(stacks)):
        print(f"protected {name}, which an earlier run had left without")


def _service(wish: Wish, of: Ground) -> None:
    if wish.service is not None and wish.service not in of.fleet.services:
        known = instead(wish.service, of.fleet.services)
        raise Unusable(f"--service {wish.service}: no such service is in this fleet; {known}")


def _may(found: Plan, judged: Judged, today: date) -> None:
    against = [*found.against, *(judged.against(today) if found.stacks else ())]
    if against:
        raise Refused("\n".join(against))


def _asked(world: World) -> Callable[[Sequence[Alarm]], Readings] | None:
    if not world.evaluated:
        return None
    return world.alarms or (lambda alarms: readings(alarms, world.client_for))


def _unbaked(of: Ground, stands: Standing, moment: datetime) -> Unbaked | None:
    """What changed after a moment: whoever changed it cannot have baked it to the end."""
    stacks, bundles = stands.since(moment)
    alarms = watching(
        of.fleet, stacks, bundles, [name for name, found in stands.seen.stacks.items() if not found.absent]
    )
    if not alarms:
        return None
    return Unbaked(alarms, max(when for when in stands.changed.values() if when > moment))


def _agreed(wish: Wish, world: World, found: Plan) -> bool:
    if wish.yes:
        return True
    if world.ask is None:
        print("nothing was changed: read-only without --yes")
        return False
    if world.ask(f"Roll out {len(found.legs)} waves?"):
        return True
    print("nothing was changed")
    return False


def _ssm(of: Ground, world: World) -> Any:
    return world.client_for("ssm", of.fleet.accounts["edge"], of.fleet.edge.control_region)


def _lock(wish: Wish, of: Ground, world: World) -> Lock:
    name = names.rollout_lock(of.fleet) if wish.service is None else names.service_lock(of.fleet, wish.service)
    return Lock(_ssm(of, world), name, world.clock)


def _who(of: Ground, world: World) -> str:
    try:
        sts = world.client_for("sts", of.fleet.accounts["edge"], of.fleet.edge.control_region)
        return str(sts.get_caller_identity()["Arn"])
    except (ClientError, BotoCoreError) as error:
        raise Unseen(f"who you are cannot be asked: {error}") from None


def _end(wish: Wish, of: Ground, world: World, before: ledger.Entry | None, found: Plan) -> str:
    """The record, when the whole fleet is as the assembly says; and the last line."""
    done = f"done: {len(found.legs)} waves" if found.legs else "done: there was nothing to do"
    if wish.service is not None or wish.through is not Stage.FLEET:
        return done
    entry = ledger.Entry(assembly=of.stored.digest, revision=of.stored.revision, record=of.snapshot.record)
    if entry != before:
        ledger.write(entry, _ssm(of, world))
    return f"{done}; the fleet is as {entry.assembly} says"
