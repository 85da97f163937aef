"""What `removed` names: everything that may not simply be missing from one day to the next.

| key | what stood there |
|---|---|
| `us-east-1/z` | a cell |
| `us-east-1` | a region |
| `databases/bookings-us` | a database, the last generation with it |
| `databases/bookings-us/1` | a generation |
| `streams/debug` | a stream |
| `services/egressor` | a service, everywhere |
| `services/egressor/us-east-1` | a service, in one region |
| `accounts/old` | an account |
"""

from __future__ import annotations

import re

from fleet import geography

_KEY = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
_REGION = r"[a-z]{2}(?:-[a-z]+)+-\d"
_FORMS = {
    "cell": re.compile(rf"{_REGION}/[a-z][a-z0-9]{{0,5}}"),
    "region": re.compile(_REGION),
    "generation": re.compile(rf"databases/{_KEY}/[1-9]"),
    "database": re.compile(rf"databases/{_KEY}"),
    "stream": re.compile(rf"streams/{_KEY}"),
    "service in a region": re.compile(rf"services/{_KEY}/{_REGION}"),
    "service": re.compile(rf"services/{_KEY}"),
    "account": re.compile(rf"accounts/{_KEY}"),
}

SLOTTED = ("cell", "region")
"""Nouns whose tombstone frees an address slot."""

FOR_EVER = ("cell", "region", "generation")
"""Nouns whose key is never used again, and whose tombstone therefore stays."""


def noun(key: str) -> str | None:
    """`cell` for `us-east-1/z`; None for what names nothing."""
    return next((noun for noun, form in _FORMS.items() if form.fullmatch(key)), None)


def cell(key: str) -> str | None:
    """`use1-z` for the tombstone `us-east-1/z`; None for that of something else."""
    if noun(key) != "cell":
        return None
    region, _, name = key.partition("/")
    return f"{geography.code(region)}-{name}" if geography.known(region) else None
