"""The half of a synthesis that is not CDK: bundles, written by a process of their own while the CDK works."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from types import TracebackType

from fleet.model import Fleet


class ManifestsFailed(Exception):
    """The bundles could not be written. The text says why; the folder is as it was."""


class Writer:
    """A child process that renders the bundles at once and writes them when told to.

    A fork, which costs nothing and needs no second reading of the fleet: so it must begin before jsii has started
    Node, whose pipe both processes would otherwise write to. Where jsii runs already (tests), nothing is forked and
    the bundles are rendered when they are asked for.
    """

    def __init__(self, fleet: Fleet, dist: Path, *, region: str | None, cell: str | None) -> None:
        self._fleet, self._dist, self._region, self._cell = fleet, dist, region, cell
        self._child = 0

    def __enter__(self) -> Writer:
        if "jsii" in sys.modules:
            return self
        orders, self._orders = os.pipe()
        self._answers, answers = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._child = os.fork()
        if self._child == 0:
            os.close(self._orders)
            os.close(self._answers)
            self._serve(orders, answers)
        os.close(orders)
        os.close(answers)
        return self

    def put_in_place(self) -> None:
        """Write the bundles. Call it when everything else is well.

        Raises:
            ManifestsFailed: they could not be rendered or written.
        """
        if not self._child:
            self._write()
            return
        os.write(self._orders, b"write")
        with os.fdopen(os.dup(self._answers), encoding="utf-8") as answer:
            said = answer.read()
        if said != "done":
            raise ManifestsFailed(said or "the process that writes the bundles ended without a word")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._child:
            os.close(self._orders)  # without an order, the child ends and has written nothing
            os.close(self._answers)
            os.waitpid(self._child, 0)

    def _write(self) -> None:
        from k8s.bundles import BundlesUnwritable, write_bundles

        try:
            write_bundles(self._fleet, self._dist, region=self._region, cell=self._cell)
        except BundlesUnwritable as error:
            raise ManifestsFailed(str(error)) from None

    def _serve(self, orders: int, answers: int) -> None:
        """The child's life. Never returns."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and then gives no order
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        code = 1
        # In here, so that the parent starts no Node for manifests that it does not write.
        from k8s.bundles import BundlesUnwritable, render, write_bundles

        try:
            rendered = render(self._fleet, region=self._region, cell=self._cell)
            if os.read(orders, 5) == b"write":
                write_bundles(self._fleet, self._dist, region=self._region, cell=self._cell, rendered=rendered)
                os.write(answers, b"done")
            code = 0
        except (BundlesUnwritable, ValueError) as error:
            os.write(answers, str(error).encode())
        finally:
            sys.stderr.flush()
            os._exit(code)
