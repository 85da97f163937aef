"""A Lambda client whose functions are processes in the probe subnets."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from typing import Any

from benchmarks.lab.lines import Speaker


class Lambda:
    """`invoke` of boto3's Lambda client, for synchronous calls."""

    def __init__(self, functions: Mapping[str, Speaker]) -> None:
        self._functions = functions
        self.calls = 0

    def invoke(self, *, FunctionName: str, Payload: bytes | str = b"{}", **_: Any) -> dict[str, Any]:  # noqa: N803
        """Run the function once, and return what it returned, as Lambda would."""
        self.calls += 1
        answer = self._functions[FunctionName].ask("invoke", event=json.loads(Payload))
        return {"StatusCode": 200, "Payload": io.BytesIO(json.dumps(answer).encode())}
