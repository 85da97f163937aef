"""Short cuts without which a fleet takes three times as long: moto and botocore do the same work again and again."""

from __future__ import annotations

import threading
from functools import cache
from ipaddress import IPv4Network
from typing import Any

from botocore.loaders import JSONFileLoader
from botocore.session import Session

_load_file = JSONFileLoader.load_file
_files: dict[str, Any] = {}
_lock = threading.Lock()


def install_readers() -> None:
    """Keep what botocore reads; before moto is imported, which asks for every region of every service."""
    loader: Any = JSONFileLoader
    loader.load_file = load_file
    session: Any = Session
    session.get_available_partitions = partitions


def install() -> None:
    """Keep what moto computes; safe to call again."""
    from moto.core import responses
    from moto.ec2.models.subnets import Subnet
    from moto.kms import models as kms

    module: Any = responses
    keys: Any = kms
    if not hasattr(module.method_names_from_class, "cache_clear"):
        # 3 ms a request: the methods of a class of responses, by reflection.
        module.method_names_from_class = cache(module.method_names_from_class)
        # 50 ms a key: a new RSA pair, even for a symmetric key. Local keys protect nothing, so they share one.
        keys.generate_private_key = cache(keys.generate_private_key)
        subnet: Any = Subnet
        subnet.create_cidr_reservation = _reserving(Subnet.create_cidr_reservation)


def load_file(self: JSONFileLoader, file_path: str) -> Any:
    """A service model, read once for all sessions: every account has its own, and there are a dozen."""
    if file_path not in _files:
        found = _load_file(self, file_path)
        with _lock:
            _files[file_path] = found
    return _files[file_path]


def partitions(self: Session) -> list[str]:  # noqa: ARG001  (a method of botocore's)
    """The fleet lives in the commercial partition; moto asks for all of them, once per service and account."""
    return ["aws"]


class _Block(IPv4Network):
    """A network that does not list its addresses."""

    def __iter__(self) -> Any:
        return iter(())


def _reserving(original: Any) -> Any:
    """moto notes each of the 4,096 addresses that a cell reserves for pods in a zone: a million objects in a fleet.

    Without the notes it may hand one of them to an interface that asks for no address of its own.
    """

    def create(self: Any, reservation_type: str, cidr_block: Any, tag_specifications: Any = None) -> Any:
        return original(self, reservation_type, _Block(str(cidr_block)), tag_specifications)

    return create
