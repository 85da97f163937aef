"""boto3 clients for the accounts of a fleet: one place that knows about credentials."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import boto3

ClientFor = Callable[[str, str, str], Any]
"""(service, account id, region) -> boto3 client. Raises `NoCredentials` where the account cannot be reached."""


class NoCredentials(Exception):
    """No credentials for an account; the text says what to do."""


# Functions that verbs call answer within two seconds, or their answer is that nothing came.
_CALL_SECONDS = 3


def with_own_credentials(role: str | None = None, *, everywhere: bool = False) -> ClientFor:
    """Clients from the caller's credentials; with `role`, by taking the role of that name in each account.

    Without a role only the account of the credentials themselves can be reached.

    Args:
        everywhere: take the role in the account of the credentials, too: only the role may do what is wanted there.
            Who is in that role already, as a pipeline is, stays in it.
    """
    import boto3
    import botocore.exceptions

    session = boto3.Session()

    @cache
    def identity() -> tuple[str, str]:
        try:
            said = session.client("sts", region_name="us-east-1").get_caller_identity()
        except (botocore.exceptions.NoCredentialsError, botocore.exceptions.ClientError) as error:
            raise NoCredentials(f"no usable AWS credentials: {error}") from error
        return said["Account"], said["Arn"]

    def caller() -> str:
        return identity()[0]

    def suffices(account: str) -> bool:
        """Whether the credentials themselves do in an account that is their own."""
        return account == caller() and (not everywhere or f":assumed-role/{role}/" in identity()[1])

    @cache
    def in_account(account: str) -> boto3.Session:
        if role is None or suffices(account):
            if account != caller():
                raise NoCredentials(f"credentials are for {caller()}; give --role, a role to take in {account}")
            return session
        return _in_role(session, f"arn:aws:iam::{account}:role/{role}")

    def client(service: str, account: str, region: str) -> Any:
        return in_account(account).client(service, region_name=region, config=_network(service))  # type: ignore[call-overload]

    return client


def _in_role(session: boto3.Session, arn: str) -> boto3.Session:
    """A session in a role, taken again whenever it is about to end: a roll-out outlives the hour of a chained role.

    Raises:
        NoCredentials: it cannot be taken.
    """
    import boto3
    import botocore.exceptions
    from botocore.credentials import AssumeRoleCredentialFetcher, DeferredRefreshableCredentials
    from botocore.session import Session

    fetcher = AssumeRoleCredentialFetcher(
        client_creator=partial(session.client, region_name="us-east-1"),
        source_credentials=session.get_credentials(),
        role_arn=arn,
        extra_args={"RoleSessionName": "hypercell"},
    )
    credentials = DeferredRefreshableCredentials(refresh_using=fetcher.fetch_credentials, method="assume-role")
    try:
        credentials.get_frozen_credentials()
    except botocore.exceptions.ClientError as error:
        raise NoCredentials(f"cannot take role {arn.rpartition('/')[2]} in {arn.split(':')[4]}: {error}") from error
    inside = Session()
    # botocore has no public way to hand over credentials that renew themselves.
    inside._credentials = credentials  # type: ignore[attr-defined]
    return boto3.Session(botocore_session=inside)


def _network(service: str) -> Any:
    from botocore.config import Config

    if service == "lambda":
        return Config(connect_timeout=_CALL_SECONDS, read_timeout=_CALL_SECONDS, retries={"total_max_attempts": 1})
    # A hand that waits for a minute at a time is none; AWS that throttles is asked again.
    return Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 5})
