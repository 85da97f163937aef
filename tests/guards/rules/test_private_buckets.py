"""Buckets are private."""

from hypercell.guards.rules.private_buckets import RULE

BLOCKED = {"BlockPublicAcls": True, "BlockPublicPolicy": True, "IgnorePublicAcls": True, "RestrictPublicBuckets": True}
BUCKET = {
    "Type": "AWS::S3::Bucket",
    "Properties": {"PublicAccessBlockConfiguration": BLOCKED, "BucketEncryption": {"ServerSideEncryption": []}},
}


def over_tls(bucket, secure="false"):
    deny = {"Effect": "Deny", "Action": "s3:*", "Condition": {"Bool": {"aws:SecureTransport": secure}}}
    document = {"Statement": [deny]}
    return {"Type": "AWS::S3::BucketPolicy", "Properties": {"Bucket": {"Ref": bucket}, "PolicyDocument": document}}


def test_a_blocked_encrypted_bucket_over_tls_passes(broken):
    assert broken(RULE, {"Lake": BUCKET, "LakePolicy": over_tls("Lake")}) == []


def test_each_gap_is_named(broken):
    open_bucket = {
        "Type": "AWS::S3::Bucket",
        "Properties": {"PublicAccessBlockConfiguration": {"BlockPublicAcls": True}},
    }
    assert broken(RULE, {"Lake": open_bucket}) == [
        ("Lake", "may become public"),
        ("Lake", "does not say how it is encrypted"),
        ("Lake", "answers without TLS"),
    ]


def test_the_policy_of_another_bucket_does_not_count(broken):
    assert broken(RULE, {"Lake": BUCKET, "Policy": over_tls("Logs")}) == [("Lake", "answers without TLS")]


def test_a_policy_that_refuses_tls_does_not_count(broken):
    assert broken(RULE, {"Lake": BUCKET, "Policy": over_tls("Lake", secure="true")}) == [
        ("Lake", "answers without TLS")
    ]
