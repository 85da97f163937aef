"""Asks both probers of a zone at once. Whatever goes wrong between here and them is unknown, not down."""

from __future__ import annotations

import json
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from .config import ZoneConfig
from .sight import Round, Sight

PATIENCE_SECONDS = 2.5
"""How long a prober may take: it promises an answer within 1.5 s, and calling it costs some of the rest."""

# A call that overran its patience still holds its thread until its own timeout; there is room for the next rounds'.
_THREADS = 8


class Probing:
    """Looks through a Lambda client handed in. Its own read timeout should be near `PATIENCE_SECONDS`, without retries."""

    def __init__(self, client: Any, config: ZoneConfig) -> None:
        self._client, self._config = client, config
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="probe")

    def look(self) -> Round:
        """One round."""
        instance = self._pool.submit(self._ask, self._config.instance_prober)
        gateway = self._pool.submit(self._ask, self._config.gateway_prober)
        wait((instance, gateway), PATIENCE_SECONDS)
        return Round(_said(instance), _said(gateway))

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask(self, function: str) -> Sight:
        try:
            answer = self._client.invoke(FunctionName=function, InvocationType="RequestResponse", Payload=b"{}")
            return read(answer.get("FunctionError"), answer["Payload"].read())
        except (ClientError, BotoCoreError):
            return Sight.UNKNOWN


def read(error: str | None, payload: bytes) -> Sight:
    """What a prober's answer says. A prober that failed says nothing about the way it looks over."""
    if error:
        return Sight.UNKNOWN
    try:
        said = json.loads(payload)
    except ValueError:
        return Sight.UNKNOWN
    if not isinstance(said, dict) or not isinstance(said.get("ok"), bool):
        return Sight.UNKNOWN
    return Sight.OK if said["ok"] else Sight.BAD


def _said(asked: Future[Sight]) -> Sight:
    return asked.result() if asked.done() else Sight.UNKNOWN
