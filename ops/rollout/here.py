"""A roll-out against the local AWS: the same plan, lock, order and CDK CLI, on a server of ours that ends with us.

What it does not prove: the local AWS makes no truthful change sets (so none is reviewed), updates no stacks (so it is a
first deployment), evaluates no alarms (so nothing is baked) and hands out no layers (so no bundle is promoted).
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from ops.rollout.cdk import Alive, Cdk
from ops.rollout.engine import AT_ONCE, CloudFormation, StackFailed
from ops.rollout.ground import Ground
from ops.rollout.review import Announced
from ops.rollout.verb import World

SAYS = (
    "local AWS: stacks are created directly, without change sets to review; no alarm is evaluated, so nothing is baked; "
    "no bundle is promoted"
)


@dataclass
class Direct(CloudFormation):
    """The CDK CLI creates stacks without change sets, one after the other."""

    def deploy(self, stacks: Sequence[str], announced: Announced, alive: Alive) -> None:  # noqa: ARG002 - none is made
        options = ["--method", "direct", "--parameters", "BootstrapVersion=/cdk-bootstrap/hnb659fds/version"]
        self.cdk.deploy(stacks, options, alive, at_once=AT_ONCE)
        for name in stacks:
            status, why = self._status(name)
            if status != "CREATE_COMPLETE":
                raise StackFailed(f"{name} is {status or 'not there'}: {why}")
            self.protect(name)

    def protect(self, name: str) -> None:
        self._keep(name)  # termination protection is known there at creation only


class Nothing:
    """Promotes nothing, and wants nothing promoted."""

    def promote(self, cell_name: str, channel: str, _today: date, _say: Callable[[str], None]) -> None:
        raise AssertionError(f"{channel} of {cell_name}: nothing is promoted here")


@contextmanager
def world(log: Path) -> Iterator[World]:
    """A server on 127.0.0.1, empty, and the way to roll out into it. It is stopped at the end, whatever happens."""
    from local import process
    from local.bootstrap import bootstrap
    from local.clients import client

    with tempfile.TemporaryDirectory(prefix="hypercell-") as folder:
        server = process.start(folder=Path(folder))
        try:

            def client_for(service: str, account: str, region: str) -> Any:
                return client(service, account, region, server.endpoint)

            def engine(of: Ground, run: str) -> Direct:
                for place in dict.fromkeys((s.account, s.region) for s in of.snapshot.stacks.values()):
                    bootstrap(*place, server.endpoint)
                return Direct(_cdk(of, log, server.port), client_for, of.snapshot.stacks, f"hypercell-{run}")

            yield World(
                client_for=client_for,
                promotes=lambda _of: (Nothing(), dict),
                engine=engine,
                ask=None,
                evaluated=False,
                bake=timedelta(0),
            )
        finally:
            process.stop(Path(folder))


def _cdk(of: Ground, log: Path, port: int) -> Cdk:
    environment = {
        # By name: the CLI makes bucket names part of the host.
        "AWS_ENDPOINT_URL": f"http://localhost:{port}",
        "AWS_ACCESS_KEY_ID": of.fleet.accounts["edge"],
        "AWS_SECRET_ACCESS_KEY": "local",
        "AWS_SESSION_TOKEN": "",
        "AWS_PROFILE": "",
        "AWS_REGION": of.fleet.edge.control_region,
    }
    return Cdk(of.folder / "cdk.out", log, environment)
