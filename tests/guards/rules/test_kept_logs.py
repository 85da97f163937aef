"""Log groups end, and are encrypted."""

from hypercell.guards.rules.kept_logs import RULE


def test_a_log_group_says_how_long_and_with_which_key(broken):
    group = {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30, "KmsKeyId": "arn"}}
    assert broken(RULE, {"Logs": group}) == []


def test_a_log_group_without_either_is_refused(broken):
    assert broken(RULE, {"Logs": {"Type": "AWS::Logs::LogGroup"}}) == [
        ("Logs", "keeps its events for ever"),
        ("Logs", "is not encrypted with a key of ours"),
    ]
