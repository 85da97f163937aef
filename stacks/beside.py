"""A process beside ours: it gets ready at once, acts when it is told to, and answers."""

from __future__ import annotations

import os
import signal
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import NoReturn

Act = Callable[[str], str]
"""What is done with an order; what it returns is the answer."""


class Failed(Exception):
    """What was ordered could not be done. The text says why, to whoever asked."""


class Beside:
    """Work that needs nothing of ours until the end, on the second processor.

    A fork, which costs nothing and needs no second reading of the fleet: so it must begin before jsii has started
    Node, whose pipe both processes would otherwise write to. Where Node runs already (tests), nothing is forked, and
    all is done when the answer is asked for.

    Args:
        prepare: begun at once; what it returns acts on the order. Both raise `Failed` for what a user can change;
            any other error is a mistake of ours, and shows its traceback.
    """

    def __init__(self, prepare: Callable[[], Act]) -> None:
        self._prepare = prepare
        self._child = 0
        self._order = ""

    def __enter__(self) -> Beside:
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

    def order(self, order: str) -> None:
        """Tell it to act. One order in a life, one line."""
        self._order = order
        if self._child:
            os.write(self._orders, f"{order}\n".encode())
            os.close(self._orders)
            self._orders = -1

    def answer(self) -> str:
        """Wait for what it says to the order.

        Raises:
            Failed: it could not be done.
            RuntimeError: it broke; the text is its traceback.
        """
        if not self._child:
            return self._prepare()(self._order)
        with os.fdopen(os.dup(self._answers), encoding="utf-8") as answer:
            said = answer.read()
        how, _, text = said.partition("\n")
        if how == "done":
            return text
        if how == "failed":
            raise Failed(text)
        raise RuntimeError(text or "a process of this run ended without a word")

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._child:
            if self._orders >= 0:
                os.close(self._orders)  # without an order, it ends and has done nothing
            os.close(self._answers)
            os.waitpid(self._child, 0)

    def _serve(self, orders: int, answers: int) -> NoReturn:
        """The child's life."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent hears it too, and then gives no order
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        said = ""
        try:
            act = self._prepare()
            with os.fdopen(orders, encoding="utf-8") as lines:
                order = lines.readline().removesuffix("\n")
            if order:
                said = f"done\n{act(order)}"
        except Failed as error:
            said = f"failed\n{error}"
        finally:
            # Nobody listens when the parent was interrupted: then this one's Node heard it too, and is gone.
            with suppress(BrokenPipeError), os.fdopen(answers, "w", encoding="utf-8") as answer:
                answer.write(said or f"broken\n{traceback.format_exc()}")
            os._exit(0)
