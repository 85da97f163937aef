"""The local AWS: moto, with what it lacks, in this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

# moto lists the regions of new services itself and lags behind (DSQL: two); read whenever a backend is asked for.
_SETTINGS = {
    "MOTO_ALLOW_NONEXISTENT_REGION": "true",
    "MOTO_IAM_LOAD_MANAGED_POLICIES": "false",
}


@contextmanager
def standing() -> Iterator[None]:
    """An empty AWS in this process; everything in it is gone at the end.

    No request leaves the process: inside, every boto3 client talks to moto.
    """
    before = {name: os.environ.get(name) for name in _SETTINGS}
    os.environ.update(_SETTINGS)
    try:
        prepare()
        from moto import mock_aws

        with mock_aws():
            yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def prepare() -> None:
    """Install caches, adapters and repairs into moto; safe to call again."""
    from local import speed

    speed.install()
    from local import cloudformation

    cloudformation.install()
