"""Keys rotate, and are nobody's by default."""

from hypercell.guards.rules.sound_keys import RULE


def key(**statement):
    policy = {"Statement": [{"Effect": "Allow", "Action": "kms:*", "Resource": "*", **statement}]}
    return {"Type": "AWS::KMS::Key", "Properties": {"EnableKeyRotation": True, "KeyPolicy": policy}}


def test_a_key_of_named_principals_passes(broken):
    assert broken(RULE, {"Key": key(Principal={"AWS": "arn:aws:iam::111111111111:root"})}) == []


def test_anyone_needs_a_condition(broken):
    assert broken(RULE, {"Key": key(Principal={"AWS": "*"})}) == [("Key", "may be used by anyone")]
    bound = key(Principal={"AWS": "*"}, Condition={"StringEquals": {"kms:CallerAccount": "111111111111"}})
    assert broken(RULE, {"Key": bound}) == []


def test_a_key_that_never_rotates_is_refused(broken):
    assert broken(RULE, {"Key": {"Type": "AWS::KMS::Key"}}) == [("Key", "never rotates")]
