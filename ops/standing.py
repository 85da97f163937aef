"""A fleet made to stand in the local AWS: synthesized, deployed, read back; what `demo` and `up` share.

Exit codes of both: 0 it stands, 1 the fleet breaks rules or does not stand as its templates say, 2 something cannot be
read or written, 3 a server is already up or its port taken, 130 interrupted.
"""

from __future__ import annotations

import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from fleet.load import load
from fleet.problem import FleetError
from ops.synthesis import SynthesisError, synthesize

if TYPE_CHECKING:
    from fleet.model import Fleet
    from local.compare import ReadBack

DIST = Path("dist")

EXIT_DIFFERS = 1
EXIT_UNREADABLE = 2
EXIT_OCCUPIED = 3
EXIT_INTERRUPTED = 130

_DIFFERENCES_SHOWN = 20


class Stopped(Exception):
    """The verb cannot go on: the text for the user, and the exit code."""

    def __init__(self, exit_code: int, said: str) -> None:
        self.exit_code = exit_code
        super().__init__(said)


@dataclass
class Stages:
    """Progress on the terminal's error stream: a bar for each stage; without a terminal one line when it is done."""

    console: Console = field(default_factory=lambda: Console(stderr=True, highlight=False))
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[int, int, str], None]]:
        """A stage; what it gives is to be told (done, total, what)."""
        began = time.monotonic()
        columns = (
            TextColumn("{task.fields[stage]:<11}"),
            BarColumn(bar_width=40),
            TextColumn("{task.percentage:>3.0f} %"),
            TimeElapsedColumn(),
            TextColumn("{task.description}", style="dim"),
        )
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as bar:
            task = bar.add_task("", total=None, stage=name)
            yield lambda done, total, what: _advance(bar, task, done, total, what)
        self.seconds[name] = time.monotonic() - began
        self.console.print(f"{name:<11} {self.seconds[name]:5.1f} s", style="dim")


def _advance(bar: Progress, task: TaskID, done: int, total: int, what: str) -> None:
    bar.update(task, completed=done, total=total, description=what)


@contextmanager
def stopping() -> Iterator[None]:
    """What may stop a verb, as one line and an exit code. SIGTERM puts away what is half done, as Ctrl-C does."""

    def terminated(_signal: int, _frame: Any) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, terminated)
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped(EXIT_INTERRUPTED, "interrupted; nothing is left behind") from None
    except (FleetError, SynthesisError) as error:
        raise Stopped(error.exit_code, str(error)) from None
    except OSError as error:
        raise Stopped(EXIT_UNREADABLE, f"{error.filename or 'output'}: {error.strerror or error}") from None
    finally:
        signal.signal(signal.SIGTERM, before)


def run(verb: Callable[[], None]) -> int:
    """Run a verb; its exit code."""
    try:
        with stopping():
            verb()
    except Stopped as stopped:
        print(stopped, file=sys.stderr)
        return stopped.exit_code
    return 0


def stand(blueprint: Path, stages: Stages, *, endpoint: str | None = None) -> tuple[Fleet, ReadBack]:
    """Synthesize the fleet, create every stack of it, and read it back.

    Args:
        endpoint: a local server's; None: the AWS inside this process, which must stand (`local.aws.standing`).

    Raises:
        Stopped: it does not stand as its templates say.
        FleetError, SynthesisError, OSError: nothing was deployed.
    """
    fleet = load(blueprint)
    DIST.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="hypercell-") as folder:
        outdir = Path(folder) / "cdk.out"
        with stages.stage("synthesize") as step:
            synthesize(blueprint, outdir, DIST, step=step)
        return fleet, _deployed(fleet, outdir, stages, endpoint)


def _deployed(fleet: Fleet, outdir: Path, stages: Stages, endpoint: str | None) -> ReadBack:
    from local.assembly import AssemblyError, read
    from local.compare import read_back
    from local.deploy import DeployError, deploy

    try:
        with stages.stage("deploy") as step:
            stacks = read(outdir, fleet)
            whole = sum(len(stack.resources) for stack in stacks)
            done = 0

            def stood(stack: Any) -> None:
                nonlocal done
                done += len(stack.resources)
                step(done, whole, stack.plan.name)

            deployment = deploy(stacks, endpoint=endpoint, progress=stood)
        with stages.stage("read back") as step:
            found = read_back(deployment, progress=step)
    except (AssemblyError, DeployError) as error:
        raise Stopped(EXIT_DIFFERS, str(error)) from None
    if found.differences:
        shown = [str(difference) for difference in sorted(found.differences)]
        more = len(shown) - _DIFFERENCES_SHOWN
        if more > 0:
            shown[_DIFFERENCES_SHOWN:] = [f"... and {more} more"]
        raise Stopped(EXIT_DIFFERS, "\n".join(shown))
    return found
