"""What the functions of egress may do: what their code calls, on what is the fleet's own, and nothing else."""

import re
from fnmatch import fnmatchcase
from pathlib import Path

import boto3
import pytest

from fleet import names
from hypercell.egress import runtime
from hypercell.egress.runtime import marks
from hypercell.guards import boundary
from tests.stacks.ways_out import functions, of_type, probers, regions

STATE = [marks.HOLD, marks.REASON, marks.FAILOVERS, marks.DOOMED, marks.PROOF, marks.BACK, marks.MANUAL, marks.REPLACED]
STATIC = ["nat:az", "nat:eni", "nat:gateway", "nat:shard"]


@pytest.fixture
def home(synthesized, fleet):
    """us-east-1 and its template."""
    return regions(synthesized, fleet)[0]


def statements(template, name):
    """Statements of a function's role, by what they are called."""
    role = template["Resources"][functions(template)[name]["Role"]["Fn::GetAtt"][0]]["Properties"]
    assert "ManagedPolicyArns" not in role
    return {s["Sid"]: s for policy in role["Policies"] for s in policy["PolicyDocument"]["Statement"]}


def listed(value):
    return [value] if isinstance(value, str) else value


def allowed(found):
    return {action for s in found.values() if s["Effect"] == "Allow" for action in listed(s["Action"])}


