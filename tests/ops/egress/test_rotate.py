"""`hypercell nat rotate` in front of moto, whose groups replace an instance at once."""

from __future__ import annotations

import json

import pytest

from fleet import names
from ops.egress import rotating
from tests.ops.egress.region import REGION

ZONE = "use1-az1"
HERE = ("rotate", "--zone", ZONE)


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr(rotating, "PAUSE_SECONDS", 0.1)
    monkeypatch.setattr(rotating, "LOOK_SECONDS", 0.0)


@pytest.fixture
def newer(aws):
    """The group's launch template has got another image."""
    name = names.nat_group(REGION, ZONE)
    aws.ec2.create_launch_template_version(
        LaunchTemplateName=name,
        SourceVersion="1",
        LaunchTemplateData={"ImageId": "ami-1e749f67", "InstanceType": "c8gn.large"},
    )
    aws.autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=name, LaunchTemplate={"LaunchTemplateName": name, "Version": "2"}
    )


def ways(aws):
    return set(aws.ways(ZONE).values())


@pytest.mark.usefixtures("newer")
def test_without_yes_the_plan_is_shown_with_both_templates_and_nothing_changes(aws, nat):
    before = aws.instance(ZONE)
    done = nat(*HERE)
    assert done.exit_code == 0, done.output
    assert f"{before} ends (template 1, ami-12c6146b, c8gn.large)" in done.stdout
    assert "starts the next one (template 2, ami-1e749f67, c8gn.large)" in done.stdout
    assert done.stdout.endswith("nothing was changed: read-only without --yes\n")
    assert aws.instance(ZONE) == before
    assert ways(aws) == {"instance"}


@pytest.mark.usefixtures("newer")
def test_with_yes_the_instance_is_another_one_of_the_newer_template(aws, nat):
    before = aws.instance(ZONE)
    done = nat(*HERE, "--yes")
    assert done.exit_code == 0, done.output
    assert f"{before}: ends" in done.stdout
    assert f"{aws.instance(ZONE)} is InService, its probe says ok" in done.stdout
    assert "brings its cells back, one a minute" in done.stdout
    assert aws.instance(ZONE) != before
    assert ways(aws) == {"gateway"}
    assert aws.tags("use1-a/use1-az1")["nat:doomed"] == before
    assert {way for shard, way in aws.ways().items() if not shard.endswith(ZONE)} == {"instance"}
    # moto says of every instance that it is of the template's default version.
    aws.ec2.modify_launch_template(LaunchTemplateName=names.nat_group(REGION, ZONE), DefaultVersion="2")
    again = nat(*HERE, "--yes")
    assert (again.exit_code, again.stdout.splitlines()[-1]) == (0, "nothing to do")
    assert f"{aws.instance(ZONE)} is new (template 2" in again.stdout


def test_the_same_template_is_nothing_to_gain(aws, nat):
    before = aws.instance(ZONE)
    done = nat(*HERE, "--yes")
    assert done.exit_code == 0
    assert "nothing to gain" in done.stdout
    assert aws.instance(ZONE) == before
    assert nat(*HERE, "--yes", "--anyway").exit_code == 0
    assert aws.instance(ZONE) != before


@pytest.mark.usefixtures("newer")
def test_another_zone_on_the_gateway_is_refused_with_3_and_said_when_forced(aws, nat):
    aws.lead("use1-a/use1-az2", "gateway")
    done = nat(*HERE, "--yes")
    assert done.exit_code == 3
    assert "against it: use1-az2 has use1-a/use1-az2 on the gateway: one zone at a time" in done.stdout
    assert ways(aws) == {"instance"}
    forced = nat(*HERE, "--yes", "--force")
    assert forced.exit_code == 0
    assert "forced against: use1-az2 has use1-a/use1-az2 on the gateway" in forced.stdout
    assert aws.tags("use1-a/use1-az1")["nat:reason"].endswith("- forced - rotation")


@pytest.mark.usefixtures("newer")
def test_a_red_gateway_keeps_the_instance(aws, nat):
    before = aws.instance(ZONE)
    aws.probers.answers[ZONE, "gateway"] = False
    assert nat(*HERE, "--yes").exit_code == 3
    assert aws.instance(ZONE) == before
    assert ways(aws) == {"instance"}


@pytest.mark.usefixtures("newer")
def test_a_next_instance_that_does_not_carry_ends_with_1_when_the_wait_is_over(aws, nat):
    aws.probers.answers[ZONE, "instance"] = False
    done = nat(*HERE, "--yes", "--wait", "1s")
    assert done.exit_code == 1
    assert "its probe says bad. Its cells are on the gateway, so nothing is lost" in done.stdout
    assert ways(aws) == {"gateway"}
    aws.probers.answers.clear()


@pytest.mark.usefixtures("newer")
def test_programs_get_the_plan_and_what_else_happens(aws, nat):
    said = json.loads(nat(*HERE, "--json").stdout)
    assert said["more"] == f"end {aws.instance(ZONE)}"
    assert said["said"] == "nothing was changed: read-only without --yes"


def test_a_group_that_is_not_there_is_one_line_and_2(aws, nat):
    aws.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=names.nat_group(REGION, ZONE), ForceDelete=True)
    done = nat(*HERE, "--yes")
    assert done.exit_code == 2
    assert done.stderr == "use1-az1: there is no auto scaling group skyline-use1-az1-nat: deploy the egress stack\n"
    assert ways(aws) == {"instance"}


def test_a_zone_must_be_named_and_known(aws, nat):
    assert nat("rotate").exit_code == 2
    done = nat("rotate", "--zone", "use1")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("--zone: 'use1' is no zone here; one of use1-az1")
    done = nat("rotate", "--zone", ZONE, "--region", "us-west-2", "--yes")
    assert done.exit_code == 2
    assert done.stderr.startswith("--zone: 'use1-az1' is no zone here; one of usw2-az1")
    assert ways(aws) == {"instance"}
