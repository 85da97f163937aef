"""Quantities as people write them, read into one unit each.

`200k/s` is a rate, `300B` a size, `7d` a time, `500m` processors, `1Gi` memory, `4Gbps` bandwidth.
A plain number without its unit is refused: nobody should guess whether 30 is seconds or minutes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated

from pydantic import BeforeValidator, WithJsonSchema

_DECIMAL = {"": 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}
_BINARY = {"": 1, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40}
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def _reader(pattern: str, factors: dict[str, int], unit: str, example: str) -> Callable[[object], float | int]:
    compiled = re.compile(pattern)

    def read(value: object) -> float | int:
        matched = compiled.fullmatch(value) if isinstance(value, str) else None
        if matched is None:
            raise ValueError(f"is not {unit}; write it like {example}")
        number = float(matched["number"]) * factors[matched["factor"]]
        return int(number) if number == int(number) else number

    return read


def _schema(pattern: str, example: str) -> WithJsonSchema:
    anchored = "^" + re.sub(r"\?P<\w+>", "", pattern) + "$"
    return WithJsonSchema({"type": "string", "pattern": anchored, "examples": [example]})


_NUMBER = r"(?P<number>\d+(\.\d+)?)"

_RATE = _NUMBER + r"(?P<factor>k|M|)/s"
Rate = Annotated[float, BeforeValidator(_reader(_RATE, _DECIMAL, "a rate", "200k/s")), _schema(_RATE, "200k/s")]
"""Events per second."""

_SIZE = _NUMBER + r"(?P<factor>k|M|G|T|P|)B"
Size = Annotated[int, BeforeValidator(_reader(_SIZE, _DECIMAL, "a size", "300B or 250TB")), _schema(_SIZE, "300B")]
"""Bytes."""


def spell_size(size: float) -> str:
    """Bytes as people say them, in two decimals at most: `250 TB`."""
    factor = next((f for f in ("P", "T", "G", "M", "k") if size >= _DECIMAL[f]), "")
    return f"{round(size / _DECIMAL[factor], 2):g} {factor}B"


_TIME = _NUMBER + r"(?P<factor>s|m|h|d)"
Seconds = Annotated[int, BeforeValidator(_reader(_TIME, _SECONDS, "a duration", "30m or 7d")), _schema(_TIME, "30m")]
"""Seconds."""

_BANDWIDTH = _NUMBER + r"(?P<factor>M|G|T)bps"
Bandwidth = Annotated[
    float,
    BeforeValidator(_reader(_BANDWIDTH, _DECIMAL, "a bandwidth", "4Gbps")),
    _schema(_BANDWIDTH, "4Gbps"),
]
"""Bits per second."""

_MEMORY = _NUMBER + r"(?P<factor>Mi|Gi|Ti)"
Memory = Annotated[int, BeforeValidator(_reader(_MEMORY, _BINARY, "memory", "512Mi or 1Gi")), _schema(_MEMORY, "1Gi")]
"""Bytes."""

_CPU = r"(?P<number>\d+(\.\d+)?)(?P<factor>m|)"


def _millicores(value: object) -> int:
    matched = re.fullmatch(_CPU, value) if isinstance(value, str) else None
    if matched is None:
        raise ValueError("is not a number of processors; write it like 500m or '2'")
    return int(float(matched["number"]) * (1 if matched["factor"] else 1000))


Cpu = Annotated[int, BeforeValidator(_millicores), _schema(_CPU, "500m")]
"""Thousandths of a processor."""
