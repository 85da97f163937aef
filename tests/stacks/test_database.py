"""A database as a region's cells see it: a private way there, and the name of where it ends."""

import json

import pytest

from fleet import addressing, names

BLUEPRINTS = ["day-one", "growth", "hypergrowth"]


def of(template, kind):
    return [r["Properties"] for r in template["Resources"].values() if r["Type"] == kind]


def text(value):
    """A joined text, its references as JSON inside."""
    return (
        value
        if isinstance(value, str)
        else "".join(part if isinstance(part, str) else json.dumps(part) for part in value["Fn::Join"][1])
    )


@pytest.fixture(params=BLUEPRINTS)
def seen(request, fleet_of, synthesized):
    """Region, database and its template, in each region the serving generation is in."""
    fleet, stacks = fleet_of(request.param), synthesized("database", of=request.param)
    return [
        (fleet.regions[region], database, stacks[names.database_stack(database, fleet.regions[region])])
        for database in fleet.databases.values()
        for region in database.serving.regions
    ]


def test_pods_find_the_serving_generation_under_a_name_known_beforehand(seen):
    for region, database, template in seen:
        [parameter] = of(template, "AWS::SSM::Parameter")
        assert parameter["Name"] == names.database_parameter(database)
        said = text(parameter["Value"])
        assert '"endpoint"' in said
        assert '"identifier"' in said
        assert names.dsql_stack(database.serving, region.code) in said
        for generation in database.generations.values():
            if generation is not database.serving:
                assert f'{names.dsql_stack(generation, region.code)}"' not in said


def test_a_private_database_is_reached_by_an_endpoint_in_the_data_subnets_of_every_zone(seen):
    for region, database, template in seen:
        endpoints = of(template, "AWS::EC2::VPCEndpoint")
        if database.network == "public":
            assert not endpoints
            continue
        [endpoint] = endpoints
        service = endpoint["ServiceName"]["Fn::GetStackOutput"]
        assert service["StackName"] == names.dsql_stack(database.serving, region.code)
        assert service["OutputName"] == names.DSQL_SERVICE_NAME
        assert [subnet["Fn::GetStackOutput"]["OutputName"] for subnet in endpoint["SubnetIds"]] == [
            names.data_subnet_output(zone) for zone in region.zones
        ]
        # DSQL finds the cluster by the name in the TLS handshake: without private DNS nobody says it.
        assert endpoint["PrivateDnsEnabled"] is True


def test_what_lives_in_another_account_is_read_by_that_account_s_reader(seen):
    for region, _database, template in seen:
        read = json.dumps(template)
        elsewhere = region.account_id != region.fleet.accounts["data"]
        assert (names.outputs_reader(region.fleet, "data") in read) is elsewhere


def test_the_endpoint_listens_to_the_region_s_network_and_calls_nobody(seen):
    for region, _database, template in seen:
        for group in of(template, "AWS::EC2::SecurityGroup"):
            [rule] = group["SecurityGroupIngress"]
            assert (rule["FromPort"], rule["ToPort"], rule["CidrIp"]) == (
                5432,
                5432,
                str(addressing.region_block(region)),
            )
            [outbound] = group["SecurityGroupEgress"]
            assert outbound["CidrIp"] == "255.255.255.255/32"


def test_people_find_a_private_database_by_a_name_in_the_region_s_zone(seen):
    for region, database, template in seen:
        found = [record["Name"] for record in of(template, "AWS::Route53::RecordSet")]
        assert found == ([names.database_host(database, region)] if database.network == "privatelink" else [])
