"""The first boot of a NAT instance: templates beside this file, filled in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from fleet import addressing, names
from fleet.region import Region

LAUNCHING = "launching"
"""Lifecycle hook that an instance answers once it forwards."""

_FILES = Path(__file__).parent / "instance"


def ruleset(region: Region, nic: str = "@NIC@", source: str = "@SOURCE@") -> str:
    """The nftables rules of a region's NAT instances.

    An instance fills in the name of its own interface, and the statement that gives a flow its source address.
    """
    text = (_FILES / "ruleset.nft").read_text("utf-8")
    return _filled(text, BLOCK=str(addressing.region_block(region)), NIC=nic, SOURCE=source)


def user_data(region: Region, zone: str, *, interface_id: str, addresses: Sequence[str]) -> str:
    """The boot script of a zone's NAT instance.

    Args:
        interface_id: the static interface it must find itself on (token).
        addresses: the public addresses of that interface (tokens).
    """
    return _filled(
        (_FILES / "boot.sh").read_text("utf-8"),
        # First the files, so that nothing in them is mistaken for a place of the script.
        RULESET=ruleset(region).rstrip("\n"),
        METRICS=(_FILES / "metrics.py").read_text("utf-8").rstrip("\n"),
        REGION=region.name,
        GROUP=names.nat_group(region, zone),
        HOOK=LAUNCHING,
        INTERFACE=interface_id,
        ADDRESSES=" ".join(addresses),
        NAMESPACE=names.nat_metrics(region),
        ZONE=zone,
    )


def _filled(text: str, **values: str) -> str:
    for name, value in values.items():
        assert f"@{name}@" in text, f"the template has no @{name}@"
        text = text.replace(f"@{name}@", value)
    return text
