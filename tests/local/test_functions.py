"""Lambda functions, made through Lambda's own API: all that a template says of one stands."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import pytest
from moto.awslambda.models import lambda_backends

from local.clients import client

ACCOUNT, REGION = "333333333331", "us-east-1"
RULE = "arn:aws:events:us-east-1:333333333331:rule/one"

RESOURCES: dict[str, Any] = {
    "Role": {
        "Type": "AWS::IAM::Role",
        "Properties": {"AssumeRolePolicyDocument": {"Version": "2012-10-17", "Statement": []}},
    },
    "Function": {
        "Type": "AWS::Lambda::Function",
        "Properties": {
            "FunctionName": "skyline-use1-one",
            "Code": {"ZipFile": "def handle(event, context): ..."},
            "Handler": "index.handle",
            "Role": {"Fn::GetAtt": ["Role", "Arn"]},
            "Runtime": "python3.14",
            "Architectures": ["arm64"],
            "Environment": {"Variables": {"ZONES": "{}"}},
            "ReservedConcurrentExecutions": 3,
        },
    },
    "Calls": {
        "Type": "AWS::Lambda::EventInvokeConfig",
        "Properties": {
            "FunctionName": {"Ref": "Function"},
            "Qualifier": "$LATEST",
            "MaximumRetryAttempts": 0,
            "MaximumEventAgeInSeconds": 60,
        },
    },
    "Permission": {
        "Type": "AWS::Lambda::Permission",
        "Properties": {
            "FunctionName": {"Fn::GetAtt": ["Function", "Arn"]},
            "Action": "lambda:InvokeFunction",
            "Principal": "events.amazonaws.com",
            "SourceArn": RULE,
        },
    },
}


@pytest.fixture
def outputs(create: Any) -> dict[str, Any]:
    values = {
        "Function": {"Ref": "Function"},
        "Arn": {"Fn::GetAtt": ["Function", "Arn"]},
        "Calls": {"Ref": "Calls"},
        "Permission": {"Ref": "Permission"},
        "PermissionId": {"Fn::GetAtt": ["Permission", "Id"]},
    }
    found: dict[str, Any] = create("one", Resources=RESOURCES, Outputs={k: {"Value": v} for k, v in values.items()})
    return found


def test_references_are_what_they_are_on_aws(outputs: dict[str, Any]) -> None:
    assert outputs == {
        "Function": "skyline-use1-one",
        "Arn": "arn:aws:lambda:us-east-1:333333333331:function:skyline-use1-one",
        "Calls": "skyline-use1-one|$LATEST",
        "Permission": "one-Permission",
        "PermissionId": "one-Permission",
    }


def test_a_function_stands_with_its_code_its_processor_and_what_is_reserved_for_it(outputs: dict[str, Any]) -> None:
    api = client("lambda", ACCOUNT, REGION)
    found = api.get_function(FunctionName=outputs["Function"])

    assert found["Configuration"]["Architectures"] == ["arm64"]
    assert found["Configuration"]["Environment"]["Variables"] == {"ZONES": "{}"}
    assert found["Concurrency"]["ReservedConcurrentExecutions"] == 3
    code = lambda_backends[ACCOUNT][REGION].get_function(outputs["Function"]).code_bytes
    assert zipfile.ZipFile(io.BytesIO(code)).read("index.py").decode() == "def handle(event, context): ..."


def test_it_may_be_called_by_the_rule_and_nobody_makes_up_for_a_call(outputs: dict[str, Any]) -> None:
    api = client("lambda", ACCOUNT, REGION)

    (statement,) = json.loads(api.get_policy(FunctionName=outputs["Function"])["Policy"])["Statement"]
    calls = api.get_function_event_invoke_config(FunctionName=outputs["Function"])

    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnLike": {"AWS:SourceArn": RULE}}
    assert (calls["MaximumRetryAttempts"], calls["MaximumEventAgeInSeconds"]) == (0, 60)
