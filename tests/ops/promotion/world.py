"""A cell's repository in moto, behind a wire that can break at any call, before or after the registry has done it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import ClientError, ConnectionClosedError
from moto import mock_aws
from moto.ecr import models as moto_ecr

from fleet import names
from fleet.cell import Cell

PART = 4096
"""Bytes of a part, so that a layer takes several."""
WRITES = {"initiate_layer_upload", "upload_layer_part", "complete_layer_upload", "put_image"}


def died(name: str) -> Exception:
    return ConnectionClosedError(endpoint_url=f"https://ecr.invalid/{name}")


def refused(code: str, name: str = "call") -> Exception:
    return ClientError({"Error": {"Code": code, "Message": "says the registry"}}, name)


class Wire:
    """boto3's client of a registry.

    Attributes:
        calls: what was asked, in order.
        breaks: number of a call (0 is the first) to the error that comes back; with `late`, after it was done.
        before: name of a call to what happens just before it, once.
        absent: digests that no other repository of the registry has; all the others are there.
    """

    def __init__(self, client: Any, folder: Path, repository: str) -> None:
        self._client, self._folder, self._own = client, folder, repository
        self.absent: set[str] = set()
        self.calls: list[str] = []
        self.breaks: Callable[[int, str], Exception | None] = lambda _number, _name: None
        self.late = False
        self.before: dict[str, Callable[[], None]] = {}

    @property
    def writes(self) -> list[str]:
        return [name for name in self.calls if name in WRITES]

    def __getattr__(self, name: str) -> Callable[..., Any]:
        def call(**arguments: Any) -> Any:
            happens = self.before.pop(name, None)
            if happens is not None:
                happens()
            error = self.breaks(len(self.calls), name)
            self.calls.append(name)
            if error is not None and not self.late:
                raise error
            answer = self._do(name, arguments)
            if error is not None:
                raise error
            return answer

        return call

    def _do(self, name: str, arguments: dict[str, Any]) -> Any:
        if arguments["repositoryName"] != self._own:
            assert name == "describe_images", "a promotion only looks at what a bundle pulls"
            (id,) = arguments["imageIds"]
            if id["imageDigest"] in self.absent:
                raise refused("ImageNotFoundException", name)
            return {"imageDetails": [id]}
        if name == "get_download_url_for_layer":  # which moto has not
            return {"downloadUrl": (self._folder / arguments["layerDigest"]).as_uri()}
        if name == "upload_layer_part":
            with (self._folder / arguments["uploadId"]).open("ab") as file:
                answer = self._client.upload_layer_part(**arguments)
                file.write(arguments["layerPartBlob"])
            return answer
        answer = getattr(self._client, name)(**arguments)
        if name == "initiate_layer_upload":
            return {**answer, "partSize": PART}
        if name == "complete_layer_upload":
            (self._folder / arguments["uploadId"]).rename(self._folder / answer["layerDigest"])
        return answer


@cache
def client(region: str) -> Any:
    """One for all worlds: making it takes longer than all that it is asked."""
    return boto3.client("ecr", region_name=region, aws_access_key_id="x", aws_secret_access_key="x")


class World:
    """The registry of one cell.

    Attributes:
        wire: what a promotion is handed.
    """

    def __init__(self, cell: Cell, folder: Path) -> None:
        self.client = client(cell.region.name)
        self.repository = names.bundle_repository(cell)
        self.client.create_repository(
            repositoryName=self.repository,
            imageTagMutability="IMMUTABLE_WITH_EXCLUSION",
            imageTagMutabilityExclusionFilters=[
                {"filterType": "WILDCARD", "filter": channel} for channel in names.CHANNELS
            ],
        )
        self.wire = Wire(self.client, folder, self.repository)

    @property
    def tags(self) -> dict[str, str]:
        """Tag to digest, as the registry has them."""
        images = self.client.describe_images(repositoryName=self.repository)["imageDetails"]
        return {tag: image["imageDigest"] for image in images for tag in image.get("imageTags", [])}

    def holds(self, digest: str) -> bool:
        """Whether an image is there with all its blobs, as whoever pulls it would find."""
        found = self.client.batch_get_image(repositoryName=self.repository, imageIds=[{"imageDigest": digest}])
        if not found["images"]:
            return False
        manifest = found["images"][0]["imageManifest"]
        assert f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}" == digest
        said = json.loads(manifest)
        blobs = [said["config"]["digest"], *(layer["digest"] for layer in said["layers"])]
        answer = self.client.batch_check_layer_availability(repositoryName=self.repository, layerDigests=blobs)
        return {one["layerDigest"] for one in answer["layers"] if one["layerAvailability"] == "AVAILABLE"} == set(blobs)


@contextmanager
def registry(cell: Cell, folder: Path) -> Iterator[World]:
    """A repository as the fleet's stacks make it."""
    put = moto_ecr.ECRBackend.put_image

    def kept(self: Any, repository_name: str, image_manifest: str, image_tag: str | None, *rest: Any) -> Any:
        """What moto does otherwise: ECR keeps an image whose last tag was moved away, and takes one without a tag."""
        repository = self.repositories[repository_name]
        before = list(repository.images)
        if image_tag is None:
            media_type, digest = rest
            made = moto_ecr.Image(self.account_id, None, image_manifest, repository_name, media_type, digest)
            repository.images.append(made)
            return made
        made = put(self, repository_name, image_manifest, image_tag, *rest)
        for image in before:
            if image not in repository.images:
                image.image_tag, image.image_tags = None, []
                repository.images.append(image)
        return made

    with mock_aws():
        moto_ecr.ECRBackend.put_image = kept
        try:
            yield World(cell, folder)
        finally:
            moto_ecr.ECRBackend.put_image = put
