"""What `cdk bootstrap` leaves in an account and region, as far as the CDK CLI asks for it in a local AWS."""

from __future__ import annotations

from local.clients import client

VERSION_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
VERSION = "31"
"""Version of the bootstrap stack that CDK CLI 2.1148 brings."""


def bootstrap(account: str, region: str, endpoint: str | None = None) -> None:
    """Put the version, and the bucket that assets go to. Roles are not asked for: the local AWS lets everybody in."""
    client("ssm", account, region, endpoint).put_parameter(
        Name=VERSION_PARAMETER, Value=VERSION, Type="String", Overwrite=True
    )
    s3 = client("s3", account, region, endpoint)
    elsewhere = {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=f"cdk-hnb659fds-assets-{account}-{region}", **({} if region == "us-east-1" else elsewhere))
