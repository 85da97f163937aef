"""The lock of a roll-out, a parameter in the edge account's control region: one platform roll-out at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from ops.rollout.claim import LIFE, RENEWED_EVERY, Claim, NotOurs, parse, valid

Clock = Callable[[], datetime]


class Held(Exception):
    """Somebody else holds the lock. The text says who, until when, and what to do."""


class Lost(Exception):
    """The lock was ours and is not any more. The text says whose it is."""


class Unanswered(Exception):
    """Parameter Store refused, or did not answer."""


@dataclass
class Lock:
    """One parameter, and what we wrote to it.

    Attributes:
        ssm: client of the edge account in the control region.
        claim: what we wrote last; None until it is taken.
    """

    ssm: Any
    name: str
    clock: Clock = lambda: datetime.now(UTC)
    claim: Claim | None = None
    version: int = 0

    def holder(self) -> tuple[int, Claim | None]:
        """The version that counts, and what it says; 0 and None where there is no lock.

        Raises:
            Unanswered, NotOurs.
        """
        versions: dict[int, Claim] = {}
        try:
            pages = self.ssm.get_paginator("get_parameter_history").paginate(Name=self.name)
            for one in (one for page in pages for one in page["Parameters"]):
                versions[one["Version"]] = parse(one["Value"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterNotFound":
                return 0, None
            raise Unanswered(f"{self.name}: {error}") from None
        except BotoCoreError as error:
            raise Unanswered(f"{self.name}: {error}") from None
        except NotOurs as error:
            raise NotOurs(
                f"{self.name} holds something else than a lock ({error}); look at it, and delete it"
            ) from None
        number = valid(versions)
        return number, versions.get(number)

    def take(self, *, owner: str, run: str, what: str, take_over: bool = False) -> None:
        """Take it.

        Args:
            take_over: also from somebody whose claim is over.

        Raises:
            Held, Unanswered, NotOurs.
        """
        now = self.clock()
        number, standing = self.holder()
        if standing is not None and standing.held and standing.run != run:
            self._refuse(standing, now, take_over)
        claim = Claim(owner=owner, run=run, what=what, began=_text(now), until=_text(now + LIFE), after=number)
        if not self._write(claim, new=standing is None):
            _, winner = self.holder()
            raise Held(_held(self.name, winner, "was faster"))

    def _refuse(self, standing: Claim, now: datetime, take_over: bool) -> None:
        if not standing.stale(now):
            raise Held(_held(self.name, standing, "is rolling out"))
        if not take_over:
            remedy = "make sure that it is gone, and run the same command with --take-over"
            raise Held(f"{_held(self.name, standing, 'was rolling out')}, and did not renew it since; {remedy}")

    def keep(self) -> None:
        """Renew it when it is time; cheap to call at any time.

        Raises:
            Lost: somebody took it over.
            Unanswered: it could not be renewed until it was over. A refusal before that is tried again at the next call.
        """
        if self.claim is None:
            return
        now = self.clock()
        if now < self.claim.over - LIFE + RENEWED_EVERY:
            return
        try:
            kept = self._write(replace(self.claim, until=_text(now + LIFE), after=self.version), new=False)
        except Unanswered:
            if now > self.claim.over:
                raise
            return
        if not kept:
            _, winner = self.holder()
            self.claim = None
            raise Lost(_held(self.name, winner, "took the lock over"))

    def release(self) -> None:
        """Give it back, if it is ours.

        Written, not deleted: between a look and a deletion it may have become somebody else's.
        """
        if self.claim is None:
            return
        given, self.claim = replace(self.claim, held=False, until=_text(self.clock()), after=self.version), None
        self._write(given, new=False)

    def _write(self, claim: Claim, *, new: bool) -> bool:
        """Whether the write counts."""
        try:
            number = self.ssm.put_parameter(Name=self.name, Value=claim.text, Type="String", Overwrite=not new)[
                "Version"
            ]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ParameterAlreadyExists":
                return False
            raise Unanswered(f"{self.name}: {error}") from None
        except BotoCoreError as error:
            raise Unanswered(f"{self.name}: {error}") from None
        # The next number: nobody wrote in between. Else those who did are asked what they were made after.
        if number != claim.after + 1 and self.holder()[0] != number:
            return False
        self.claim, self.version = claim, number
        return True


def _held(name: str, claim: Claim | None, does: str) -> str:
    if claim is None:
        return f"{name}: somebody {does}"
    return (
        f"{claim.owner} {does} {claim.what} since {claim.began} and holds {name} until {claim.until} (run {claim.run})"
    )


def _text(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
