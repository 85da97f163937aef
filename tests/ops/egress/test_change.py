"""`hypercell nat failover | failback | freeze`: read-only by default, a plan before every change, honest exit codes."""

from __future__ import annotations

import getpass
import json

import pytest
from botocore.exceptions import ClientError

from ops import asking

ZONE = ("--zone", "use1-az1")
HERE = {"use1-a/use1-az1": "instance", "use1-b/use1-az1": "instance"}
AWAY = dict.fromkeys(HERE, "gateway")


@pytest.fixture
def terminal(monkeypatch):
    """Somebody sits there."""
    monkeypatch.setattr(asking, "at_a_terminal", lambda: True)


def test_without_yes_and_without_a_terminal_the_plan_is_shown_and_nothing_changes(aws, nat):
    done = nat("failover", *ZONE)
    assert done.exit_code == 0
    assert "moves, and stays until" in done.stdout
    assert done.stdout.endswith("nothing was changed: read-only without --yes\n")
    assert aws.ways("use1-az1") == HERE
    assert "nat:hold" not in aws.tags("use1-a/use1-az1")


def test_with_yes_only_the_named_zone_moves(aws, nat):
    done = nat("failover", *ZONE, "--for", "30m", "--yes")
    assert done.exit_code == 0, done.output
    assert "2 of 2 done" in done.stdout
    assert aws.ways("use1-az1") == AWAY
    assert set(aws.ways("use1-az2").values()) == {"instance"}
    assert aws.tags("use1-a/use1-az1")["nat:reason"] == f"by hand: {getpass.getuser()}"


def test_only_the_named_cell_moves(aws, nat):
    assert nat("failover", "--cell", "use1-a", "--yes").exit_code == 0
    moved = {shard for shard, way in aws.ways().items() if way == "gateway"}
    assert moved == {"use1-a/use1-az1", "use1-a/use1-az2", "use1-a/use1-az4"}


def test_there_and_back_ends_where_it_began(aws, nat):
    nat("failover", *ZONE, "--yes")
    done = nat("failback", *ZONE, "--yes")
    assert done.exit_code == 0, done.output
    assert aws.ways("use1-az1") == HERE
    assert aws.tags("use1-a/use1-az1")["nat:hold"] == "0"
    again = nat("failback", *ZONE, "--yes")
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "nothing to do")


@pytest.mark.usefixtures("terminal")
@pytest.mark.parametrize(("typed", "ways"), [("y\n", AWAY), ("n\n", HERE), ("\n", HERE)])
def test_at_a_terminal_somebody_is_asked(aws, nat, typed, ways):
    done = nat("failover", *ZONE, typed=typed)
    assert "Change 2 shards? [y/N]" in done.stdout
    assert done.exit_code == 0
    assert aws.ways("use1-az1") == ways


@pytest.mark.usefixtures("terminal")
def test_whoever_gives_up_at_the_question_changes_nothing(aws, nat):
    done = nat("failover", *ZONE, typed="")
    assert done.exit_code == 130
    assert "interrupted after 0 of 2 shards" in done.stdout
    assert aws.ways("use1-az1") == HERE


def test_a_red_gateway_is_refused_with_3(aws, nat):
    aws.probers.answers["use1-az1", "gateway"] = [True, True, False]
    done = nat("failover", *ZONE, "--yes")
    assert done.exit_code == 3
    assert "against it: use1-az1: its gateway is not proven: the probe said ok, ok, bad" in done.stdout
    assert "refused: nothing was changed (--force overrules it)" in done.stdout
    assert aws.ways("use1-az1") == HERE


def test_a_red_gateway_that_is_forced_is_said_in_plan_and_tag(aws, nat):
    aws.probers.answers["use1-az1", "gateway"] = False
    done = nat("failover", *ZONE, "--yes", "--force")
    assert done.exit_code == 0
    assert "forced against: use1-az1: its gateway is not proven" in done.stdout
    assert aws.ways("use1-az1") == AWAY
    assert aws.tags("use1-a/use1-az1")["nat:reason"].endswith("- forced")


def test_a_red_instance_gets_nothing_back(aws, nat):
    nat("failover", *ZONE, "--yes")
    aws.probers.answers["use1-az1", "instance"] = False
    done = nat("failback", *ZONE, "--yes")
    assert done.exit_code == 3
    assert "its instance is not proven: the probe said bad, bad, bad" in done.stdout
    assert aws.ways("use1-az1") == AWAY


