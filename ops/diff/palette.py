"""Colours of the page, by daylight and at night. Each stands beside a letter and a shape, never alone.

Text upon its ground has a contrast of at least 4.5, edges that carry meaning of at least 3 (WCAG 2.2, level AA, 1.4.3
and 1.4.11); a test computes them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Tint:
    """Of one mark."""

    ink: str
    """Text upon `fill`."""
    fill: str
    edge: str
    """Outlines; also upon the page's own grounds."""


@dataclass(frozen=True)
class Theme:
    paper: str
    """Ground of the page."""
    card: str
    """Ground of what stands upon it."""
    ink: str
    muted: str
    line: str
    """Lines that only divide."""
    tints: Mapping[str, Tint]


LIGHT = Theme(
    paper="#f3f4f6",
    card="#ffffff",
    ink="#16191d",
    muted="#545c67",
    line="#d5d9df",
    tints={
        "create": Tint("#0b4a24", "#d5f0de", "#1a7f3c"),
        "update": Tint("#12376b", "#dbe8fd", "#2463c4"),
        "orphan": Tint("#47257f", "#ebe1fb", "#7a45c7"),
        "may-replace": Tint("#573b00", "#fbedbb", "#946200"),
        "replace": Tint("#662900", "#ffdcbd", "#b84f06"),
        "delete": Tint("#7a0c0c", "#fcd7d7", "#c62222"),
        "none": Tint("#545c67", "#ffffff", "#7d8794"),
    },
)
DARK = Theme(
    paper="#101216",
    card="#191c22",
    ink="#eceef2",
    muted="#a7afbb",
    line="#333942",
    tints={
        "create": Tint("#bdf0cd", "#123a20", "#46b56b"),
        "update": Tint("#cfe1ff", "#16305c", "#6a9ff0"),
        "orphan": Tint("#e3d4ff", "#36205f", "#ab85ec"),
        "may-replace": Tint("#fbe7a8", "#443306", "#d1a02c"),
        "replace": Tint("#ffd7b5", "#522706", "#ee8a42"),
        "delete": Tint("#ffd3d3", "#5a1414", "#f26d6d"),
        "none": Tint("#a7afbb", "#191c22", "#707a87"),
    },
)


def css() -> str:
    """The colours as properties of the page, by daylight unless the reader's device asks for the night."""
    return f":root{{{_properties(LIGHT)}}}\n@media (prefers-color-scheme: dark){{:root{{{_properties(DARK)}}}}}"


def _properties(theme: Theme) -> str:
    plain = {name: getattr(theme, name) for name in ("paper", "card", "ink", "muted", "line")}
    tints = {
        f"{name}-{part}": getattr(tint, part) for name, tint in theme.tints.items() for part in ("ink", "fill", "edge")
    }
    return "".join(f"--{name}:{value};" for name, value in (plain | tints).items())


def contrast(one: str, other: str) -> float:
    """Contrast of two colours, `#rrggbb`, 1 to 21, as WCAG 2.2 computes it."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
