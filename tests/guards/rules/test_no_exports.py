"""No exports."""

from hypercell.guards.rules.no_exports import RULE

TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": "prices"}}


def test_an_output_may_be_published_and_not_exported(broken):
    published = {"TopicName": {"Value": "prices"}}
    exported = {"TopicName": {"Value": "prices", "Export": {"Name": "prices"}}}
    assert broken(RULE, {"Topic": TOPIC}, outputs=published) == []
    assert broken(RULE, {"Topic": TOPIC}, outputs=exported) == [("", "output TopicName is exported")]


def test_nobody_imports_an_export(broken):
    imports = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Fn::Join": ["", [{"Fn::ImportValue": "p"}]]}}}
    assert broken(RULE, {"Topic": imports}) == [("Topic", "imports another stack's export")]
