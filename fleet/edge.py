"""The edge: who is served under which names, and from where."""

from __future__ import annotations

from typing import Literal

from pydantic import PrivateAttr

from fleet.document import Document, HostName, Key, RegionName


class Host(Document):
    """A family of host names with one CloudFront distribution: a name can live on one distribution only."""

    names: tuple[HostName, ...]
    """Host names of the family; each is unique in the fleet."""
    origin: Literal["cells", "bucket"] = "cells"
    """`cells`: the services behind the load balancers; `bucket`: an S3 bucket of its own."""
    cache: Literal["pages", "assets", "none"] = "none"
    """pages: short and varied by language; assets: long and immutable; none: every request reaches the origin."""
    firewall: Literal["standard", "api", "none"] = "standard"
    """The WAF rules: `standard` for browsers, `api` for programs, `none` before there is anything to attack."""

    _key: str = PrivateAttr(default="")

    @property
    def key(self) -> str:
        return self._key


class Edge(Document):
    """DNS, CloudFront and WAF, all in the `edge` account."""

    control_region: RegionName = "us-east-2"
    """Where zones and weights are deployed from: never a region that serves."""
    hosts: dict[Key, Host]
