"""One side of a comparison from git: the commit's own code, run beside, and nothing of it left."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from ops.diff import environment
from ops.diff.folder import read
from ops.diff.revision import find, working_tree
from ops.promotion.image import Unusable
from ops.stored import opened
from ops.synthesis import Code
from tests.ops.diff import toy

PROJECT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "hypercell"


@pytest.fixture
def project(tmp_path) -> Path:
    """A repository with two commits, `first` and `second` by what their code says."""
    folder = toy.repository(tmp_path / "project", "first")
    toy.git(folder, "tag", "before")
    toy.project(folder, "second")
    toy.commit(folder)
    return folder


@pytest.fixture
def scratch(tmp_path) -> Path:
    (tmp_path / "scratch").mkdir()
    return tmp_path / "scratch"


def assembly(project: Path, scratch: Path, name: str = "before") -> Path:
    revision = find(name, project)
    assert revision is not None
    return revision.assembly(project / "blueprints/toy", scratch, step=lambda *_: None)


def worktrees(project: Path) -> list[str]:
    return [line for line in toy.git(project, "worktree", "list").splitlines() if not line.startswith(f"{project} ")]


def template(folder: Path):
    return read(folder).stacks["toy-edge"].template


def test_a_commit_is_synthesized_by_its_own_code_from_its_own_files(project, scratch):
    (project / "blueprints/toy/fleet.yaml").write_text("fleet: toy # edited since\n")
    before = template(assembly(project, scratch))
    assert before["Description"] == "first"
    assert before["Metadata"]["said"] == "fleet: toy\n"
    assert template(assembly(project, scratch, "main"))["Description"] == "second"


def test_nothing_of_this_projects_own_code_can_be_imported_there(project, scratch):
    """`ops` and others stand on the path of every Python here, by the editable installation: the toy has none."""
    assert template(assembly(project, scratch))["Metadata"]["borrowed"] == []


def test_the_worktree_is_gone_afterwards(project, scratch):
    assembly(project, scratch)
    assert worktrees(project) == []
    assert not list(scratch.glob("tree-*"))


def test_the_assembly_says_which_commit_it_is_of(project, scratch):
    stored = opened(assembly(project, scratch))
    assert (stored.revision, stored.dirty) == (toy.git(project, "rev-parse", "before"), False)


def test_people_see_the_name_and_the_commit(project):
    commit = toy.git(project, "rev-parse", "before")
    named, plain = find("before", project), find(commit[:9], project)
    assert named is not None
    assert plain is not None
    assert (named.origin, plain.origin) == (f"before ({commit[:7]})", commit[:7])


def test_the_working_tree_is_synthesized_as_it_is(project, scratch):
    toy.project(project, "third")
    code = Code(folder=project, environment={"PYTHONPATH": str(project)})
    folder = working_tree(project / "blueprints/toy", scratch, step=lambda *_: None, code=code)
    assert template(folder)["Description"] == "third"
    assert opened(folder).dirty


def test_a_second_comparison_takes_what_the_first_kept(project, scratch, cache):
    first = assembly(project, scratch)
    assert first.parent == cache / "assemblies"
    began = (first / "assembly.json").stat().st_mtime_ns
    assert assembly(project, scratch) == first
    assert (first / "assembly.json").stat().st_mtime_ns == began


def test_what_was_kept_and_is_damaged_is_made_again(project, scratch, cache):
    kept = assembly(project, scratch)
    (kept / "cdk.out/toy-edge.template.json").write_text("{}")
    again = scratch / "again"
    again.mkdir()
    assert template(assembly(project, again))["Description"] == "first"


def test_only_the_newest_are_kept(project, tmp_path, cache):
    for number in range(10):
        toy.project(project, f"word {number}")
        toy.commit(project)
        (tmp_path / f"scratch-{number}").mkdir()
        newest = assembly(project, tmp_path / f"scratch-{number}", "HEAD")
    kept = list((cache / "assemblies").iterdir())
    assert len(kept) == 8
    assert newest in kept


def test_a_cache_that_cannot_be_written_is_done_without(project, scratch, cache):
    cache.parent.mkdir(parents=True)
    cache.write_text("")
    assert template(assembly(project, scratch))["Description"] == "first"


def test_what_the_code_of_now_had_to_say_about_an_old_commit_is_not_kept(project, scratch, cache):
    app = project / "app.py"
    app.write_text(app.read_text() + '(out / "fleet-record.json").unlink()\n')
    shutil.copytree(PROJECT / "blueprints/day-one", project / "blueprints/toy", dirs_exist_ok=True)
    toy.commit(project)
    made = assembly(project, scratch, "HEAD")
    assert not opened(made).own_record
    assert not list(cache.rglob("assembly.json"))


def refusal(project: Path, scratch: Path, name: str = "HEAD") -> str:
    with pytest.raises(Unusable) as refused:
        assembly(project, scratch, name)
    assert worktrees(project) == []
    return str(refused.value)


def test_a_commit_that_does_not_synthesize_says_what_to_compare_with(project, scratch):
    (project / "blueprints/toy/fleet.yaml").write_text("broken")
    commit = toy.commit(project)
    assert refusal(project, scratch) == (
        f"HEAD ({commit[:7]}) does not synthesize (any more):\n"
        "blueprints/toy/fleet.yaml:1: is broken\n"
        "Compare with a revision that does, with what `hypercell synth --out` stored of it, or with deployed"
    )


def test_a_commit_without_the_fleet_is_refused(project, scratch):
    shutil.rmtree(project / "blueprints")
    toy.commit(project)
    assert "has no blueprints/toy/fleet.yaml: it is from before this fleet, or of another one" in (
        refusal(project, scratch)
    )


def test_files_outside_of_the_repository_are_in_no_commit(project, scratch, tmp_path):
    (tmp_path / "fleet").mkdir()
    revision = find("HEAD", project)
    assert revision is not None
    with pytest.raises(Unusable, match=r"is not in .*, so no commit there has its files; store assemblies of it with"):
        revision.assembly(tmp_path / "fleet", scratch, step=lambda *_: None)


def test_a_name_of_no_commit_is_none(project):
    assert find("nowhere", project) is None
    assert find("--all", project) is None


def test_without_a_repository_there_are_no_commits(tmp_path):
    with pytest.raises(Unusable, match=r"main may be a commit, but .* is in no repository"):
        find("main", toy.project(tmp_path / "archive"))


def other_lock(project: Path) -> str:
    """Commit another lock, and go on with ours; the commit."""
    (project / "requirements.lock").write_text("# other\n")
    commit = toy.commit(project)
    (project / "requirements.lock").write_text("")
    return commit


def test_packages_of_another_lock_are_wanted_by_the_command_that_brings_them(project, scratch, cache):
    commit = other_lock(project)
    folder = environment.folder("# other\n")
    assert folder.parent == cache / "environments"
    assert refusal(project, scratch) == (
        f"{commit[:12]} wants other packages: its requirements.lock is not the one of this checkout, and there is no "
        f"environment for it in {folder}; make it, once, with\n  make environment REVISION={commit[:12]}"
    )


def test_an_environment_that_is_there_is_used(project, scratch, tmp_path):
    other_lock(project)
    folder = environment.folder("# other\n")
    (folder / "bin").mkdir(parents=True)
    python = folder / "bin/python"
    python.write_text(f'#!/bin/sh\necho "$0" >> {tmp_path}/used\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    assert "there is no environment for it" in refusal(project, scratch)  # not complete
    (folder / ".ready").write_text("")
    assert template(assembly(project, scratch, "HEAD"))["Description"] == "second"
    assert (tmp_path / "used").read_text() == f"{python}\n"


@pytest.mark.skipif(shutil.which("make") is None, reason="wants make")
def test_the_command_makes_the_environment_that_is_looked_for(project, scratch):
    commit = other_lock(project)
    shutil.copy(PROJECT / "Makefile", project)
    (project / ".venv").symlink_to(Path(sys.prefix))
    command = ["make", "-o", "setup", "environment", f"REVISION={commit[:12]}", f"PYTHON={sys.executable}"]
    # As from a shell: inside of a make of its own it tells of folders that it enters and leaves.
    shell = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS")}
    done = subprocess.run(command, cwd=project, env=shell, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    folder = environment.folder("# other\n")
    assert done.stdout.splitlines()[-1] == str(folder)
    assert environment.python("# other\n", "", commit=commit) == str(folder / "bin/python")
    assert template(assembly(project, scratch, "HEAD"))["Description"] == "second"


@pytest.mark.whole
@pytest.mark.skipif(not (PROJECT / ".git").exists(), reason="wants the project's own repository")
def test_of_the_project_itself_a_commit_is_synthesized_by_its_own_parts(scratch, tmp_path):
    clone = tmp_path / "clone"
    toy.git(PROJECT, "clone", "--quiet", "--shared", str(PROJECT), str(clone))
    part = clone / "constructs/hypercell/network/access.py"
    assert part.read_text().count("Operators on their way") == 1
    part.write_text(part.read_text().replace("Operators on their way", "Wanderers on their way"))
    (clone / "requirements.lock").write_bytes((PROJECT / "requirements.lock").read_bytes())
    toy.commit(clone)
    revision = find("HEAD", clone)
    assert revision is not None
    folder = revision.assembly(clone / "blueprints/day-one", scratch, step=lambda *_: None)
    written = (folder / "cdk.out/skyline-use1-network.template.json").read_text()
    assert "Wanderers on their way" in written
    assert "Operators on their way" not in written
    assert worktrees(clone) == []


SLOW = """
import sys
from pathlib import Path
from ops.diff.revision import find
from ops.standing import run

