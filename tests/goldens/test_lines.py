"""The lines of golden files leave nothing out."""

from tests.goldens.lines import LONG, lines, value


def template(**resource):
    return {"Description": "d", "Resources": {"Thing": {"Type": "AWS::SQS::Queue", **resource}}}


def test_a_resource_is_one_line_of_its_facts():
    text = lines(
        template(
            DeletionPolicy="Retain",
            DependsOn=["Other"],
            Properties={"QueueName": "q", "B": {"C": 1, "A": True}, "Key": {"Fn::GetAtt": ["Key", "Arn"]}},
        )
    )
    assert text.splitlines()[2:] == ["Thing: SQS::Queue (kept) B.A=true B.C=1 Key=@Key.Arn QueueName=q after=[Other]"]


def test_a_statement_is_one_line_below_its_resource():
    statement = {
        "Effect": "Allow",
        "Action": ["sqs:SendMessage", "sqs:ReceiveMessage"],
        "Resource": "*",
        "Principal": {"Service": "events.amazonaws.com"},
        "Condition": {"ArnEquals": {"aws:SourceArn": "arn:aws:events:x"}},
    }
    body = {
        "Type": "AWS::SQS::QueuePolicy",
        "Properties": {"Queues": ["q"], "PolicyDocument": {"Statement": [statement]}},
    }
    assert lines({"Description": "d", "Resources": {"P": body}}).splitlines()[2:] == [
        "P: SQS::QueuePolicy Queues=[q]",
        "    allow sqs:SendMessage, sqs:ReceiveMessage on * to Service:events.amazonaws.com"
        " if ArnEquals aws:SourceArn=arn:aws:events:x",
    ]


def test_every_change_changes_a_line():
    base = template(Properties={"Text": "x" * (LONG + 1), "List": [{"A": 1}, {"B": "a b"}]})
    other = template(Properties={"Text": "x" * LONG + "y", "List": [{"A": 1}, {"B": "a b"}]})
    third = template(Properties={"Text": "x" * (LONG + 1), "List": [{"A": 2}, {"B": "a b"}]})
    assert len({lines(base), lines(other), lines(third)}) == 3


def test_an_archive_of_code_is_named_without_its_digest():
    assert value(f"{'0a' * 32}.zip") == "(archive)"
    assert value(f"{'0a' * 31}.zip") != "(archive)"


def test_what_another_stack_publishes_is_named():
    read = {"Fn::GetStackOutput": {"StackName": "skyline-use1-network", "OutputName": "VpcId"}}
    assert value(read) == "<skyline-use1-network.VpcId>"
    assert value({"Fn::Join": ["", ["arn:", {"Ref": "A"}, ":x"]]}) == "arn:@A:x"
    assert value({"Fn::Base64": "a b"}) == '"Base64(\\"a b\\")"'
    assert value([{"Key": "fleet:cell", "Value": "use1-a"}]) == "[fleet:cell=use1-a]"


def test_what_is_empty_is_said():
    said = lines(template(Properties={"Keys": [{"IP": {}}], "Override": {"None": {}}}))
    assert said.splitlines()[2:] == ["Thing: SQS::Queue Keys=[{IP={}}] Override.None={}"]
