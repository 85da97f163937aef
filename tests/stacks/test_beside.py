"""A process beside a synthesis. jsii runs in this one, so each story is told in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).parents[2]
FRAME = """
import os, sys
from pathlib import Path
from stacks.beside import Beside, Failed

def prepare():
    Path(sys.argv[1], "prepared").write_text(str(os.getpid()))
    def act(order):
        Path(sys.argv[1], "acted").write_text(order)
        if order == "fail":
            raise Failed("the disk is full")
        return f"{order} by {os.getpid()}" if order != "break" else order / 2
    return act

with Beside(prepare) as other:
"""


def told(folder: Path, story: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", FRAME + "\n".join(f"    {line}" for line in story.splitlines()), str(folder)],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_prepares_at_once_and_acts_when_told_in_a_process_of_its_own(tmp_path):
    done = told(tmp_path, "other.order('write')\nprint(os.getpid(), other.answer())")
    ours, _, _, theirs = done.stdout.split()
    assert ours != theirs
    assert (tmp_path / "prepared").read_text() == theirs
    assert (tmp_path / "acted").read_text() == "write"


def test_without_an_order_it_ends_and_has_done_nothing(tmp_path):
    done = told(tmp_path, "print('no order')")
    assert (done.returncode, done.stdout, done.stderr) == (0, "no order\n", "")
    assert not (tmp_path / "acted").exists()


def test_what_a_user_can_change_is_one_sentence(tmp_path):
    story = "other.order('fail')\ntry:\n    other.answer()\nexcept Failed as error:\n    print(error)"
    assert told(tmp_path, story).stdout == "the disk is full\n"


def test_a_mistake_of_ours_shows_where_it_was_made(tmp_path):
    broken = told(tmp_path, "other.order('break')\nother.answer()")
    assert broken.returncode == 1
    assert "unsupported operand type(s) for /: 'str' and 'int'" in broken.stderr
    assert "in act" in broken.stderr


def test_several_beside_each_other_hear_their_own_orders(tmp_path):
    story = """
from contextlib import ExitStack
with ExitStack() as stack:
    first, second = stack.enter_context(Beside(prepare)), stack.enter_context(Beside(prepare))
    first.order("one")
    print(first.answer().split()[0])
    second.order("two")
    print(second.answer().split()[0])
"""
    done = told(tmp_path, story)
    assert (done.stdout, done.stderr) == ("one\ntwo\n", "")
