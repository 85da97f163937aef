"""A stored assembly: all that was synthesized at once, and what it was made of. Compared, rolled out, never changed.

`cdk.out/` with the fleet's record, `dist/`, `blueprint/` with the files it came from, and `assembly.json`, which has a
digest of every file.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from fleet.load import files as input_files
from fleet.load import load
from fleet.problem import FleetError
from fleet.record import FILE as RECORD
from fleet.record import Record, record
from ops.child import Step
from ops.git import Checkout, GitError
from ops.promotion.image import Unusable
from ops.synthesis import OURS, Code, synthesize

FILE = "assembly.json"
FORMAT: Literal[1] = 1
TEMPLATES, BUNDLES, BLUEPRINT = "cdk.out", "dist", "blueprint"
"""Its folders."""
LOCK = "requirements.lock"

_CODE = ("app.py", "cdk.json", "fleet", "constructs", "stacks", "k8s", "admission")
"""What templates and manifests come of, beside the fleet's files and the packages of the lock."""


class Stored(BaseModel):
    """What a stored assembly says of itself. Fields are added, never renamed."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal[1] = FORMAT
    fleet: str
    revision: str | None
    """Commit of the code; None outside of a repository."""
    dirty: bool
    """Whether something was not committed, so that the commit does not tell what it was made of."""
    own_record: bool = True
    """Whether the code wrote the fleet's record itself; else it was made from the files by who stored it."""
    lock: str
    """Digest of `requirements.lock`; empty where there was none."""
    code: dict[str, str]
    """Files of the code to their digests."""
    files: dict[str, str]
    """Files of the assembly to their digests."""

    @property
    def text(self) -> str:
        """As it stands in the file, the same bytes for the same assembly."""
        return self.model_dump_json(indent=1) + "\n"

    @property
    def digest(self) -> str:
        """What the whole assembly is known by."""
        return digest(self.text.encode())


def digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"


def store(
    folder: Path, blueprint: Path, *, step: Step = lambda *_: None, code: Code = OURS, judged: bool = False
) -> Stored:
    """Synthesize a whole fleet into a folder: all of it, or nothing.

    Args:
        blueprint: as the code finds it from where it runs.
        judged: refuse templates with open findings.

    Raises:
        Unusable: something else is in the folder, or the fleet's files changed on the way.
        SynthesisError: the app refused the fleet, could not write, or failed.
        OSError.
    """
    folder = folder.absolute()
    before = _standing(folder)
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    inputs = (code.cwd or Path()) / blueprint
    try:
        partial.mkdir(parents=True)
        said = _texts(inputs)
        synthesize(blueprint, partial / TEMPLATES, partial / BUNDLES, step=step, code=code, judged=judged)
        if said != _texts(inputs):
            raise Unusable(f"{blueprint} changed while it was synthesized; run the same command again")
        for path, text in said.items():
            (partial / BLUEPRINT / path).parent.mkdir(parents=True, exist_ok=True)
            (partial / BLUEPRINT / path).write_bytes(text)
        made = _describe(partial, code.folder, inputs)
        (partial / FILE).write_text(made.text, "utf-8")
        if before is None:
            # An empty folder may be in the way; rename replaces that, and nothing else.
            partial.rename(folder)
        elif before != made:
            remedy = "a stored assembly is never changed: choose another folder, or remove this one"
            raise Unusable(f"{folder} holds another assembly, of {_revision(before)}; {remedy}")
    finally:
        shutil.rmtree(partial, ignore_errors=True)
    return made


def opened(folder: Path) -> Stored:
    """What a folder says of itself, after every file of it was checked.

    Raises:
        Unusable: it is no stored assembly, or not any more what was stored.
    """
    stored = _said(folder)
    found = {path: file for path, file in _files(folder) if path != FILE and not _of_the_cli(path)}
    if absent := sorted(stored.files.keys() - found.keys()):
        raise Unusable(f"{folder} lacks {_some(absent)}, which was stored in it; {_AGAIN}")
    if surplus := sorted(found.keys() - stored.files.keys()):
        raise Unusable(f"{folder} holds {_some(surplus)}, which was not stored in it; {_AGAIN}")
    for path, file in found.items():
        if digest(file.read_bytes()) != stored.files[path]:
            raise Unusable(f"{folder}/{path} is not what was stored: its digest differs; {_AGAIN}")
    return stored


