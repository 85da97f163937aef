"""Calls that may fail, and what is said of it. AWS being slow or throttled is weather: the next round tries again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

T = TypeVar("T")

THROTTLED = frozenset({"RequestLimitExceeded", "Throttling", "ThrottlingException", "TooManyRequestsException"})


class Faults:
    """What went wrong since somebody last looked."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self.throttled = 0

    def attempt(self, what: str, call: Callable[[], T]) -> T | None:
        """The call's answer, or None after noting why there is none."""
        try:
            return call()
        except (ClientError, BotoCoreError) as error:
            self.note(what, error)
            return None

    def note(self, what: str, error: ClientError | BotoCoreError) -> None:
        self.throttled += code(error) in THROTTLED
        self.seen.append(f"{what}: {error}")

    def taken(self) -> tuple[list[str], int]:
        """What was seen and how often AWS throttled; starts over."""
        seen, throttled = self.seen, self.throttled
        self.seen, self.throttled = [], 0
        return seen, throttled


def code(error: ClientError | BotoCoreError) -> str:
    """`RequestLimitExceeded`: AWS's code, or nothing where no answer came."""
    return str(error.response["Error"]["Code"]) if isinstance(error, ClientError) else ""


def pages(client: Any, operation: str, key: str, **arguments: Any) -> Iterable[Any]:
    """Every item of a paged operation."""
    for page in client.get_paginator(operation).paginate(**arguments):
        yield from page[key]
