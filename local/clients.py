"""boto3 clients for any account of the local AWS, in this process or through a server's address."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

_CONFIG = Config(  # type: ignore[call-arg]  # one of them is newer than the stubs
    # Retries off: a 500 that is tried again finds the half-made thing and answers with a false success.
    retries={"total_max_attempts": 1, "mode": "standard"},
    connect_timeout=5,
    read_timeout=300,
    # One stable style: a bucket's name in the path works on 127.0.0.1 too.
    s3={"addressing_style": "path"},
    # A setting meant for the AWS CLI must not lead our own calls elsewhere.
    ignore_configured_endpoint_urls=True,
    user_agent="hypercell",
)
# Inside the process nobody looks at a signature, and it is a tenth of the time of a call.
_UNSIGNED = _CONFIG.merge(Config(signature_version=UNSIGNED))


def client(service: str, account: str, region: str, endpoint: str | None = None) -> Any:
    """A client that acts in `account`.

    Args:
        endpoint: `http://127.0.0.1:5123` of a local server; None reaches the AWS inside this process.

    The access key is the account's id: the server knows the account by it (`local.server`), and so does the AWS CLI's
    user. Inside the process moto wants the header.
    """
    return _client(service, account, region, endpoint)


@cache
def _client(service: str, account: str, region: str, endpoint: str | None) -> Any:
    made = _session().client(  # type: ignore[call-overload]  # the service is a name, not a literal
        service,
        region_name=region,
        aws_access_key_id=account,
        aws_secret_access_key="local",
        endpoint_url=endpoint,
        config=_CONFIG if endpoint else _UNSIGNED,
    )

    def in_account(request: Any, **_: Any) -> None:
        request.headers["x-moto-account-id"] = account
        if endpoint is None:
            # moto takes the region from here when the address does not tell it (SQS, DSQL).
            scope = f"{account}/20260101/{region}/{service}/aws4_request"
            request.headers["Authorization"] = (
                f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=none"
            )

    made.meta.events.register("before-sign.*.*", in_account)
    return made


@cache
def _session() -> boto3.Session:
    """One session for all clients: the service models are read once."""
    return boto3.Session(aws_access_key_id="local", aws_secret_access_key="local", region_name="us-east-1")
