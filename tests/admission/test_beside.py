"""The second process answers, or is gone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from admission.beside import beside


def double(number: int) -> tuple[int, int]:
    return os.getpid(), number * 2


def fail(_: int) -> None:
    os._exit(3)


def linger(file: Path) -> None:
    file.write_text(str(os.getpid()))
    time.sleep(600)


def test_it_works_in_a_process_of_its_own() -> None:
    with beside(double, 21) as answer:
        process, number = answer()
    assert number == 42
    assert process != os.getpid()


def test_one_that_ends_without_a_word_is_an_error() -> None:
    with pytest.raises(RuntimeError, match="ended without an answer"), beside(fail, 1) as answer:
        answer()


def test_it_ends_with_the_block_whatever_ended_that(tmp_path: Path) -> None:
    file = tmp_path / "pid"

    def leave() -> None:
        with beside(linger, file):
            while not file.exists() or not file.read_text():
                time.sleep(0.01)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        leave()
    with pytest.raises(ProcessLookupError):
        os.kill(int(file.read_text()), 0)
