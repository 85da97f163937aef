"""No automatic references: what the CDK really leaves behind is what the rule looks for."""

import json

import aws_cdk as cdk
from aws_cdk import aws_sns as sns

from hypercell.guards.rules.no_automatic_references import RULE
from stacks.templates import new_app


def test_a_reference_handed_from_stack_to_stack_is_found_at_its_producer(broken, tmp_path):
    app = new_app(tmp_path / "out")
    producer = cdk.Stack(app, "Producer", env=cdk.Environment(account="111111111111", region="us-east-1"))
    topic = sns.CfnTopic(producer, "Topic")
    consumer = cdk.Stack(app, "Consumer", env=cdk.Environment(account="222222222222", region="us-east-1"))
    sns.CfnTopic(consumer, "Other", display_name=topic.attr_topic_name)
    app.synth()
    template = json.loads((tmp_path / "out" / "Producer.template.json").read_text())
    assert broken(RULE, template["Resources"], outputs=template["Outputs"])


def test_a_published_output_passes(broken):
    assert broken(RULE, {"Topic": {"Type": "AWS::SNS::Topic"}}, outputs={"TopicName": {"Value": "prices"}}) == []
