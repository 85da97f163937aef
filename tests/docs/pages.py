"""The project's pages as the tests see them: links, code, headings and YAML blocks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


@dataclass(frozen=True)
class Page:
    """One page."""

    path: Path

    @property
    def name(self) -> str:
        """As a person calls it: `docs/components/cell.md`."""
        return self.path.relative_to(ROOT).as_posix()

    @property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @property
    def prose(self) -> str:
        """The text without its fenced blocks."""
        return _FENCE.sub("", self.text)

    @property
    def links(self) -> list[str]:
        """Targets of the links that lead to files of the project."""
        return [target for target in _LINK.findall(self.prose) if not target.startswith(("http:", "https:", "mailto:"))]

    @property
    def spans(self) -> list[str]:
        """What stands between backticks."""
        return _SPAN.findall(self.prose)

    @property
    def code(self) -> str:
        """All spans and blocks, a line each."""
        blocks = [body for language, body in _FENCE.findall(self.text) if language != "yaml"]
        return "\n".join([*self.spans, *blocks])

    @property
    def headings(self) -> list[str]:
        return _HEADING.findall(self.prose)

    @property
    def anchors(self) -> set[str]:
        """What `#...` may name, as GitHub spells it."""
        return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in self.headings}

    def blocks(self, language: str) -> Iterator[tuple[str, str]]:
        """The heading above each fenced block of a language, and the block."""
        for found in _FENCE.finditer(self.text):
            if found[1] == language:
                above = _HEADING.findall(_FENCE.sub("", self.text[: found.start()]))
                yield (above[-1] if above else "", found[2])


def pages() -> list[Page]:
    """README, CONTRIBUTING and everything in docs/."""
    return [Page(ROOT / "README.md"), Page(ROOT / "CONTRIBUTING.md"), *map(Page, sorted(ROOT.glob("docs/**/*.md")))]


def page(name: str) -> Page:
    return Page(ROOT / name)
