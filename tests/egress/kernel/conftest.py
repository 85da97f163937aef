"""A lab for each file of kernel tests; each test finds it as it was built."""

from __future__ import annotations

import pytest

from benchmarks.egress.zone import first_zone
from benchmarks.lab.laboratory import laboratory
from benchmarks.lab.namespaces import missing


@pytest.fixture(scope="session")
def zone():
    return first_zone()


@pytest.fixture(scope="module")
def built(zone):
    if reason := missing():
        pytest.skip(reason)
    with laboratory(zone) as lab:
        yield lab


@pytest.fixture
def lab(built):
    built.reset()
    return built


@pytest.fixture
def shard(zone):
    """The first cell's route table; the second's stays where it is."""
    return next(iter(zone.cells))
