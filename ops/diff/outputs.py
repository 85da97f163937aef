"""Where a report goes: to the terminal or to a program, and besides into files for a pull request and for a browser."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from fleet.record import Record
from ops.diff import machine, markdown, text
from ops.guard.report import Report


@dataclass(frozen=True)
class Outputs:
    """What somebody asked for."""

    as_json: bool = False
    """On standard output, in place of the text."""
    markdown: Path | None = None
    """File for the comment of a pull request."""
    html: Path | None = None
    """File for the page."""
    whole: str | None = None
    """Where all of it stands, as Markdown, for a comment that had no room: a link to the page, say."""

    def put(self, report: Report, head: Record, base: Record) -> None:
        """Files first: whoever reads the verdict may open them.

        Raises:
            OSError: a file cannot be written; none is left half written.
        """
        if self.markdown is not None:
            whole = self.whole or markdown.WHOLE
            _write(self.markdown, markdown.comment(report, head, base, whole=whole))
        if self.html is not None:
            # Jinja is loaded by those who ask for a page alone.
            from ops.diff.page import page

            _write(self.html, page(report, head, base))
        if self.as_json:
            print(machine.text(report), end="")
        else:
            text.show(report, text.console(), head, base)


def _write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_name(f".{file.name}.partial-{os.getpid()}")
    try:
        partial.write_text(content, encoding="utf-8")
        partial.replace(file)
    finally:
        partial.unlink(missing_ok=True)
