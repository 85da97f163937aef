"""Lambda functions, who may call them, and how often calls that nobody waits for are made."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from local.api import Making, Row

Properties = dict[str, Any]


def _function(properties: Properties) -> Properties:
    """Code that stands in a template is a file `index.py`; reserved executions are a call of their own."""
    function = {name: value for name, value in properties.items() if name != "ReservedConcurrentExecutions"}
    text = function["Code"].get("ZipFile")
    if text is not None:
        archive = io.BytesIO()
        with zipfile.ZipFile(archive, "w") as packed:
            packed.writestr("index.py", text)
        function["Code"] = {"ZipFile": archive.getvalue()}
    return function


def _reserved(making: Making) -> None:
    wanted = making.properties.get("ReservedConcurrentExecutions")
    if wanted is not None:
        making.client("lambda").put_function_concurrency(
            FunctionName=making.made("FunctionName"), ReservedConcurrentExecutions=int(wanted)
        )


ROWS = (
    Row(
        "AWS::Lambda::Function", "lambda.create_function", ref="FunctionName", name="FunctionName", prepare=_function,
        finish=_reserved, attributes={"Arn": "FunctionArn"},
    ),
    Row(
        "AWS::Lambda::Permission", "lambda.add_permission", ref="=StatementId", name="StatementId",
        attributes={"Id": "=StatementId"},
    ),
    Row("AWS::Lambda::EventInvokeConfig", "lambda.put_function_event_invoke_config"),
)  # fmt: skip
