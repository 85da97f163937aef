"""What AWS tells the egress controller of: events as EventBridge delivers them, against the rules of the template."""

import pytest
from moto.events.models import EventPattern

from fleet import names
from tests.stacks.ways_out import function_id, functions, of_type, regions, written


@pytest.fixture
def home(synthesized, fleet):
    """us-east-1 and its template."""
    return regions(synthesized, fleet)[0]


def happened(source, kind, **detail):
    """An event as EventBridge delivers it."""
    return {
        "version": "0",
        "id": "12345678-1234-1234-1234-123456789012",
        "detail-type": kind,
        "source": source,
        "account": "333333333331",
        "time": "2026-11-25T10:00:00Z",
        "region": "us-east-1",
        "resources": [],
        "detail": detail,
    }


def hook(group, kind="EC2 Instance-terminate Lifecycle Action"):
    return happened(
        "aws.autoscaling",
        kind,
        LifecycleActionToken="87654321-4321-4321-4321-210987654321",
        AutoScalingGroupName=group,
        LifecycleHookName="terminating",
        EC2InstanceId="i-0123456789abcdef0",
        LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
    )


def state(name):
    kind = "EC2 Instance State-change Notification"
    return happened("aws.ec2", kind, **{"instance-id": "i-0123456789abcdef0", "state": name})


def health(service="EC2", category="scheduledChange"):
    return happened(
        "aws.health",
        "AWS Health Event",
        service=service,
        eventTypeCode="AWS_EC2_INSTANCE_RETIREMENT_SCHEDULED",
        eventTypeCategory=category,
        eventScopeCode="ACCOUNT_SPECIFIC",
        affectedEntities=[{"entityValue": "i-0123456789abcdef0"}],
    )


def alarm(name, value="ALARM"):
    return happened(
        "aws.cloudwatch",
        "CloudWatch Alarm State Change",
        alarmName=name,
        state={"value": value, "reason": "Threshold Crossed", "timestamp": "2026-11-25T10:00:00.000+0000"},
        previousState={"value": "OK"},
        configuration={"metrics": []},
    )


SPOT = happened(
    "aws.ec2",
    "EC2 Spot Instance Interruption Warning",
    **{"instance-id": "i-0123456789abcdef0", "instance-action": "terminate"},
)


def heard(template, event):
    """How many rules hand an event to the controller."""
    rules = of_type(template, "AWS::Events::Rule").values()
    return sum(EventPattern(None, rule["EventPattern"]).matches_event(event) for rule in rules)


@pytest.mark.parametrize(
    ("event", "times"),
    [
        (hook("skyline-use1-az1-nat"), 1),
        (hook("skyline-use1-az4-nat"), 1),
        (hook("skyline-use1-access"), 0),
        (hook("skyline-use1-az1-nat", "EC2 Instance-launch Lifecycle Action"), 0),
        (state("stopping"), 1),
        (state("shutting-down"), 1),
        (state("stopped"), 1),
        (state("terminated"), 1),
        (state("running"), 0),
        (state("pending"), 0),
        (SPOT, 1),
        (happened("aws.ec2", "EC2 Instance Rebalance Recommendation", **{"instance-id": "i-1"}), 0),
        (health(), 1),
        (health(category="accountNotification"), 0),
        (health(service="RDS"), 0),
        (alarm("skyline-use1-az2-nat-allowance-exceeded"), 1),
        (alarm("skyline-use1-az2-nat-insert-failed"), 1),
        (alarm("skyline-use1-az2-nat-insert-failed", "OK"), 0),
        (alarm("skyline-use1-a"), 0),
    ],
)
def test_the_controller_hears_of_what_concerns_its_instances(home, event, times):
    assert heard(home[1], event) == times


def test_a_fleet_that_only_wants_to_be_called_moves_nothing_when_an_instance_is_full(tmp_path):
    _region, template = written(tmp_path, saturation="alarm")
    assert heard(template, alarm("skyline-use1-az1-nat-allowance-exceeded")) == 0
    assert heard(template, hook("skyline-use1-az1-nat")) == 1
    told = {f["Environment"]["Variables"].get("SATURATION") for f in functions(template).values()}
    assert told == {"alarm", None}


def test_every_rule_may_call_the_events_function_and_nobody_else_may(home):
    region, template = home
    arn = {"Fn::GetAtt": [function_id(template, names.nat_events(region)), "Arn"]}
    rules = of_type(template, "AWS::Events::Rule")
    for rule in rules.values():
        (target,) = rule["Targets"]
        assert target["Arn"] == arn
        assert target["RetryPolicy"] == {"MaximumEventAgeInSeconds": 120, "MaximumRetryAttempts": 2}
    permissions = list(of_type(template, "AWS::Lambda::Permission").values())
    assert {p["SourceArn"]["Fn::GetAtt"][0] for p in permissions} == rules.keys()
    assert all((p["FunctionName"], p["Principal"]) == (arn, "events.amazonaws.com") for p in permissions)
