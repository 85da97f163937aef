"""What stands of an assembly, asked from CloudFormation and from the cells' repositories. It only looks."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from fleet import names
from fleet.cell import Cell
from ops.clients import ClientFor
from ops.guard.snapshot import Stack, digest
from ops.rollout.plan import Found

_AT_ONCE = 8
"""Accounts and regions that are asked side by side."""


class Unseen(Exception):
    """Something could not be looked at. The text says what, and why."""


@dataclass(frozen=True)
class Deployed:
    """One stack as CloudFormation has it."""

    status: str
    changed: datetime
    """When CloudFormation last began to change it."""
    stack: Stack | None
    """None: it has no template yet."""


def look(wanted: Iterable[Stack], client_for: ClientFor) -> dict[str, Deployed | None]:
    """Each stack as it stands; None where it does not.

    Raises:
        Unseen, NoCredentials.
    """
    places: dict[tuple[str, str], list[Stack]] = {}
    for stack in wanted:
        places.setdefault((stack.account, stack.region), []).append(stack)

    def ask(place: tuple[str, str]) -> list[tuple[str, Deployed | None]]:
        client = client_for("cloudformation", *place)
        return [(stack.name, _deployed(client, stack)) for stack in places[place]]

    with ThreadPoolExecutor(_AT_ONCE) as beside:
        found = dict(one for answers in beside.map(ask, places) for one in answers)
    return {stack.name: found[stack.name] for of in places.values() for stack in of}


def _deployed(client: Any, wanted: Stack) -> Deployed | None:
    try:
        (said,) = client.describe_stacks(StackName=wanted.name)["Stacks"]
        if said["StackStatus"] == "REVIEW_IN_PROGRESS":
            return Deployed(said["StackStatus"], said["CreationTime"], None)
        body = client.get_template(StackName=wanted.name, TemplateStage="Original")["TemplateBody"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise Unseen(f"{wanted.name}: {error}") from None
    except BotoCoreError as error:
        raise Unseen(f"{wanted.name}: {error}") from None
    template = json.loads(body) if isinstance(body, str) else body
    tags = {tag["Key"]: tag["Value"] for tag in said.get("Tags", ())}
    stack = Stack(wanted.name, wanted.account, wanted.region, template, text(template), tags)
    return Deployed(said["StackStatus"], said.get("LastUpdatedTime", said["CreationTime"]), stack)


def found(wanted: Stack, deployed: Deployed | None) -> Found:
    """Whether a stack is as it is wanted."""
    if deployed is None or deployed.stack is None:
        return Found(None if deployed is None else deployed.status)
    same = text(wanted.template) == deployed.stack.digest and dict(wanted.tags) == dict(deployed.stack.tags)
    return Found(deployed.status, same)


def text(template: Mapping[str, Any]) -> str:
    """Digest of a template by which both sides are compared, whatever the order of its keys.

    CloudFormation gives a template back with question marks for all that is no ASCII.
    """
    plain = json.dumps(template, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return digest(re.sub(r"[^\x00-\x7f]", "?", plain))


def channels(cell: Cell, client_for: ClientFor) -> dict[str, tuple[str, datetime]]:
    """Channel of a cell to the digest that it names, and when that was pushed; none where there is no repository yet.

    Raises:
        Unseen, NoCredentials.
    """
    ecr = client_for("ecr", cell.region.account_id, cell.region.name)
    repository = names.bundle_repository(cell)
    tags: dict[str, tuple[str, datetime]] = {}
    try:
        pages = ecr.get_paginator("describe_images").paginate(repositoryName=repository, filter={"tagStatus": "TAGGED"})
        for image in (image for page in pages for image in page["imageDetails"]):
            tags |= dict.fromkeys(image.get("imageTags", ()), (image["imageDigest"], image["imagePushedAt"]))
    except ClientError as error:
        if error.response["Error"]["Code"] == "RepositoryNotFoundException":
            return {}
        raise Unseen(f"{repository}: {error}") from None
    except BotoCoreError as error:
        raise Unseen(f"{repository}: {error}") from None
    return tags
