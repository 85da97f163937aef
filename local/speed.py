"""Caches without which a fleet takes three times as long: moto and botocore read the same files again and again."""

from __future__ import annotations

import threading
from typing import Any

from botocore.loaders import JSONFileLoader
from botocore.session import Session

_load_file = JSONFileLoader.load_file
_partitions = Session.get_available_partitions
_files: dict[str, Any] = {}
_lock = threading.Lock()


def install() -> None:
    """Keep what was read; safe to call again."""
    JSONFileLoader.load_file = load_file  # type: ignore[method-assign]
    Session.get_available_partitions = partitions  # type: ignore[method-assign]


def load_file(self: JSONFileLoader, file_path: str) -> Any:
    """A service model, read once for all sessions: every account has its own, and there are a dozen."""
    if file_path not in _files:
        found = _load_file(self, file_path)
        with _lock:
            _files[file_path] = found
    return _files[file_path]


def partitions(self: Session) -> list[str]:  # noqa: ARG001  (a method of botocore's)
    """The fleet lives in the commercial partition; moto asks for all of them, once per service and account."""
    return ["aws"]
