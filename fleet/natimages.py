"""The machine image of NAT instances and of the operators' access host, by region: ids, never `latest`.

An SSM parameter that says `latest` changes under a stack that did not change, and no diff shows it. An id is a line
that somebody changed. A newer table reaches the instances zone by zone: a launch template without an update policy
replaces nothing by itself.

Source: the public parameter /aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64 of each region, as
recorded by moto 5.2.5. The standard image and not the minimal one: it brings the SSM agent, the AWS CLI, Python and
ethtool, so that an instance needs one package from the network, nftables. `hypercell preflight` asks each region
whether its id is still there: AWS withdraws images two years after their day.
"""

from __future__ import annotations

NAME = "al2023-ami-2023.12.20260930.0-kernel-6.18-arm64"
"""Name of the image in every region but those of `_BEHIND`. The date is part of it."""

_BEHIND = {
    "me-central-1": "al2023-ami-2023.10.20260302.1-kernel-6.1-arm64",
    "me-south-1": "al2023-ami-2023.10.20260216.1-kernel-6.1-arm64",
}
"""Regions whose newest published image is an older one."""

_IMAGES: dict[str, str] = {
    "af-south-1": "ami-02b189c4739e144fb",
    "ap-east-1": "ami-0a113d1cc996f121d",
    "ap-northeast-1": "ami-05c8b470a502d95d3",
    "ap-northeast-2": "ami-09544d7c322e0afbb",
    "ap-northeast-3": "ami-00074756986177f48",
    "ap-south-1": "ami-0cf36b0c962e50fd7",
    "ap-south-2": "ami-01eebccae394a468c",
    "ap-southeast-1": "ami-0a5519eb54813b699",
    "ap-southeast-2": "ami-05dbf6439e0906761",
    "ap-southeast-3": "ami-0297cf274d3d1b2fa",
    "ap-southeast-4": "ami-0f93dc668586a559d",
    "ap-southeast-5": "ami-0415fe82aa81a635d",
    "ca-central-1": "ami-0b965098075392d98",
    "ca-west-1": "ami-0a759fffb6259d670",
    "eu-central-1": "ami-0540ba4e636bf2faf",
    "eu-central-2": "ami-063fec850a1e61c0f",
    "eu-north-1": "ami-053123f6a20d46061",
    "eu-south-1": "ami-0d5bb38765c2986f8",
    "eu-south-2": "ami-051222e78625fef73",
    "eu-west-1": "ami-0ef3038e9b73a0746",
    "eu-west-2": "ami-0088950b874cfdd7a",
    "eu-west-3": "ami-03ba6ebce30b31ee0",
    "il-central-1": "ami-023b7966b99589d2b",
    "me-central-1": "ami-008016473a33eb632",
    "me-south-1": "ami-0d54eb20deb859916",
    "sa-east-1": "ami-06a16a6b1bc43f675",
    "us-east-1": "ami-065b1b834d2a83a7a",
    "us-east-2": "ami-04a5744dbdee14060",
    "us-west-1": "ami-0cbfd468bb98fa410",
    "us-west-2": "ami-09325776a00699513",
}


def knows(region: str) -> bool:
    """Whether the table has an image of a region."""
    return region in _IMAGES


def image(region: str) -> str:
    """Id of the image in a region.

    Raises:
        KeyError: the table does not know the region.
    """
    return _IMAGES[region]


def name(region: str) -> str:
    """Name of the image in a region, with its release date."""
    return _BEHIND.get(region, NAME)
