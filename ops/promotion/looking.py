"""What stands in a cell's repository, and what somebody wants there: all that a plan is decided from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from fleet import names
from fleet.known import instead
from fleet.model import Fleet
from ops.delta.objects import Files
from ops.promotion.image import Image, Unusable, files
from ops.promotion.layout import Layout
from ops.promotion.plan import Seen
from ops.promotion.references import pulled
from ops.promotion.registry import CHANNEL, Registry


@dataclass(frozen=True)
class Wish:
    """What somebody wants a channel of a cell to name."""

    cell: str
    platform: bool = False
    service: str | None = None
    channel: str | None = None
    """The tag itself, for a service that no file names any more."""
    to: str | None = None
    """A digest that is in the registry already."""
    rollback: bool = False
    """What the channel named before."""

    @property
    def stored(self) -> bool:
        """Whether it wants what the registry has already."""
        return self.rollback or self.to is not None

    def channel_in(self, fleet: Fleet) -> str:
        """The tag it is about.

        Raises:
            Unusable: none is named, or several, or there is no such service.
        """
        if (self.platform, self.service is not None, self.channel is not None).count(True) != 1:
            raise Unusable("say what: --platform, --service NAME, or --channel TAG for what no file names any more")
        if self.to is not None and self.rollback:
            raise Unusable("--to and --rollback: give one of them")
        if self.to is not None and not re.fullmatch(r"sha256:[0-9a-f]{64}", self.to):
            raise Unusable(f"--to {self.to}: is no digest; write sha256: and 64 hexadecimal digits")
        if self.service is not None:
            if self.service not in fleet.services:
                gone = f"or --channel service-{self.service} if it is gone"
                text = f"--service {self.service}: no such service is in this fleet"
                raise Unusable(f"{text}; {instead(self.service, fleet.services)}, {gone}")
            return names.service_channel(fleet.services[self.service])
        if self.channel is not None:
            if not CHANNEL.fullmatch(self.channel):
                raise Unusable(f"--channel {self.channel}: is no channel; platform and service-NAME are")
            if not self.stored and self.channel not in _channels(fleet):
                raise Unusable(f"--channel {self.channel}: no file makes its bundle; say --rollback or --to DIGEST")
            return self.channel
        return names.PLATFORM_CHANNEL


def _channels(fleet: Fleet) -> set[str]:
    return {names.PLATFORM_CHANNEL, *map(names.service_channel, fleet.services.values())}


def look(channel: str, wish: Wish, registry: Registry, layout: Layout, make: Callable[[], None], *, host: str) -> Seen:
    """Everything a plan needs to know.

    Args:
        host: of the region's registry, as images and charts are named with.
        make: brings the layout up to date; called only when the target comes from there.

    Raises:
        Refused: the registry cannot be looked at.
        Unusable: there is nothing to promote, or what is there cannot be read.
    """
    current = registry.tagged(channel)
    previous = registry.tagged(names.previous_channel(channel))
    if wish.stored:
        target, known = _stored(channel, wish, registry, previous), True
    else:
        make()
        target = layout.image(channel)
        known = registry.image(target.digest) is not None
    moves = current is None or current.digest != target.digest
    # A tag that somebody took away is not the first of its name: what it named last still stands in the cell.
    stands = current or previous
    wanted = {} if not moves else _files(target, registry) if wish.stored else files(layout.blob(target.layer))
    return Seen(
        current=current,
        previous=previous,
        target=target,
        stored=known,
        lacking=() if known else registry.lacking(target.blobs),
        standing=_files(stands, registry) if moves and stands is not None else {},
        wanted=wanted,
        absent=_absent(wanted, registry, host),
    )


def _absent(wanted: Files, registry: Registry, host: str) -> tuple[str, ...]:
    """What the bundle pulls and the region's registry has not. A cell is never told to pull what is not there."""
    named = sorted(pulled((one for objects in wanted.values() for one in objects), host))
    return tuple(f"{name}@{digest}" for name, digest in named if not registry.beside(name).holds(digest))


def _stored(channel: str, wish: Wish, registry: Registry, previous: Image | None) -> Image:
    if wish.to is None:
        if previous is None:
            raise Unusable(f"{registry.repository}: {channel} named nothing before; name a digest with --to")
        return previous
    found = registry.image(wish.to)
    if found is None:
        again = "bundles expire when no tag has named them for long; check out the commit it came of and promote that"
        raise Unusable(f"{registry.repository}: {wish.to} is not there; {again}")
    return found


def _files(image: Image, registry: Registry) -> Files:
    return files(registry.blob(image.layer))
