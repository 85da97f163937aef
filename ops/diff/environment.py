"""Packages for code of another revision: a folder for each `requirements.lock`, which nobody makes but by hand.

A comparison asks no registry: `make environment REVISION=…` does, once a lock.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from ops import child
from ops.promotion.image import Unusable

READY = ".ready"
"""File that is written when an environment is complete."""

_SITE = """\
# What this project's own installation put there is not the revision's.
import os, sys
gone = {gone!r}
sys.path[:] = [path for path in sys.path if os.path.realpath(path) not in gone]
"""


def cache() -> Path:
    """Where what can be made again is kept, outside of every checkout."""
    said = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(said) if said.startswith("/") else Path.home() / ".cache") / "hypercell"


def folder(lock: str) -> Path:
    """Of the environment with these packages; the Makefile computes the same.

    Args:
        lock: the text of `requirements.lock`.
    """
    return cache() / "environments" / sha256(lock.encode()).hexdigest()[:16]


def python(lock: str, ours: str, *, commit: str) -> str:
    """The interpreter for a revision.

    Args:
        lock: the revision's.
        ours: the lock of the packages that we run with.

    Raises:
        Unusable: the locks differ, and nobody made an environment yet.
    """
    if lock == ours:
        return sys.executable
    place = folder(lock)
    if not (place / READY).is_file():
        raise Unusable(
            f"{commit[:12]} wants other packages: its requirements.lock is not the one of this checkout, and there is "
            f"no environment for it in {place}; make it, once, with\n  make environment REVISION={commit[:12]}"
        )
    return str(place / "bin" / "python")


def variables(code: Path, scratch: Path) -> Mapping[str, str]:
    """What makes Python, and every Python it starts, take the project's modules from a folder and nowhere else.

    Args:
        code: the folder of `app.py`.
        scratch: where a file may be put, for as long as the code runs.
    """
    gone = {os.path.realpath(path) for path in (child.PROJECT, child.PROJECT / "constructs")}
    site = scratch / "site"
    site.mkdir(exist_ok=True)
    # Python reads a module of this name after the lines that an editable installation adds to the path.
    (site / "sitecustomize.py").write_text(_SITE.format(gone=gone), "utf-8")
    return {"PYTHONPATH": os.pathsep.join(map(str, (site, code, code / "constructs")))}
