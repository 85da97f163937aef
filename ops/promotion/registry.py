"""A cell's repository, by ECR's own API: no Docker, no registry token, and every answer checked."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from fleet import names
from ops.promotion.image import Image, checked

ATTEMPTS = 3
"""At sending a blob, each of which goes on where the one before it stopped. boto3 tries each call several times."""
CHANNEL = re.compile(r"platform|service-[a-z0-9-]+")
"""A tag of a bundle."""
_SECONDS = 30
"""How long a download may hang."""


class Refused(Exception):
    """The registry said no, or nothing. The text says to what, and why."""


def _get(url: str) -> bytes:
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:
            content: bytes = answer.read()
    except (urllib.error.URLError, TimeoutError, ConnectionError) as error:
        raise Refused(f"download of a layer: {error}") from None
    return content


class Registry:
    """One repository.

    Args:
        client: boto3's `ecr`, in the repository's account and region.
        get: content of a URL, for what ECR hands out as one.
    """

    def __init__(self, client: Any, repository: str, get: Callable[[str], bytes] = _get) -> None:
        self._client, self.repository, self._get = client, repository, get

    def beside(self, repository: str) -> Registry:
        """Another repository of the same registry."""
        return Registry(self._client, repository, self._get)

    def channels(self) -> tuple[str, ...]:
        """Tags of bundles, also those that are remembered only by what they named before.

        Raises:
            Refused.
        """
        tags: set[str] = set()
        asked: dict[str, Any] = {"filter": {"tagStatus": "TAGGED"}}
        while True:
            answer = self._call("list_images", **asked)
            tags |= {one["imageTag"] for one in answer["imageIds"] if "imageTag" in one}
            if not answer.get("nextToken"):
                break
            asked["nextToken"] = answer["nextToken"]
        found = {tag.removesuffix(names.previous_channel("")) for tag in tags}
        return tuple(sorted(tag for tag in found if CHANNEL.fullmatch(tag)))

    def tagged(self, tag: str) -> Image | None:
        """What a tag names; None when there is no such tag.

        Raises:
            Refused, Unusable.
        """
        return self._image({"imageTag": tag})

    def image(self, digest: str) -> Image | None:
        """The image of a digest; None when it is not there (any more).

        Raises:
            Refused, Unusable.
        """
        return self._image({"imageDigest": digest})

    def _image(self, id: dict[str, str]) -> Image | None:
        found = self._call("batch_get_image", imageIds=[id])
        for failure in found.get("failures", []):
            if failure["failureCode"] != "ImageNotFound":
                raise Refused(f"batch_get_image: {failure['failureCode']}: {failure.get('failureReason', '')}")
        if not found["images"]:
            return None
        answer = found["images"][0]
        manifest: str = answer["imageManifest"]
        return Image(checked(manifest.encode(), answer["imageId"]["imageDigest"], self.repository))

    def digest_of(self, tag: str) -> str | None:
        """Digest of what a tag names, be it an index of images; None when there is no such tag.

        Raises:
            Refused.
        """
        return self._described({"imageTag": tag})

    def holds(self, digest: str) -> bool:
        """Whether anything has this digest.

        Raises:
            Refused.
        """
        return self._described({"imageDigest": digest}) is not None

    def _described(self, id: dict[str, str]) -> str | None:
        try:
            (found,) = self._call("describe_images", imageIds=[id])["imageDetails"]
        except Refused as error:
            if code(error) in ("ImageNotFoundException", "RepositoryNotFoundException"):
                return None
            raise
        digest: str = found["imageDigest"]
        return digest

    def lacking(self, digests: tuple[str, ...]) -> tuple[str, ...]:
        """Those blobs that are not there.

        Raises:
            Refused.
        """
        layers = self._call("batch_check_layer_availability", layerDigests=list(dict.fromkeys(digests)))["layers"]
        there = {layer["layerDigest"] for layer in layers if layer["layerAvailability"] == "AVAILABLE"}
        return tuple(digest for digest in dict.fromkeys(digests) if digest not in there)

    def blob(self, digest: str) -> bytes:
        """A blob's content.

        Raises:
            Refused, Unusable.
        """
        url = self._call("get_download_url_for_layer", layerDigest=digest)["downloadUrl"]
        return checked(self._get(url), digest, self.repository)

    def send(self, digest: str, content: bytes) -> None:
        """Upload a blob. An upload that breaks off goes on with the byte the registry has not got.

        Raises:
            Refused: it said no, or nothing came back in all attempts.
        """
        upload = Upload(self._call, content)
        for attempt in range(1, ATTEMPTS + 1):
            try:
                upload.go_on()
                received = upload.complete(digest)
            except Broken as error:
                if attempt == ATTEMPTS:
                    raise Refused(str(error)) from None
            else:
                if received != digest:
                    raise Refused(f"complete_layer_upload: it received {received} and not {digest}")
                return

    def put(self, image: Image, tag: str | None = None) -> None:
        """Store a manifest, and have a tag name it. Both at once or neither: a tag never names half an image.

        Raises:
            Refused.
        """
        named = {} if tag is None else {"imageTag": tag}
        try:
            self._call(
                "put_image",
                imageManifest=image.manifest.decode(),
                imageManifestMediaType=image.media_type,
                imageDigest=image.digest,
                **named,
            )
        except Refused as error:
            # It is there, under this very tag: what we want, and what a lost answer to an earlier try looks like.
            if code(error) != "ImageAlreadyExistsException":
                raise

    def _call(self, name: str, **arguments: Any) -> Any:
        try:
            return getattr(self._client, name)(repositoryName=self.repository, **arguments)
        except ClientError as error:
            said = error.response["Error"]
            raise Refused(f"{name}: {said['Code']}: {said.get('Message', '')}") from error
        except BotoCoreError as error:
            raise Broken(f"{name}: {error}") from error


class Broken(Refused):
    """No answer came: what was asked may have been done."""


def code(error: Refused) -> str:
    """ECR's own word for why it refused; empty when it said nothing."""
    cause = error.__cause__
    return str(cause.response["Error"]["Code"]) if isinstance(cause, ClientError) else ""


