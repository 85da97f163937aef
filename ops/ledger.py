"""What the last finished roll-out left: the record of the fleet and the digest of the assembly, in the edge account's SSM.

Templates tell what stands; what was meant by it (weights, states, who is placed where) no template tells as a whole.
A record outgrows one parameter, so it lies in parts, named by its digest, and one parameter says which parts hold.
"""

from __future__ import annotations

import json
import zlib
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel, ConfigDict, ValidationError

from fleet import names
from fleet.record import Record
from ops.promotion.image import Unusable

_PART = 4000
"""Characters a part. A standard parameter, which costs nothing, holds 4096."""
_AT_ONCE = 10
"""Parameters that one call of SSM takes."""
_ATTEMPTS = 3
"""At reading parts, which the next roll-out may remove meanwhile."""


class Entry(BaseModel):
    """One finished roll-out. Fields are added, never renamed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    assembly: str
    """Digest of the stored assembly."""
    revision: str | None = None
    """Commit that it was made of, if it tells all."""
    record: Record


def home(record: Record) -> tuple[str, str]:
    """Account and region that the parameter lies in: where the zone's stack is."""
    (place,) = {(one.account, one.region) for one in record.stacks.values() if one.kind == "edge-dns"}
    return place


def write(entry: Entry, client: Any) -> None:
    """Remember an entry. Until the last moment the one before holds; afterwards nothing of that is left.

    Args:
        client: boto3's `ssm`, at `home`.

    Raises:
        Unusable: SSM refused.
    """
    fleet = entry.record.fleet
    packed = b64encode(zlib.compress(entry.model_dump_json().encode(), 9)).decode()
    parts = [packed[start : start + _PART] for start in range(0, len(packed), _PART)]
    key = sha256(packed.encode()).hexdigest()
    before = _pointer(fleet, client)
    try:
        for name, part in zip(_parts(fleet, key, len(parts)), parts, strict=True):
            client.put_parameter(Name=name, Value=part, Type="String", Overwrite=True)
        pointer = json.dumps({"digest": key, "parts": len(parts)})
        client.put_parameter(Name=names.rollout_record(fleet), Value=pointer, Type="String", Overwrite=True)
        if before is not None and before[0] != key:
            gone = _parts(fleet, *before)
            for start in range(0, len(gone), _AT_ONCE):
                client.delete_parameters(Names=gone[start : start + _AT_ONCE])
    except (ClientError, BotoCoreError) as error:
        raise Unusable(f"{names.rollout_record(fleet)} cannot be written: {error}") from None


def read(fleet: str, client: Any) -> Entry | None:
    """The entry; None when no roll-out of the fleet was ever finished.

    Raises:
        Unusable: SSM refused, or what is there is damaged.
    """
    name = names.rollout_record(fleet)
    for _ in range(_ATTEMPTS):
        pointer = _pointer(fleet, client)
        if pointer is None:
            return None
        packed = _packed(fleet, *pointer, client)
        if packed is None:
            continue
        try:
            return Entry.model_validate_json(zlib.decompress(b64decode(packed)))
        except (ValueError, zlib.error, ValidationError) as error:
            raise Unusable(f"{name} in SSM cannot be read ({error}); finish a roll-out, which writes it anew") from None
    raise Unusable(f"{name} in SSM lacks parts of what it names; finish a roll-out, which writes it anew")


def _pointer(fleet: str, client: Any) -> tuple[str, int] | None:
    name = names.rollout_record(fleet)
    try:
        said = json.loads(client.get_parameter(Name=name)["Parameter"]["Value"])
        return str(said["digest"]), int(said["parts"])
    except ClientError as error:
        if error.response["Error"]["Code"] == "ParameterNotFound":
            return None
        raise Unusable(f"{name} in SSM cannot be looked at: {error}") from None
    except BotoCoreError as error:
        raise Unusable(f"{name} in SSM cannot be looked at: {error}") from None
    except (ValueError, KeyError, TypeError):
        raise Unusable(f"{name} in SSM is not what a roll-out writes; finish one, which writes it anew") from None


def _packed(fleet: str, key: str, count: int, client: Any) -> str | None:
    """The parts, joined; None when one is not there any more."""
    wanted = _parts(fleet, key, count)
    found: dict[str, str] = {}
    try:
        for start in range(0, count, _AT_ONCE):
            answer = client.get_parameters(Names=wanted[start : start + _AT_ONCE])
            found |= {one["Name"]: one["Value"] for one in answer["Parameters"]}
    except (ClientError, BotoCoreError) as error:
        raise Unusable(f"{names.rollout_record(fleet)} in SSM cannot be looked at: {error}") from None
    if found.keys() != set(wanted):
        return None
    packed = "".join(found[name] for name in wanted)
    return packed if sha256(packed.encode()).hexdigest() == key else None


def _parts(fleet: str, key: str, count: int) -> list[str]:
    return [f"{names.rollout_record(fleet)}/{key[:16]}/{number}" for number in range(count)]
