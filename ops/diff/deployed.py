"""One side of a comparison from AWS: the templates that stacks have, and the bundles that the cells' channels name.

Looked for in every account and region that the other side knows or that the last roll-out knew, so that a stack which
the other side knows nothing of is seen.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from fleet import names
from fleet.record import Record
from ops import ledger
from ops.clients import ClientFor
from ops.delta.objects import Files
from ops.diff.parsed import Parsed
from ops.guard.snapshot import Snapshot, Stack, Template, digest
from ops.promotion.image import Image, Unusable, texts
from ops.promotion.registry import Refused, Registry, code

_AT_ONCE = 12
"""Places, or cells, that are asked side by side. Inside of one, calls follow each other: AWS throttles by place."""
_SETTLED = frozenset(
    ("CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE", "IMPORT_ROLLBACK_COMPLETE")
)
_NEVER_MADE = frozenset(("REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE"))
"""A stack that is only a name: nothing of it was created, or nothing of it was left."""

Place = tuple[str, str]
"""Account id and region."""
RegistryFor = Callable[[Any, str], Registry]


@dataclass(frozen=True)
class _Seen:
    """One stack as CloudFormation tells of it."""

    name: str
    place: Place
    status: str
    body: Any
    tags: Mapping[str, str]


def read(head: Snapshot, parsed: Parsed, client_for: ClientFor, registry: RegistryFor = Registry) -> Snapshot:
    """The fleet that stands.

    Args:
        head: the other side.
        registry: makes a repository of an ECR client and its name.

    Raises:
        Unusable: something could not be looked at or is being changed right now, or nobody knows what was meant by
            what stands.
        NoCredentials: an account cannot be reached.
    """
    fleet = head.record.fleet
    entry = ledger.read(fleet, client_for("ssm", *ledger.home(head.record)))
    known = (head.record, *((entry.record,) if entry else ()))
    stacks = _stacks(_places(known), fleet, client_for)
    _settled(stacks)
    if entry is None and stacks:
        raise Unusable(
            f"{len(stacks):,} stacks of fleet {fleet} stand, and no roll-out left word in "
            f"{names.rollout_record(fleet)} of what they were to be: finish one, or compare with the commit or the "
            "stored assembly that was deployed"
        )
    return Snapshot(
        origin="deployed" if entry is None or not entry.revision else f"deployed ({entry.revision[:7]})",
        record=entry.record if entry else _nothing(head.record),
        stacks={one.name: _stack(one, head.stacks.get(one.name), parsed) for one in stacks},
        bundles=_bundles(known, parsed, client_for, registry),
    )


def _nothing(record: Record) -> Record:
    """Of a fleet that was never deployed."""
    return record.model_copy(
        update={"regions": {}, "cells": {}, "databases": {}, "streams": (), "services": {}, "stacks": {}, "removed": ()}
    )


def _places(records: Iterable[Record]) -> list[Place]:
    return sorted({(stack.account, stack.region) for record in records for stack in record.stacks.values()})


def _stacks(places: Iterable[Place], fleet: str, client_for: ClientFor) -> list[_Seen]:
    """Every stack of a fleet, wherever its name and its tag say that it is one."""
    # Made one after the other: boto3 makes clients in one thread only.
    clients = {place: client_for("cloudformation", *place) for place in places}
    found = [
        stack for stacks in _beside(lambda place: list(_in(place, fleet, clients[place])), clients) for stack in stacks
    ]
    places_of: dict[str, list[Place]] = {}
    for stack in found:
        places_of.setdefault(stack.name, []).append(stack.place)
    for name, several in places_of.items():
        if len(several) > 1:
            where = " and ".join("/".join(place) for place in several)
            raise Unusable(f"{name} stands in {where}: a fleet has one; delete the one that nobody deploys to")
    return found


def _in(place: Place, fleet: str, client: Any) -> Iterator[_Seen]:
    try:
        for page in client.get_paginator("describe_stacks").paginate():
            for one in page["Stacks"]:
                tags = {tag["Key"]: tag["Value"] for tag in one.get("Tags", ())}
                name, status = one["StackName"], one["StackStatus"]
                # `sky` and `sky-line` are two fleets; the tag tells them apart.
                mine = name.startswith(f"{fleet}-") and tags.get("fleet:name", fleet) == fleet
                if mine and status not in _NEVER_MADE:
                    body = client.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
                    yield _Seen(name, place, status, body, tags)
    except (ClientError, BotoCoreError) as error:
        raise Unusable(f"the stacks in {'/'.join(place)} cannot be looked at: {error}") from None


def _settled(stacks: Iterable[_Seen]) -> None:
    moving = [f"{one.name} in {'/'.join(one.place)} is {one.status}" for one in stacks if one.status not in _SETTLED]
    if moving:
        more = f" and {len(moving) - 5:,} more" if len(moving) > 5 else ""
        raise Unusable(f"{'; '.join(moving[:5])}{more}: wait for what is under way, mend what failed, and compare then")


def _stack(seen: _Seen, other: Stack | None, parsed: Parsed) -> Stack:
    """A stack with its template; that of the other side where it is the same but for what CloudFormation forgets."""
    text = seen.body if isinstance(seen.body, str) else _text(seen.body)
    if other is not None:
        whole = _text(other.template)
        # What is no ASCII comes back as question marks.
        if re.sub(r"[^\x00-\x7f]", "?", whole) == text:
            text = whole
    try:
        template = parsed.template(text.encode())
    except ValueError as error:
        raise Unusable(f"{seen.name} has a template that nothing of ours wrote ({error})") from None
    return Stack(seen.name, *seen.place, template, digest(text), seen.tags)


def _text(template: Template) -> str:
    """As the CDK writes it. boto3 hands out JSON parsed, in the order of the text."""
    return json.dumps(template, indent=1, ensure_ascii=False)


def _bundles(
    records: Iterable[Record], parsed: Parsed, client_for: ClientFor, registry: RegistryFor
) -> dict[tuple[str, str], Files]:
    homes = {
        stack.cell: (record.fleet, (stack.account, stack.region))
        for record in records
        for stack in record.stacks.values()
        if stack.cell is not None
    }
    clients = {place: client_for("ecr", *place) for place in {place for _, place in homes.values()}}
    repositories = {
        cell: registry(clients[place], names.bundle_repository_of(fleet, cell))
        for cell, (fleet, place) in homes.items()
    }
    found = _beside(lambda cell: list(_named(repositories[cell])), repositories)
    return {
        (cell, channel): parsed.files(files, f"{repositories[cell].repository}:{channel}")
        for cell, bundles in zip(repositories, found, strict=True)
        for channel, files in bundles
    }


def _named(repository: Registry) -> Iterator[tuple[str, Mapping[str, bytes]]]:
    """Channels of a cell's repository with the files of what stands under them."""
    try:
        for channel in repository.channels():
            # A tag that somebody took away leaves in the cell what it named last.
            image = repository.tagged(channel) or repository.tagged(names.previous_channel(channel))
            if image is not None:
                yield channel, _files(image, repository)
    except Refused as error:
        if code(error) != "RepositoryNotFoundException":
            raise Unusable(f"{repository.repository}: {error}") from None


def _files(image: Image, repository: Registry) -> Mapping[str, bytes]:
    return {name.removesuffix(".yaml"): text for name, text in texts(repository.blob(image.layer)).items()}


_One = TypeVar("_One")
_Found = TypeVar("_Found")


def _beside(ask: Callable[[_One], _Found], many: Iterable[_One]) -> list[_Found]:
    """What each one answers, asked side by side."""
    pool = ThreadPoolExecutor(_AT_ONCE)
    try:
        return list(pool.map(ask, many))
    finally:
        pool.shutdown(cancel_futures=True)
