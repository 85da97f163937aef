"""A prober as Lambda has it: one process in a probe subnet, that runs the handler once for each call."""

from __future__ import annotations

import importlib
import sys

from benchmarks.lab import lines


def serve(module: str) -> None:
    """Answer with what `handle` of the module returns. What it prints goes to standard error."""
    handle = importlib.import_module(module).handle
    speaking, sys.stdout = sys.stdout, sys.stderr
    lines.answer({"invoke": lambda event: handle(event, None)}, to=speaking)


if __name__ == "__main__":
    serve(sys.argv[1])
