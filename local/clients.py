"""boto3 clients for any account of the local AWS, in this process or through a server's address."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config

# Retries off: a 500 that is tried again finds the half-made thing and answers with a false success.
_CONFIG = Config(
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=5,
    read_timeout=300,
    parameter_validation=True,
    # One stable style: a bucket's name in the path works on 127.0.0.1 too.
    s3={"addressing_style": "path"},
)


@cache
def client(service: str, account: str, region: str, endpoint: str | None = None) -> Any:
    """A client that acts in `account`.

    Args:
        endpoint: `http://127.0.0.1:5123` of a local server; None reaches the AWS inside this process.

    The access key is the account's id: the server knows the account by it (`local.server`), and so does the AWS CLI's
    user. Inside the process moto wants the header.
    """
    made = _session().client(  # type: ignore[call-overload]  # the service is a name, not a literal
        service,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="local",
        endpoint_url=endpoint,
        config=_CONFIG,
    )

    def in_account(request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = account

    made.meta.events.register("before-sign.*.*", in_account)
    return made


@cache
def _session() -> boto3.Session:
    """One session for all clients: the service models are read once."""
    return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name="us-east-1")
