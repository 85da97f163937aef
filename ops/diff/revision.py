"""One side of a comparison from git: a commit, synthesized offline by its own code, or the working tree by ours."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from ops.child import PROJECT, Step
from ops.diff import environment
from ops.git import Checkout, GitError
from ops.promotion.image import Unusable
from ops.stored import FILE, LOCK, opened, store
from ops.synthesis import Code, SynthesisError

_KEPT = 8
"""Assemblies of commits that are kept for the next comparison: some 15 MB each, for the largest blueprint."""


@dataclass(frozen=True)
class Revision:
    """A commit of the project's repository."""

    name: str
    """As somebody called it."""
    commit: str
    project: Path = PROJECT
    """A checkout of the repository, with the packages that we run with."""

    @property
    def origin(self) -> str:
        short = self.commit[:7]
        return short if self.commit.startswith(self.name) else f"{self.name} ({short})"

    def assembly(self, blueprint: Path, scratch: Path, *, step: Step) -> Path:
        """Folder of the stored assembly that the commit's own code makes of the commit's own files.

        Args:
            blueprint: as it lies in the checkout of now.
            scratch: ours, for as long as the comparison takes.

        Raises:
            Unusable: the commit cannot be synthesized here, or not at all any more.
            OSError.
        """
        checkout = Checkout(self.project)
        root = checkout.root
        inside = _inside(blueprint, root)
        kept = environment.cache() / "assemblies" / self._key(inside)
        if _usable(kept):
            os.utime(kept)
            return kept
        if checkout.text(self.commit, f"{inside}/fleet.yaml") is None:
            raise Unusable(f"{self.origin} has no {inside}/fleet.yaml: it is from before this fleet, or of another one")
        below = self.project.resolve().relative_to(root)
        with _worktree(checkout, self.commit, scratch / f"tree-{self.commit[:12]}") as tree:
            code = Code(
                folder=tree / below,
                python=self._python(checkout, below),
                environment=environment.variables(tree / below, scratch),
                cwd=tree,
            )
            made = scratch / self.commit
            try:
                stored = store(made, inside, step=step, code=code)
            except SynthesisError as error:
                raise Unusable(
                    f"{self.origin} does not synthesize (any more):\n{error}\n"
                    "Compare with a revision that does, with what `hypercell synth --out` stored of it, or with deployed"
                ) from None
        return _keep(made, kept) if stored.own_record else made

    def _python(self, checkout: Checkout, below: Path) -> str:
        lock = checkout.text(self.commit, (below / LOCK).as_posix())
        if lock is None:
            raise Unusable(f"{self.origin} has no {LOCK}: nobody can tell which packages it wants; use a later one")
        return environment.python(lock, (self.project / LOCK).read_text("utf-8"), commit=self.commit)

    def _key(self, blueprint: Path) -> str:
        return f"{self.commit[:16]}-{sha256(blueprint.as_posix().encode()).hexdigest()[:8]}"


def find(name: str, project: Path = PROJECT) -> Revision | None:
    """The commit that a name is of; None when it is of none.

    Raises:
        Unusable: there is no repository.
    """
    checkout = Checkout(project)
    try:
        _ = checkout.root
    except GitError as error:
        raise Unusable(f"{name} may be a commit, but {project} is in no repository: {error}") from None
    try:
        return Revision(name, checkout.commit(name), project)
    except GitError:
        return None


def working_tree(blueprint: Path, scratch: Path, *, step: Step, code: Code | None = None) -> Path:
    """Folder of the stored assembly that the code of now makes of the files of now.

    Raises:
        Unusable: they do not synthesize.
        OSError.
    """
    try:
        store(scratch / "now", blueprint, step=step, code=code or Code())
    except SynthesisError as error:
        raise Unusable(f"the working tree does not synthesize:\n{error}") from None
    return scratch / "now"


def _inside(blueprint: Path, root: Path) -> Path:
    try:
        return blueprint.resolve().relative_to(root)
    except ValueError:
        raise Unusable(
            f"--blueprint {blueprint}: is not in {root}, so no commit there has its files; store assemblies of it with "
            "`hypercell synth --out`, and compare those"
        ) from None


@contextmanager
def _worktree(checkout: Checkout, commit: str, folder: Path) -> Iterator[Path]:
    """A commit checked out beside, and taken away again however it ends."""
    try:
        # A git that is interrupted halfway leaves an entry that it will not remove itself.
        with _uninterrupted():
            checkout.add_worktree(folder, commit)
        yield folder
    except GitError as error:
        raise Unusable(f"{commit[:12]} cannot be checked out: {error}") from None
    finally:
        with _uninterrupted():
            try:
                checkout.remove_worktree(folder)
            except GitError:
                shutil.rmtree(folder, ignore_errors=True)
                with suppress(GitError):
                    checkout.prune_worktrees()


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Ctrl-C and SIGTERM wait until this is done."""
    heard: list[int] = []
    before: dict[int, Any] = {
        number: signal.signal(number, lambda number, _frame: heard.append(number))
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in heard[:1]:
            signal.raise_signal(number)


def _usable(kept: Path) -> bool:
    """Whether it is there; what is damaged is removed, and made again."""
    if not (kept / FILE).is_file():
        return False
    try:
        opened(kept)
    except Unusable:
        shutil.rmtree(kept, ignore_errors=True)
        return False
    return True


def _keep(made: Path, kept: Path) -> Path:
    """Keep it for the next time; where that cannot be, it is used once."""
    try:
        kept.parent.mkdir(parents=True, exist_ok=True)
        partial = kept.with_name(f"{kept.name}.partial-{os.getpid()}")
        shutil.copytree(made, partial)
        partial.rename(kept)
        found = sorted(kept.parent.iterdir(), key=lambda one: one.stat().st_mtime, reverse=True)
        for old in found[_KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return made
    return kept