def test_a_full_instance_gets_nothing_back(aws, nat):
    nat("failover", *ZONE, "--yes")
    aws.alarm("skyline-use1-az1-nat-insert-failed", "ALARM")
    done = nat("failback", *ZONE, "--yes")
    assert done.exit_code == 3
    assert "use1-az1: its instance is full, an alarm says" in done.stdout


class ThrottledOnce:
    """EC2 that refuses the second route."""

    def __init__(self, client):
        self._client, self._calls = client, 0

    def replace_route(self, **asked):
        self._calls += 1
        if self._calls > 1:
            raise ClientError({"Error": {"Code": "RequestLimitExceeded", "Message": "slow down"}}, "ReplaceRoute")
        return self._client.replace_route(**asked)

    def __getattr__(self, name):
        return getattr(self._client, name)


def test_a_partial_failover_ends_with_1_and_the_same_command_finishes_it(aws, nat):
    aws.wrapped["ec2"] = ThrottledOnce
    done = nat("failover", *ZONE, "--yes")
    assert done.exit_code == 1
    assert "use1-a/use1-az1: done" in done.stdout
    assert "use1-b/use1-az1: still leads to the instance" in done.stdout
    assert "1 of 2 done; run it again: what is done is not done twice" in done.stdout
    aws.wrapped = {}
    done = nat("failover", *ZONE, "--yes")
    assert done.exit_code == 0
    assert aws.ways("use1-az1") == AWAY
    assert len(aws.tags("use1-a/use1-az1")["nat:failovers"].split()) == 1


def test_programs_are_never_asked_and_get_plan_and_outcome(aws, nat):
    planned = json.loads(nat("failover", *ZONE, "--json").stdout)
    assert planned["said"] == "nothing was changed: read-only without --yes"
    assert [line["acts"] for line in planned["plan"]] == [True, True]
    assert planned["outcomes"] == []
    acted = json.loads(nat("failover", *ZONE, "--json", "--yes").stdout)
    assert [one["done"] for one in acted["outcomes"]] == [True, True]


def test_freeze_and_off(aws, nat):
    done = nat("freeze", *ZONE, "--for", "2h", "--yes")
    assert done.exit_code == 0
    assert "no failover, no shedding, no way back" in done.stdout
    assert float(aws.tags("use1-a/use1-az1")["nat:manual"]) > 0
    assert "nothing, frozen until" in nat("status", *ZONE).stdout
    stays = nat("failover", *ZONE, "--yes")
    assert (stays.exit_code, stays.stdout.splitlines()[-1]) == (0, "nothing to do")
    assert nat("freeze", *ZONE, "--off", "--yes").exit_code == 0
    assert aws.tags("use1-a/use1-az1")["nat:manual"] == "0"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("failover",), "say which: --region, --zone or --cell"),
        (("failback",), "say which: --region, --zone or --cell"),
        (("freeze", "--for", "1h"), "say which: --region, --zone or --cell"),
        (("freeze", *ZONE), "say for how long: --for 2h; or --off"),
        (("freeze", *ZONE, "--off", "--for", "1h"), "say for how long: --for 2h; or --off"),
        (("failover", *ZONE, "--for", "soon"), "--for: 'soon' is not a duration; write it like 30m or 2h"),
        (("failover", *ZONE, "--for", "0s"), "--for: '0s' is no time at all; write it like 30m or 2h"),
        (("failover", *ZONE, "--for", "1d"), "--for: 24 h is more than 6 h"),
        (("failover", "--zone", "nowhere"), "--zone: 'nowhere' is no zone here"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_2(aws, nat, arguments, said):
    done = nat(*arguments)
    assert done.exit_code == 2
    assert done.stderr.startswith(said)
    assert done.stdout == ""


def test_a_zone_that_cannot_be_read_is_not_changed(aws, nat):
    class Dark:
        def __init__(self, client):
            self._client = client

        def get_paginator(self, _):
            raise ClientError({"Error": {"Code": "UnauthorizedOperation", "Message": "no"}}, "DescribeRouteTables")

        def __getattr__(self, name):
            return getattr(self._client, name)

    aws.wrapped["ec2"] = Dark
    done = nat("failover", *ZONE, "--yes")
    assert done.exit_code == 2
    assert done.stderr.startswith("cannot be read, so nothing is changed: use1-az1: describe route tables")
    assert "UnauthorizedOperation" in done.stderr
    assert len(done.stderr.splitlines()) == 1
