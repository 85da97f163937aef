"""What the last finished roll-out left, as a parameter beside the lock: which assembly, and the fleet's record of then.

CloudFormation and the repositories say what stands; only the record says what it was meant to be.
"""

from __future__ import annotations

import base64
import json
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from fleet import names
from fleet.record import Record

STANDARD, ADVANCED = 4096, 8192
"""Characters that a parameter of each tier holds. 24 cells take 3,200."""


class Unremembered(Exception):
    """It cannot be written, or not be read. The text says why."""


@dataclass(frozen=True)
class Remembered:
    """One finished roll-out."""

    assembly: str
    """Digest of the stored assembly."""
    revision: str | None
    """Commit of its code."""
    finished: datetime
    record: Record

    @property
    def text(self) -> str:
        packed = base64.b64encode(zlib.compress(self.record.model_dump_json().encode(), 9)).decode()
        said = {"assembly": self.assembly, "revision": self.revision, "finished": self.finished.isoformat()}
        return json.dumps(said | {"record": packed})


def parse(text: str) -> Remembered:
    """What a parameter says.

    Raises:
        Unremembered: it is none of ours, or cut off.
    """
    try:
        said = json.loads(text)
        record = Record.model_validate_json(zlib.decompress(base64.b64decode(said["record"])))
        return Remembered(said["assembly"], said["revision"], datetime.fromisoformat(said["finished"]), record)
    except (ValueError, KeyError, TypeError, zlib.error) as error:
        raise Unremembered(f"the record of the last roll-out cannot be read: {error}") from None


def fits(remembered: Remembered) -> bool:
    """Whether Parameter Store takes it; asked before a roll-out, not at its end."""
    return len(remembered.text) <= ADVANCED


def write(ssm: Any, remembered: Remembered) -> None:
    """Keep it.

    Raises:
        Unremembered.
    """
    text = remembered.text
    tier = "Standard" if len(text) <= STANDARD else "Advanced"
    try:
        ssm.put_parameter(
            Name=names.rollout_record(remembered.record.fleet), Value=text, Type="String", Overwrite=True, Tier=tier
        )
    except (ClientError, BotoCoreError) as error:
        raise Unremembered(f"the record of this roll-out could not be written: {error}") from None


def read(ssm: Any, fleet: str) -> Remembered | None:
    """What the last finished roll-out left; None: none has finished yet.

    Raises:
        Unremembered.
    """
    try:
        text: str = ssm.get_parameter(Name=names.rollout_record(fleet))["Parameter"]["Value"]
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return None
        raise Unremembered(f"the record of the last roll-out cannot be read: {error}") from None
    except BotoCoreError as error:
        raise Unremembered(f"the record of the last roll-out cannot be read: {error}") from None
    return parse(text)
