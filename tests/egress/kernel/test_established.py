"""Connections that are open when a way out changes, or that nobody used for long: told at once, never left to hang."""

from __future__ import annotations

import time

import pytest

OTHER = {"instance": "gateway", "gateway": "instance"}


@pytest.mark.parametrize("path", OTHER)
def test_a_connection_from_before_a_swap_is_told_to_start_anew(lab, shard, path):
    lab.network.move(OTHER[path])
    number = lab.call(shard)["number"]
    assert lab.caller(shard).ask("speak", number=number)["heard"] == "echo"
    lab.network.move(path)
    assert lab.caller(shard).ask("speak", number=number)["heard"] == "reset"


def test_a_swap_of_one_cell_leaves_the_connections_of_the_other_alone(lab, shard, zone):
    other = next(one for one in zone.cells if one != shard)
    number = lab.call(other)["number"]
    lab.network.move("instance", [shard])
    assert lab.caller(other).ask("speak", number=number)["heard"] == "echo"


def test_a_connection_survives_being_swapped_away_and_back_while_it_was_silent(lab, shard):
    lab.network.move("instance")
    number = lab.call(shard)["number"]
    lab.network.move("gateway")
    lab.network.move("instance")
    assert lab.caller(shard).ask("speak", number=number)["heard"] == "echo"


@pytest.mark.parametrize("path", OTHER)
def test_a_connection_that_idled_too_long_is_told_to_start_anew(lab, shard, path):
    lab.network.move(path)
    lab.network.forget_after(path, 1)
    number = lab.call(shard)["number"]
    time.sleep(2)
    assert lab.caller(shard).ask("speak", number=number)["heard"] == "reset"
    assert "number" in lab.call(shard)


def test_a_connection_of_an_instance_that_was_replaced_is_told_to_start_anew(lab, shard):
    lab.network.move("instance")
    number = lab.call(shard)["number"]
    lab.network.boot_instance()
    assert lab.caller(shard).ask("speak", number=number)["heard"] == "reset"
