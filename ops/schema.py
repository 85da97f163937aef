"""`hypercell schema`: write the JSON Schemas that editors read, and those of what verbs print."""

from __future__ import annotations

import json
import os
from pathlib import Path

from fleet.schema import schemas
from ops.diff import machine


def write(folder: Path) -> list[Path]:
    """Write each schema beside and rename it; the files, in order of their names."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, text in texts().items():
        partial = folder / f".{name}.partial-{os.getpid()}"
        partial.write_text(text, encoding="utf-8")
        partial.rename(folder / name)
        written.append(folder / name)
    return written


def texts() -> dict[str, str]:
    """File name to text."""
    all_of_them = schemas() | {machine.FILE: machine.schema()}
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in all_of_them.items()}
