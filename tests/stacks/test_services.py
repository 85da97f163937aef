"""The services of a cell: who they are to AWS."""

import json

import pytest

from fleet import names

BLUEPRINTS = ("day-one", "growth", "hypergrowth")


def of(template, kind):
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


@pytest.fixture(params=BLUEPRINTS)
def placed(request, fleet_of, synthesized):
    """Cell to its template, of one blueprint."""
    fleet = fleet_of(request.param)
    templates = synthesized("services", of=request.param)
    return {cell: templates[names.stack(fleet, cell.region.code, cell.key, "services")] for cell in fleet.cells}


def listed(value):
    return value if isinstance(value, list) else [value]


def test_every_service_placed_in_a_cell_has_its_role_there(placed):
    for cell, template in placed.items():
        found = {
            (a["ClusterName"], a["Namespace"], a["ServiceAccount"], a["RoleArn"])
            for a in of(template, "AWS::EKS::PodIdentityAssociation")
        }
        assert found == {
            (
                names.cluster(cell),
                names.namespace(service),
                names.service_account(service),
                names.service_role_arn(service, cell.region),
            )
            for service in cell.services
        }


def test_pods_keep_the_role_that_reaches_what_their_service_owns(placed):
    for template in placed.values():
        # A target role would take its place. For their database pods chain into the data account themselves.
        assert not [a for a in of(template, "AWS::EKS::PodIdentityAssociation") if "TargetRoleArn" in a]


def test_session_tags_say_which_cell_asks(placed):
    for template in placed.values():
        for association in of(template, "AWS::EKS::PodIdentityAssociation"):
            assert association["DisableSessionTags"] is False


def test_no_stack_is_empty_even_when_the_last_service_has_left(placed):
    for cell, template in placed.items():
        [parameter] = of(template, "AWS::SSM::Parameter")
        assert parameter["Name"] == names.hosted_parameter(cell)
        assert json.loads(parameter["Value"]) == sorted(service.name for service in cell.services)


def test_external_secrets_reads_exactly_the_secrets_of_what_is_placed(placed):
    for cell, template in placed.items():
        role = names.cell_role(cell, "external-secrets")
        policies = [p for p in of(template, "AWS::IAM::ManagedPolicy") if p["Roles"] == [role]]
        found = {
            resource.partition(":secret:")[2].removesuffix("-??????")
            for policy in policies
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Sid"] == "ReadSecrets"
            for resource in listed(statement["Resource"])
        }
        assert found == {names.service_secret(s, secret) for s in cell.services for secret in s.secrets}


def test_keda_counts_exactly_the_queues_that_services_scale_by(placed):
    for cell, template in placed.items():
        policies = [p for p in of(template, "AWS::IAM::ManagedPolicy") if p["Roles"] == [names.cell_role(cell, "keda")]]
        found = {
            resource.rpartition(":")[2]
            for policy in policies
            for statement in policy["PolicyDocument"]["Statement"]
            for resource in listed(statement["Resource"])
        }
        assert found == {names.queue(s, s.scale.queue) for s in cell.services if s.scale.queue}