def called():
    """Actions of the API calls that stand in the code."""
    text = "\n".join(file.read_text() for file in Path(runtime.__file__).parent.glob("*.py"))
    words = set(re.findall(r"\b[a-z]+(?:_[a-z]+)+\b|\binvoke(?=\()", text))
    found = set()
    for service in ("ec2", "autoscaling", "cloudwatch", "lambda"):
        client = boto3.client(service, region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
        calls = client.meta.method_to_api_mapping
        found |= {f"{service}:{calls[word]}" for word in words & calls.keys()}
    return {action.replace("lambda:Invoke", "lambda:InvokeFunction") for action in found}


def test_the_controller_may_do_what_its_code_calls_and_nothing_else(home):
    region, template = home
    for name in (names.nat_ticks(region), names.nat_events(region)):
        assert allowed(statements(template, name)) == {*called(), "logs:CreateLogStream", "logs:PutLogEvents"}


def test_whatever_changes_something_names_it(home):
    region, template = home
    for statement in statements(template, names.nat_ticks(region)).values():
        if "*" in listed(statement["Resource"]):
            assert all(re.match(r"\w+:(Describe|Get)", action) for action in listed(statement["Action"]))


def test_the_controller_moves_the_routes_of_this_fleets_cells_and_of_no_other_table(home, fleet):
    region, template = home
    move = statements(template, names.nat_ticks(region))["MoveRoutes"]
    assert move["Resource"] == names.arn(region, "ec2", "route-table/*")
    assert move["Condition"].keys() == {"StringEquals", "StringLike"}
    assert move["Condition"]["StringEquals"] == {"aws:ResourceTag/fleet:name": fleet.name}
    ((key, pattern),) = move["Condition"]["StringLike"].items()
    assert key == "aws:ResourceTag/nat:shard"
    for cell in fleet.cells:
        for zone in cell.region.zones:
            assert fnmatchcase(names.nat_shard(cell, zone), pattern) is (cell.region is region)


def test_tables_of_cells_carry_the_tags_that_the_controller_is_bound_to(synthesized, fleet):
    for cell in fleet.cells[:2]:
        template = synthesized("cell")[names.stack(fleet, cell.region.code, cell.key, "cell")]
        shards = {
            tag["Value"]
            for table in of_type(template, "AWS::EC2::RouteTable").values()
            for tag in table["Tags"]
            if tag["Key"] == "nat:shard"
        }
        assert shards == {names.nat_shard(cell, zone) for zone in cell.region.zones}


@pytest.mark.parametrize(
    ("keys", "may"),
    [
        *(([key], True) for key in STATE),
        (STATE, True),
        *(([key], False) for key in STATIC),
        ([marks.HOLD, "nat:shard"], False),
        (["fleet:name"], False),
        ([marks.HOLD, "Name"], False),
        ([], False),
    ],
    ids=str,
)
def test_the_controller_writes_its_marks_and_not_what_cells_say_of_themselves(home, keys, may):
    region, template = home
    found = statements(template, names.nat_ticks(region))
    conditions = found["MarkTables"]["Condition"]
    own = {k: v for k, v in conditions.items() if k in ("StringEquals", "StringLike")}
    assert own == found["MoveRoutes"]["Condition"]
    like = listed(conditions["ForAllValues:StringLike"]["aws:TagKeys"])
    unlike = conditions["ForAllValues:StringNotEquals"]["aws:TagKeys"]
    assert conditions["Null"] == {"aws:TagKeys": "false"}
    assert conditions.keys() == {*own, "ForAllValues:StringLike", "ForAllValues:StringNotEquals", "Null"}
    granted = bool(keys) and all(any(fnmatchcase(key, one) for one in like) and key not in unlike for key in keys)
    assert granted is may


def test_the_controller_answers_for_the_regions_own_groups_and_calls_its_own_probers(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        found = statements(template, names.nat_events(region))
        groups = [arn.rpartition("/")[2] for arn in found["AnswerForInstances"]["Resource"]]
        assert groups == [names.nat_group(region, zone) for zone in region.zones]
        callable_ = [arn.rpartition(":")[2] for arn in found["Probe"]["Resource"]]
        assert callable_ == list(probers(region).values())


def test_a_probers_code_is_denied_everything_but_its_log(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        names_of_probers = list(probers(region).values())
        for name in names_of_probers:
            found = statements(template, name)
            (deny,) = (s for s in found.values() if s["Effect"] == "Deny")
            assert allowed(found) - set(deny["Action"]) == {"logs:CreateLogStream", "logs:PutLogEvents"}
            assert deny["Resource"] == "*"
            assert deny["Condition"] == {
                "ArnEquals": {
                    "lambda:SourceFunctionArn": [names.arn(region, "lambda", f"function:{n}") for n in names_of_probers]
                }
            }


def test_a_function_writes_the_logs_of_its_kind_only(home):
    region, template = home
    for mine in ([names.nat_ticks(region), names.nat_events(region)], list(probers(region).values())):
        for name in mine:
            written = statements(template, name)["WriteLogs"]["Resource"]
            assert written == [names.arn(region, "logs", f"log-group:/aws/lambda/{one}:*") for one in mine]


def test_the_accounts_boundary_takes_nothing_away_that_these_roles_need(home, synthesized, fleet):
    region, template = home
    account = synthesized("account")[names.stack(fleet, "account", region.account)]
    (policy,) = of_type(account, "AWS::IAM::ManagedPolicy").values()
    denied = [s for s in policy["PolicyDocument"]["Statement"] if s["Effect"] == "Deny"]
    needed = {action for name in functions(template) for action in allowed(statements(template, name))}
    elsewhere = [s for s in denied if "NotAction" in s]
    assert all(
        s["Condition"] == {"StringNotEquals": {"aws:RequestedRegion": boundary.regions(fleet)}} for s in elsewhere
    )
    assert region.name in boundary.regions(fleet)
    taken = [pattern for s in denied if "Action" in s for pattern in listed(s["Action"])]
    assert len(taken) > 30
    assert {action for action in needed for pattern in taken if fnmatchcase(action, pattern)} == set()


def test_machines_and_lambda_and_the_scheduler_of_this_account_take_the_roles(home):
    region, template = home
    for role in of_type(template, "AWS::IAM::Role").values():
        (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
        service = statement["Principal"]["Service"].partition(".")[0]
        assert service in ("ec2", "lambda", "scheduler")
        if service != "ec2":
            assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": region.account_id}}
