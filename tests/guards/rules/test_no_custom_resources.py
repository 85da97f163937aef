"""No custom resources."""

import pytest

from hypercell.guards.rules.no_custom_resources import RULE


@pytest.mark.parametrize("type", ["Custom::S3AutoDeleteObjects", "AWS::CloudFormation::CustomResource"])
def test_a_custom_resource_is_refused(broken, type):
    assert broken(RULE, {"Cleaner": {"Type": type, "Properties": {}}}) == [("Cleaner", f"is a {type}")]


def test_a_resource_of_cloudformation_passes(broken):
    assert broken(RULE, {"Topic": {"Type": "AWS::SNS::Topic"}}) == []
