"""The local AWS: moto, with what it lacks, in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

# moto lists the regions of new services itself and lags behind (DSQL: two); read whenever a backend is asked for.
_SETTINGS = {
    "MOTO_ALLOW_NONEXISTENT_REGION": "true",
    # 1,300 machine images for each account and region; ours have ids of their own.
    "MOTO_EC2_LOAD_DEFAULT_AMIS": "false",
}


_standing: list[bool] = []


@contextmanager
def standing() -> Iterator[None]:
    """An empty AWS in this process; everything in it is gone at the end.

    No request leaves the process: inside, every boto3 client talks to moto.

    Raises:
        RuntimeError: one stands already; a process has one.
    """
    if _standing:
        raise RuntimeError("an AWS stands in this process already")
    _standing.append(True)
    before = {name: os.environ.get(name) for name in _SETTINGS}
    os.environ.update(_SETTINGS)
    try:
        prepare()
        from moto import mock_aws

        mock = mock_aws()
        mock.start()
        try:
            yield
        finally:
            # Dropped, not reset: a reset builds every backend anew, to be thrown away.
            mock.stop(remove_data=False)
            _forget()
    finally:
        _standing.clear()
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def _forget() -> None:
    from moto.core.base_backend import BackendDict
    from moto.core.model_instances import reset_model_data
    from moto.s3.models import s3_backends

    # Objects in buckets are open files.
    for buckets in s3_backends.values():
        buckets.reset()
    used: Any = BackendDict
    for backends in used._instances:
        backends.clear()
    used._instances.clear()
    reset_model_data()


def prepare() -> None:
    """Install caches, adapters and repairs into moto; safe to call again."""
    from local import speed

    speed.install_readers()
    from local import cloudformation

    speed.install()
    cloudformation.install()
