"""Whose credentials a verb uses: one's own, or a role's where only that role may do what is wanted."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws

from ops.clients import NoCredentials, with_own_credentials

OWN, OTHER = "123456789012", "222222222222"


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "x")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x")
    with mock_aws():
        yield


def who(role: str | None, account: str, *, everywhere: bool = False) -> str:
    client = with_own_credentials(role, everywhere=everywhere)("sts", account, "us-east-1")
    arn: str = client.get_caller_identity()["Arn"]
    return arn


def test_a_role_is_taken_in_other_accounts_and_not_in_ones_own():
    assert ":assumed-role/reader/" in who("reader", OTHER)
    assert ":assumed-role/" not in who("reader", OWN)


def test_a_role_that_alone_may_is_taken_in_ones_own_account_too():
    assert ":assumed-role/skyline-use1-publisher/" in who("skyline-use1-publisher", OWN, everywhere=True)


def test_who_is_in_the_role_already_stays_in_it(monkeypatch: pytest.MonkeyPatch):
    taken = boto3.client("sts", region_name="us-east-1").assume_role(
        RoleArn=f"arn:aws:iam::{OWN}:role/skyline-use1-publisher", RoleSessionName="pipeline"
    )["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", taken["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", taken["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", taken["SessionToken"])
    arn = who("skyline-use1-publisher", OWN, everywhere=True)
    assert arn.endswith(":assumed-role/skyline-use1-publisher/pipeline")


def test_a_role_that_is_about_to_end_is_taken_again():
    client = with_own_credentials("reader")("sts", OTHER, "us-east-1")
    credentials = client._request_signer._credentials
    first = credentials.get_frozen_credentials().access_key
    client.get_caller_identity()
    assert credentials.get_frozen_credentials().access_key == first
    # What STS answered is kept as well, until that ends.
    [kept] = credentials._refresh_using.__self__._cache.values()
    kept["Credentials"]["Expiration"] = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    credentials._expiry_time = datetime.now(UTC) + timedelta(seconds=30)
    client.get_caller_identity()
    assert credentials.get_frozen_credentials().access_key != first


def test_another_account_wants_a_role():
    with pytest.raises(NoCredentials, match=f"credentials are for {OWN}; give --role, a role to take in {OTHER}"):
        who(None, OTHER)


def test_no_credentials_are_one_sentence(monkeypatch: pytest.MonkeyPatch):
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    with pytest.raises(NoCredentials, match="no usable AWS credentials"):
        who("any", OTHER)
