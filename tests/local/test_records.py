"""Types without an API: recorded by their schema, the same ids every time."""

from __future__ import annotations

from typing import Any

import pytest

from local.made import Missing, Place
from local.records import Record
from local.schemas import schema

PLACE = Place("333333333331", "us-east-1", "skyline-use1-a-cell", "Thing")


def record(type_name: str, place: Place = PLACE, **properties: Any) -> Record:
    known = schema(type_name)
    assert known is not None
    return Record(place, known, properties)


def test_ref_is_what_identifies_the_resource() -> None:
    addon = record("AWS::EKS::Addon", ClusterName="skyline-use1-a", AddonName="vpc-cni")
    assert addon.ref == "skyline-use1-a|vpc-cni"

    alarm = record("AWS::CloudWatch::CompositeAlarm", AlarmName="skyline-use1-a", AlarmRule="TRUE")
    assert alarm.ref == "skyline-use1-a"


def test_what_aws_would_mint_is_minted_by_place_and_name() -> None:
    first, again = record("AWS::CloudFront::CachePolicy"), record("AWS::CloudFront::CachePolicy")
    other = record("AWS::CloudFront::CachePolicy", Place("333333333331", "us-east-1", "skyline-edge-site", "Other"))

    assert first.ref == again.ref != other.ref


@pytest.mark.parametrize(
    ("type_name", "attribute", "expected"),
    [
        ("AWS::EKS::Addon", "Arn", "arn:aws:eks:us-east-1:333333333331:addon/"),
        ("AWS::EKS::PodIdentityAssociation", "AssociationId", "podidentityassociation-"),
    ],
)
def test_an_attribute_looks_like_what_it_is(type_name: str, attribute: str, expected: str) -> None:
    assert str(record(type_name).attribute(attribute)).startswith(expected)


def test_an_attribute_that_the_schema_does_not_have_is_missing() -> None:
    with pytest.raises(Missing):
        record("AWS::EKS::Addon", ClusterName="a", AddonName="b").attribute("Colour")


def test_a_type_that_cloudformation_does_not_have_has_no_schema() -> None:
    assert schema("AWS::EKS::Addonn") is None