class Upload:
    """The upload of one blob: parts in order, each from the first byte that the registry lacks."""

    def __init__(self, call: Callable[..., Any], content: bytes) -> None:
        self._call, self._content = call, content
        self._id, self._size, self._sent = "", 0, 0

    def go_on(self) -> None:
        """Send what is lacking.

        Raises:
            Broken: no answer came; going on is worth a try.
            Refused.
        """
        if not self._id:
            begun = self._call("initiate_layer_upload")
            self._id, self._size, self._sent = begun["uploadId"], begun["partSize"], 0
        while self._sent < len(self._content):
            part = self._content[self._sent : self._sent + self._size]
            try:
                answer = self._call(
                    "upload_layer_part",
                    uploadId=self._id,
                    partFirstByte=self._sent,
                    partLastByte=self._sent + len(part) - 1,
                    layerPartBlob=part,
                )
                self._sent = answer["lastByteReceived"] + 1
            except Refused as error:
                self._sent = self._received(error)

    def _received(self, error: Refused) -> int:
        """How many bytes arrived, when the registry refused a part because it has other ones than we think."""
        if code(error) == "InvalidLayerPartException":
            last = getattr(error.__cause__, "response", {}).get("lastValidByteReceived")
            if last is not None and last + 1 != self._sent:
                return int(last) + 1
        self._begin_again_if_lost(error)
        raise error

    def _begin_again_if_lost(self, error: Refused) -> None:
        if code(error) in ("InvalidLayerPartException", "UploadNotFoundException"):
            self._id = ""
            raise Broken(str(error)) from None

    def complete(self, digest: str) -> str:
        """Make a blob of the parts; its digest as the registry counts it.

        Raises:
            Broken, Refused.
        """
        try:
            answer = self._call("complete_layer_upload", uploadId=self._id, layerDigests=[digest])
        except Refused as error:
            if code(error) == "LayerAlreadyExistsException":
                return digest
            self._begin_again_if_lost(error)
            raise
        found: str = answer["layerDigest"]
        return found
