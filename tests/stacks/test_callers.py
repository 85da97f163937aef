"""Who takes which role on the way to a database."""

import pytest

from fleet import names, phases

BLUEPRINTS = ["day-one", "growth", "hypergrowth"]


def roles(template):
    return {r["Properties"]["RoleName"]: r["Properties"] for r in template["Resources"].values()}


@pytest.fixture(params=BLUEPRINTS)
def callers(request, fleet_of, synthesized):
    """Region, service and its role in the data account."""
    fleet, stacks = fleet_of(request.param), synthesized("data-callers", of=request.param)
    return [
        (region, service, roles(stacks[names.stack(fleet, "data-callers", region.code)])[role])
        for region in fleet.regions.values()
        for service in fleet.services.values()
        if service.database and region in service.in_regions
        for role in [names.caller_role(service, region)]
    ]


def test_every_service_with_a_database_has_a_caller_in_each_of_its_regions(callers, request):
    assert callers


def test_only_the_services_own_role_may_take_its_caller_role(callers):
    for region, service, role in callers:
        [statement] = role["AssumeRolePolicyDocument"]["Statement"]
        assert statement["Principal"] == {"AWS": f"arn:aws:iam::{region.account_id}:root"}
        assert statement["Condition"]["ArnEquals"] == {"aws:PrincipalArn": names.service_role_arn(service, region)}


def test_only_the_services_own_pods_may_take_its_caller_role(callers):
    for region, service, role in callers:
        [statement] = role["AssumeRolePolicyDocument"]["Statement"]
        assert set(statement["Action"]) == {"sts:AssumeRole", "sts:TagSession"}
        assert statement["Condition"]["StringEquals"] == {
            "aws:PrincipalTag/kubernetes-namespace": service.name,
            "aws:PrincipalTag/kubernetes-service-account": service.name,
        }
        clusters = statement["Condition"]["ArnLike"]["aws:PrincipalTag/eks-cluster-arn"]
        assert clusters.startswith(f"arn:aws:eks:{region.name}:{region.account_id}:cluster/")


def test_a_caller_reaches_its_own_region_s_clusters_and_never_one_that_retires(callers):
    for region, service, role in callers:
        [policy] = role["Policies"]
        [statement] = policy["PolicyDocument"]["Statement"]
        assert statement["Action"] == "dsql:DbConnect"
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        reads = [resource["Fn::GetStackOutput"] for resource in resources]
        generations = service.database_in(region).generations.values()
        assert {read["StackName"] for read in reads} == {
            names.dsql_stack(g, region.code) for g in generations if g.state != "retiring"
        }
        assert all("Region" not in read for read in reads)


def test_the_service_may_take_its_caller_role_and_no_other(callers, synthesized, request):
    blueprint = request.node.callspec.params["callers"]
    for region, service, _role in callers:
        stack = synthesized("service", of=blueprint)[names.stack(region.fleet, region.code, "service", service.name)]
        [own] = [r["Properties"] for r in stack["Resources"].values() if r["Type"] == "AWS::IAM::Role"]
        statements = [s for policy in own["Policies"] for s in policy["PolicyDocument"]["Statement"]]
        taken = [s["Resource"] for s in statements if "sts:AssumeRole" in s["Action"]]
        assert taken == [names.caller_role_arn(service, region)]


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_no_region_without_callers_has_a_stack_for_them(blueprint, fleet_of, synthesized):
    for plan in phases.every_stack(fleet_of(blueprint)):
        if plan.kind == "data-callers":
            assert synthesized("data-callers", of=blueprint)[plan.name]["Resources"]
