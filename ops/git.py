"""What git knows about a checkout: which commit a name means, what a file was then, and whether anything is uncommitted."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class GitError(Exception):
    """git said no. The text is what it said."""


@dataclass(frozen=True)
class Checkout:
    """A folder with the project in it."""

    folder: Path

    @property
    def root(self) -> Path:
        """Top folder of the repository.

        Raises:
            GitError: there is no repository, or no git.
        """
        return Path(self._said("rev-parse", "--show-toplevel"))

    def commit(self, revision: str) -> str:
        """The full hash of a branch, tag or abbreviated hash.

        Raises:
            GitError: there is no such commit.
        """
        return self._said("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")

    def dirty(self, paths: Sequence[Path]) -> bool:
        """Whether something at these places differs from the last commit, or is in none.

        Raises:
            GitError: one of them is outside of the repository.
        """
        return bool(self._said("status", "--porcelain", "--", *map(str, paths)))

    def text(self, commit: str, path: str) -> str | None:
        """A file as it was; None when it was not there.

        Args:
            path: below the top folder of the repository.

        Raises:
            GitError.
        """
        if not self._said("ls-tree", "--full-tree", commit, "--", path):
            return None
        return self._run(["show", f"{commit}:{path}"])

    def add_worktree(self, folder: Path, commit: str) -> None:
        """Check a commit out into a folder of its own, which must not be there yet.

        Raises:
            GitError.
        """
        self._run(["worktree", "add", "--quiet", "--detach", str(folder), commit])

    def remove_worktree(self, folder: Path) -> None:
        """Take it away again, with whatever was written into it.

        Raises:
            GitError.
        """
        self._run(["worktree", "remove", "--force", str(folder)])

    def prune_worktrees(self) -> None:
        """Forget worktrees whose folders are gone.

        Raises:
            GitError.
        """
        self._run(["worktree", "prune"])

    def _said(self, *arguments: str) -> str:
        return self._run(arguments).strip()

    def _run(self, arguments: Sequence[str]) -> str:
        # In a git hook these name the repository of the hook, whatever -C says.
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        try:
            done = subprocess.run(
                ["git", "-C", str(self.folder), *arguments],
                env=environment,
                capture_output=True,
                text=True,
                check=False,
                # Ctrl-C is ours to hear: a git that dies of it halfway would leave half a worktree.
                start_new_session=True,
            )
        except FileNotFoundError:
            raise GitError("git is not installed") from None
        if done.returncode:
            raise GitError(done.stderr.strip() or f"git {arguments[0]} ended with {done.returncode}")
        return done.stdout
