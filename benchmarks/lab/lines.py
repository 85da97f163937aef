"""How the lab speaks with its processes in the namespaces: one line of JSON there, one line back."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from typing import Any, TextIO


class Speaker:
    """The lab's end. One question at a time; several threads may ask."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        self._turn = threading.Lock()
        self._hear()

    def ask(self, do: str, **what: Any) -> Any:
        """Put a question and wait for the answer.

        Raises:
            RuntimeError: the process has ended.
        """
        with self._turn:
            assert self.process.stdin is not None
            try:
                self.process.stdin.write(json.dumps({"do": do, **what}) + "\n")
                self.process.stdin.flush()
            except BrokenPipeError:
                raise self._ended() from None
            return self._hear()

    def _hear(self) -> Any:
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        if not line:
            raise self._ended()
        return json.loads(line)

    def _ended(self) -> RuntimeError:
        return RuntimeError(f"a process of the lab has ended, see its output above: {self.process.args!r}")


def answer(questions: Mapping[str, Callable[..., Any]], to: TextIO | None = None) -> None:
    """The process's end: say that it is ready, then answer until the lab is gone (end of input)."""
    say("ready", to)
    for line in sys.stdin:
        asked = json.loads(line)
        say(questions[asked.pop("do")](**asked), to)


def say(what: Any, to: TextIO | None = None) -> None:
    print(json.dumps(what), file=to, flush=True)
