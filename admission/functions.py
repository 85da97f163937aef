"""Functions of CEL that rules may use: the language's own, and those that Kubernetes adds, as far as rules use them.

The additions are what the definitions of the add-ons call (Karpenter, Istio, Gateway API, External Secrets; see
`docs/components/manifests.md`). Whoever brings definitions that need another one is told its name.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from cel import stdlib

CORE = frozenset({
    "size", "contains", "startsWith", "endsWith", "matches", "int", "uint", "double", "string", "bytes", "duration",
    "timestamp", "dyn", "type", "getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek",
    "getDayOfYear", "getHours", "getMinutes", "getSeconds", "getMilliseconds", "hasValue", "value", "orValue", "or",
    "none", "of", "ofNonZeroValue", "@in", "@not_strictly_false", "!_", "-_", "_?_:_", "_[_]", "_+_", "_-_", "_*_",
    "_/_", "_%_", "_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_&&_", "_||_"
})  # fmt: skip
"""What the evaluator brings itself, operators included. Macros (`has`, `all`, `filter`, …) are no functions."""


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found[0] if found else ""


def _is_url(text: str) -> bool:
    """As Go's ParseRequestURI: an absolute URI or an absolute path, no white space."""
    if not text or re.search(r"[\s\x00-\x1f\x7f]", text):
        return False
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    return bool(re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text)) or text.startswith("/")


def _url(text: str) -> str:
    if not _is_url(text):
        raise ValueError(f"{text} is no URL")
    return text


def _is_ip(text: str) -> bool:
    """An address in its plain spelling: no zone, no IPv4 inside IPv6."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text and not (address.version == 6 and address.ipv4_mapped)


_UNITS = {"": 1.0, "n": 1e-9, "u": 1e-6, "m": 1e-3} | {
    unit: float(base**power)
    for base, units in ((1000, "k M G T P E"), (1024, "Ki Mi Gi Ti Pi Ei"))
    for power, unit in enumerate(units.split(), 1)
}


def _amount(quantity: object) -> float:
    """What a quantity stands for: 1.5Gi -> 1610612736. One that is none is another finding, and 0 here."""
    found = re.fullmatch(r"([+-]?[\d.]+)([A-Za-z]*|[eE][+-]?\d+)", str(quantity))
    if not found:
        return 0.0
    number, unit = found.groups()
    return float(number) * _UNITS[unit] if unit in _UNITS else float(f"{number}{unit}")


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "find": _find,
    "isURL": _is_url,
    "url": _url,
    "getScheme": lambda url: urlsplit(url).scheme,
    "isIP": _is_ip,
    "amount": _amount,  # ours: see `relations`
    "split": stdlib.split,
    "substring": stdlib.substring,
}
"""Each may be called as a function or as a method: CEL makes no difference."""