project, scratch = map(Path, sys.argv[1:])
sys.exit(run(lambda: find("main", project).assembly(project / "blueprints/toy", scratch, step=lambda *_: None)))
"""


def test_a_git_that_is_interrupted_while_it_checks_out_leaves_no_entry(project, scratch, tmp_path):
    """While it writes files git locks the entry, and would not even prune it."""
    (project / ".gitattributes").write_text("word.py filter=slow\n")
    toy.git(project, "config", "filter.slow.smudge", f"touch {tmp_path}/checking-out; sleep 1; cat")
    toy.commit(project)
    command = [sys.executable, "-c", SLOW, str(project), str(scratch)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ), cwd=PROJECT)
    while not (tmp_path / "checking-out").exists():
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.002)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert worktrees(project) == []
    assert not list(scratch.iterdir())


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["tree-*", "tree-*/began"])
def test_an_interrupted_comparison_leaves_no_worktree(project, scratch, ending, moment):
    (project / "app.py").write_text("import time, pathlib\npathlib.Path('began').touch()\ntime.sleep(60)\n")
    toy.commit(project)
    command = [sys.executable, "-c", SLOW, str(project), str(scratch)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=dict(os.environ), cwd=PROJECT)
    while not list(scratch.glob(moment)):
        assert process.poll() is None, process.communicate()[1]
        time.sleep(0.002)
    process.send_signal(ending)
    _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert said == "interrupted; nothing is left behind\n"
    assert worktrees(project) == []
    assert {path.name for path in scratch.iterdir()} <= {"site"}
