"""Options that verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Blueprint = Annotated[Path, typer.Option("--blueprint", help="Folder of the fleet's files.")]
Role = Annotated[str | None, typer.Option("--role", help="Role to take in each account of the fleet.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do it without asking.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
DEFAULT_BLUEPRINT = Path("blueprints/hypergrowth")
