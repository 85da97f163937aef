"""`hypercell nat status`: what is said of a zone, and the exit code."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest
from botocore.exceptions import ClientError

from hypercell.egress.runtime.zone import Machine, Way
from ops.clients import NoCredentials
from ops.egress.status import Alarm, verdict
from tests.conftest import PROJECT
from tests.ops.egress.zones import BAD, NOW, UNKNOWN, seen, shard

HERE = ("status", "--region", "us-east-1", "--cell", "use1-a")


@pytest.mark.parametrize(
    ("zone", "code"),
    [
        (seen(shard(), cell="use1-a"), 0),
        (seen(shard(), cell="use1-a", instance=None), 0),
        (seen(shard(way=Way.GATEWAY), cell="use1-a"), 1),
        (seen(shard(way=Way.MISSING), cell="use1-a"), 1),
        (seen(shard(way=Way.FOREIGN), cell="use1-a"), 1),
        (seen(shard(manual=NOW + 5), cell="use1-a"), 1),
        (seen(shard(), cell="use1-a", instance=BAD), 1),
        (seen(shard(), cell="use1-a", gateway=BAD), 1),
        (seen(shard(), cell="use1-a", gateway_state="failed"), 1),
        (seen(shard(), cell="use1-a", machine=None), 1),
        (seen(shard(), cell="use1-a", machine=Machine("i-1", "Pending")), 1),
        (seen(shard(), cell="use1-a", unreadable=("rtb-9",)), 1),
        (seen(shard()), 1),  # five of the cells that stand have no table
        (seen(shard(), cell="use1-a", instance=UNKNOWN), 2),
        (seen(shard(), cell="use1-a", machine=None, faults=("describe group: slow down",)), 2),
        (seen(shard(way=Way.GATEWAY), cell="use1-a", faults=("describe alarms: slow down",)), 1),
    ],
)
def test_the_exit_code_says_well_wrong_or_not_looked_at(zone, code):
    assert verdict([zone], [], zone.faults, NOW) == code


def test_an_alarm_that_rings_is_not_well():
    assert verdict([seen(shard(), cell="use1-a")], [Alarm("x", NOW, "")], (), NOW) == 1


def test_all_well_is_said_and_ends_with_0(aws, nat):
    done = nat(*HERE)
    assert done.exit_code == 0, done.output
    assert "3 of 3 shards on the instance" in done.stdout
    assert "use1-a/use1-az4" in done.stdout
    assert "use1-b" not in done.stdout
    assert len(aws.probers.asked) == 6


def test_a_shard_on_the_gateway_is_explained(aws, nat):
    aws.lead("use1-a/use1-az1", "gateway")
    aws.mark("use1-a/use1-az1", reason="probe", hold="9999999999", failovers="1764000000")
    done = nat(*HERE, "--zone", "use1-az1")
    assert done.exit_code == 1
    (row,) = [line for line in done.stdout.splitlines() if "use1-a/use1-az1" in line]
    assert "gateway" in row
    assert "2025-11-24 16:00 UTC" in row
    assert "probe" in row
    assert "0 of 1 shards on the instance" in done.stdout


def test_only_the_instance_that_is_there_is_said_to_be_going(aws, nat):
    aws.lead("use1-a/use1-az1", "gateway")
    aws.lead("use1-b/use1-az1", "gateway")
    here = aws.instance("use1-az1")
    aws.mark("use1-a/use1-az1", reason="going", doomed=here)
    aws.mark("use1-b/use1-az1", reason="going", doomed="i-0")
    rows = {
        line.split("│")[1].strip(): line
        for line in nat("status", "--zone", "use1-az1").stdout.splitlines()
        if "│" in line
    }
    assert f"({here}" in rows["use1-a/use1-az1"]
    assert "(i-0" not in rows["use1-b/use1-az1"]


def test_programs_get_json_with_null_for_what_nobody_knows(aws, nat):
    aws.probers.answers["use1-az1", "gateway"] = RuntimeError
    done = nat(*HERE, "--zone", "use1-az1", "--no-probe", "--json")
    (zone,) = json.loads(done.stdout)["zones"]
    assert zone["instance"]["lifecycle"] == "InService"
    assert zone["instance"]["type"] == "c8gn.large"
    assert zone["probes"] == {"instance": None, "gateway": None}
    assert zone["shards"][0]["way"] == "instance"
    assert zone["shards"][0]["since"] is None
    assert aws.probers.asked == []


def test_a_prober_that_does_not_answer_is_unknown_and_not_down(aws, nat):
    gone = ClientError({"Error": {"Code": "ResourceNotFoundException", "Message": "no function"}}, "Invoke")
    aws.probers.answers["use1-az1", "instance"] = gone
    done = nat(*HERE, "--zone", "use1-az1", "--json")
    assert json.loads(done.stdout)["zones"][0]["probes"] == {"instance": "unknown", "gateway": "ok"}
    assert done.exit_code == 2


def test_alarms_of_egress_that_ring_are_shown_and_others_are_not(aws, nat):
    aws.alarm("skyline-use1-egress-AlarmsUse1Az1NoTick1A2B", "ALARM", "Egress of use1-az1: nobody has looked")
    aws.alarm("skyline-use1-egress-AlarmsUse1Az1Swaps1A2B", "OK", "Egress of use1-az1: it comes and goes")
    aws.alarm("skyline-use1-a-cell-Pending", "ALARM", "pods wait")
    done = nat(*HERE)
    assert done.exit_code == 1
    assert "nobody has looked" in done.stdout
    assert "comes and goes" not in done.stdout
    assert "pods wait" not in done.stdout
    assert "1 alarm" in done.stdout
    (ringing,) = json.loads(nat(*HERE, "--json").stdout)["alarms"]
    assert ringing["text"] == "Egress of use1-az1: nobody has looked"


def test_a_table_without_tags_and_a_cell_without_a_table_are_named(aws, nat):
    table = aws.tables["use1-b/use1-az1"]
    aws.ec2.delete_tags(Resources=[table], Tags=[{"Key": "nat:eni"}])
    done = nat("status", "--zone", "use1-az1")
    assert done.exit_code == 1
    assert f"use1-az1: {table} lacks its nat tags, and is left alone" in done.stdout
    assert "use1-az1: no route table of use1-b/use1-az1, use1-c/use1-az1" in done.stdout


def test_a_zone_in_which_no_cell_is_deployed_says_so(aws, nat):
    for table in aws.tables.values():
        aws.ec2.delete_route_table(RouteTableId=table)
    done = nat("status", "--zone", "use1-az1")
    assert done.exit_code == 1
    assert "use1-az1: no route table carries its tags: no cell is deployed there yet" in done.stdout


class Refuses:
    """A client of which one call is refused."""

    def __init__(self, client, call, code):
        self._client, self._call, self._code = client, call, code

    def _refuse(self, *_, **__):
        raise ClientError({"Error": {"Code": self._code, "Message": "no"}}, self._call)

    def get_paginator(self, operation):
        if operation == self._call:
            self._refuse()
        return self._client.get_paginator(operation)

    def __getattr__(self, name):
        return self._refuse if name == self._call else getattr(self._client, name)


@pytest.mark.parametrize("code", ["UnauthorizedOperation", "RequestLimitExceeded"])
def test_tables_that_cannot_be_read_are_one_line_and_2(aws, nat, code):
    aws.wrapped["ec2"] = lambda client: Refuses(client, "describe_route_tables", code)
    done = nat(*HERE, "--zone", "use1-az1")
    assert done.exit_code == 2
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("not looked at")]
    assert "use1-az1: describe route tables" in line
    assert code in line
    assert "0 of 0 shards on the instance, 1 zone not readable" in done.stdout


def test_alarms_that_cannot_be_read_leave_the_rest_to_see(aws, nat):
    aws.wrapped["cloudwatch"] = lambda client: Refuses(client, "describe_alarms", "AccessDenied")
    done = nat(*HERE, "--zone", "use1-az1")
    assert done.exit_code == 2
    assert "us-east-1: describe alarms" in done.stdout
    assert "1 of 1 shards on the instance" in done.stdout


def test_an_account_out_of_reach_is_not_well_by_silence(aws, nat, monkeypatch):
    within = aws.client_for

    def client_for(service, account, region):
        if region != "us-east-1":
            raise NoCredentials(f"credentials are for us; give --role, a role to take in {account}")
        return within(service, account, region)

    monkeypatch.setattr(aws, "client_for", client_for)
    done = nat("status", "--cell", "use1-a", "--no-probe")
    assert done.exit_code == 0
    done = nat("status", "--region", "eu-west-1")
    assert done.exit_code == 2
    assert "not looked at: credentials are for us; give --role, a role to take in 333333333333" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--zone", "use1-az9"), "--zone: 'use1-az9' is no zone here; one of use1-az1, use1-az2"),
        (("--blueprint", "blueprints/day-one"), "egress.path of every region: 'managed' has NAT gateways only"),
        (("--blueprint", "nowhere"), "nowhere/fleet.yaml: there is no such file"),
    ],
)
def test_what_cannot_be_meant_is_one_line_and_2(arguments, said):
    done = subprocess.run(
        [sys.executable, "-m", "ops.cli", "nat", "status", *arguments],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith(said)
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
