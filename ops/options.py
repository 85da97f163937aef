"""Options that verbs share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Blueprint = Annotated[Path, typer.Option("--blueprint", help="Folder of the fleet's files.")]
DEFAULT_BLUEPRINT = Path("blueprints/hypergrowth")