_AGAIN = "store it again with `hypercell synth --out FOLDER`"


def _said(folder: Path) -> Stored:
    try:
        return Stored.model_validate_json((folder / FILE).read_bytes())
    except FileNotFoundError:
        raise Unusable(f"{folder} is no stored assembly: it has no {FILE}; {_AGAIN}") from None
    except ValidationError as error:
        where = ".".join(map(str, error.errors()[0]["loc"])) or "all of it"
        raise Unusable(f"{folder}/{FILE} cannot be read ({where}: {error.errors()[0]['msg']}); {_AGAIN}") from None


def _standing(folder: Path) -> Stored | None:
    """The assembly that is there already; None where nothing is.

    Raises:
        Unusable: something else is.
    """
    if not folder.exists():
        return None
    if (folder / FILE).is_file():
        return opened(folder)
    if not folder.is_dir() or any(folder.iterdir()):
        raise Unusable(f"{folder} holds something else than a stored assembly; choose another folder")
    return None


def _texts(blueprint: Path) -> dict[str, bytes]:
    return {file.relative_to(blueprint).as_posix(): file.read_bytes() for file in input_files(blueprint)}


def _describe(partial: Path, project: Path, inputs: Path) -> Stored:
    revision, dirty = _state(project, inputs)
    lock = project / LOCK
    own_record = (partial / TEMPLATES / RECORD).is_file()
    return Stored(
        fleet=_record(partial).fleet,
        own_record=own_record,
        revision=revision,
        dirty=dirty,
        lock=digest(lock.read_bytes()) if lock.is_file() else "",
        code=code_digests(project),
        files={path: digest(file.read_bytes()) for path, file in _files(partial)},
    )


def _state(project: Path, inputs: Path) -> tuple[str | None, bool]:
    """The commit, and whether it tells all."""
    checkout = Checkout(project)
    try:
        revision = checkout.commit("HEAD")
    except GitError:
        return None, True  # the project as an archive: its files tell what it was made of
    try:
        return revision, checkout.dirty([*(project / part for part in _CODE), project / LOCK, inputs.resolve()])
    except GitError:
        return revision, True  # the fleet's files are in no commit of this repository


def _record(partial: Path) -> Record:
    """What the app wrote, or what we make of it: apps of earlier revisions wrote none.

    Raises:
        Unusable: there is none, and the files cannot be read by the code of now.
    """
    file = partial / TEMPLATES / RECORD
    if not file.is_file():
        try:
            fleet = load(partial / BLUEPRINT)
        except FleetError as error:
            said = str(error).replace(f"{partial / BLUEPRINT}/", "")
            why = "it is from before records were written, and the code of now cannot read its files"
            raise Unusable(f"what was synthesized has no {RECORD}: {why}:\n{said}") from None
        file.write_text(record(fleet).model_dump_json(indent=1) + "\n", "utf-8")
    return Record.model_validate_json(file.read_bytes())


def code_digests(project: Path) -> Mapping[str, str]:
    """The project's own files that templates and manifests come of, by their paths."""
    found = {}
    for part in _CODE:
        path = project / part
        files = _files(path) if path.is_dir() else [("", path)] if path.is_file() else []
        for below, file in files:
            if "__pycache__" not in file.parts:
                found[f"{part}/{below}" if below else part] = digest(file.read_bytes())
    return found


def _files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Every file below a folder, with its path there, sorted."""
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            yield file.relative_to(folder).as_posix(), file


def _of_the_cli(path: str) -> bool:
    """Whether it is what the CDK CLI leaves in an assembly that it deploys: packed assets, and its locks."""
    return path.startswith(f"{TEMPLATES}/.cache/") or Path(path).match(f"{TEMPLATES}/*.lock")


def _revision(stored: Stored) -> str:
    if stored.revision is None:
        return f"fleet {stored.fleet}"
    return f"{stored.revision[:12]}{' and what was not committed' if stored.dirty else ''}"


def _some(names: list[str]) -> str:
    more = len(names) - 3
    return ", ".join(names[:3]) + (f" and {more:,} more" if more > 0 else "")
