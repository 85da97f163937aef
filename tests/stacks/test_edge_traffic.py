"""The record tree: from the origin CloudFront connects to, down to each cell's load balancer."""

import json
from collections import Counter, defaultdict

import pytest

from fleet import names, traffic

BLUEPRINTS = ["day-one", "growth", "hypergrowth"]


def resources(template, kind):
    return {key: r["Properties"] for key, r in template["Resources"].items() if r["Type"] == kind}


def records(*stacks):
    """Every record of the stacks, with the name of its stack."""
    return [
        {**record, "stack": name}
        for templates in stacks
        for name, template in templates.items()
        for record in resources(template, "AWS::Route53::RecordSet").values()
    ]


def reads(value):
    """Every reference to another stack's output in a template."""
    if isinstance(value, dict):
        if "Fn::GetStackOutput" in value:
            yield value["Fn::GetStackOutput"]
        for part in value.values():
            yield from reads(part)
    elif isinstance(value, list):
        for part in value:
            yield from reads(part)


@pytest.fixture(params=BLUEPRINTS)
def stage(request, synthesized, fleet_of):
    of = request.param
    return fleet_of(of), synthesized("edge-traffic", of), synthesized("edge-addresses", of)


def test_a_walk_from_the_origin_reaches_every_standing_cell_s_load_balancer(stage):
    fleet, traffics, addresses = stage
    tree = defaultdict(list)
    for record in records(traffics, addresses):
        tree[record["Name"]].append(record["AliasTarget"])
    reached, ahead = set(), [names.origin(fleet)]
    while ahead:
        name = ahead.pop()
        assert name in tree, f"{name} is the target of an alias and no stack owns it"
        for target in tree[name]:
            if isinstance(target["DNSName"], str):
                ahead.append(target["DNSName"])
            else:
                reached.add(target["DNSName"]["Fn::GetStackOutput"]["StackName"])
    assert reached == {names.stack(fleet, cell.region.code, cell.key, "cell") for cell in fleet.cells}


def test_every_record_has_exactly_one_owner(stage):
    _, traffics, addresses = stage
    owners = Counter((r["Name"], r["Type"], r.get("SetIdentifier")) for r in records(traffics, addresses))
    assert set(owners.values()) == {1}


def test_every_alias_evaluates_its_target(stage):
    _, traffics, addresses = stage
    for record in records(traffics, addresses):
        assert record["AliasTarget"]["EvaluateTargetHealth"] is True, record


def test_every_weighted_record_has_a_health_check_of_its_own_stack(stage):
    _, traffics, _ = stage
    for name, template in traffics.items():
        checks = resources(template, "AWS::Route53::HealthCheck")
        weighted = [r for r in records({name: template}) if "Weight" in r]
        assert weighted
        for record in weighted:
            assert record["HealthCheckId"]["Ref"] in checks


def test_no_two_cells_share_a_health_check(stage):
    fleet, traffics, _ = stage
    used = [(r["stack"], r["HealthCheckId"]["Ref"]) for r in records(traffics) if "Weight" in r]
    assert len(used) == len(set(used)) == len(fleet.cells) + len(fleet.regions)


def test_weights_are_the_fleets(stage):
    fleet, traffics, _ = stage
    weights = {(r["Name"], r["SetIdentifier"]): r["Weight"] for r in records(traffics) if "Weight" in r}
    expected = {(names.region_origin(c.region), c.name): c.effective_weight for c in fleet.cells}
    for region in fleet.regions.values():
        expected[names.market_origin(fleet, region.market), region.code] = region.weight
    assert weights == expected


def test_a_draining_cell_keeps_its_record_and_loses_its_weight(synthesized, fleet_of):
    draining = [cell for cell in fleet_of("growth").cells if cell.state == "draining"]
    assert draining
    weights = {r["SetIdentifier"]: r["Weight"] for r in records(synthesized("edge-traffic", "growth")) if "Weight" in r}
    for cell in draining:
        assert weights[cell.name] == 0


def test_every_region_of_a_market_leads_its_neighbours_to_the_market(stage):
    fleet, traffics, _ = stage
    latency = [r for r in records(traffics) if r["Name"] == names.origin(fleet)]
    assert {r["Region"]: r["AliasTarget"]["DNSName"] for r in latency} == {
        region.name: names.market_origin(fleet, region.market) for region in fleet.regions.values()
    }


def test_moving_traffic_reads_the_zone_s_id_beside_it_and_nothing_else(stage):
    fleet, traffics, _ = stage
    for template in traffics.values():
        found = {json.dumps(read, sort_keys=True) for read in reads(template)}
        wanted = {"StackName": names.stack(fleet, "edge-dns"), "OutputName": names.PUBLIC_ZONE_ID}
        assert found == {json.dumps(wanted, sort_keys=True)}


def test_addresses_are_read_from_the_cells_own_account(stage):
    fleet, _, addresses = stage
    for region in fleet.regions.values():
        template = addresses[names.stack(fleet, "edge-addresses", region.code)]
        for read in reads(template):
            if read["OutputName"] in (names.INGRESS_DNS, names.INGRESS_ZONE):
                assert read["Region"] == region.name
                apart = region.account_id != fleet.accounts["edge"]
                assert read.get("RoleArn") == (names.outputs_reader_arn(fleet, region.account) if apart else None)


def test_an_alias_is_made_after_what_it_points_at(stage):
    _, traffics, _ = stage
    for template in traffics.values():
        owners = defaultdict(list)
        for key, record in resources(template, "AWS::Route53::RecordSet").items():
            owners[record["Name"]].append(key)
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::Route53::RecordSet":
                waits = resource.get("DependsOn", [])
                inside = owners.get(resource["Properties"]["AliasTarget"]["DNSName"], [])
                assert set(inside) <= set([waits] if isinstance(waits, str) else waits)


def test_cells_are_asked_every_ten_seconds_from_at_least_three_places_what_viewers_would_ask(stage):
    fleet, traffics, _ = stage
    asked = {}
    for template in traffics.values():
        for check in resources(template, "AWS::Route53::HealthCheck").values():
            config = check["HealthCheckConfig"]
            if config["Type"] != "CALCULATED":
                asked[config["FullyQualifiedDomainName"]] = config
    assert set(asked) == {names.cell_origin(cell) for cell in fleet.cells}
    for config in asked.values():
        assert config["Type"] == "HTTPS_STR_MATCH"
        assert (config["Port"], config["ResourcePath"], config["SearchString"]) == (
            8443,
            names.HEALTH_PATH,
            names.HEALTH_BODY,
        )
        assert config["EnableSNI"] is True
        assert (config["RequestInterval"], config["FailureThreshold"]) == (10, 3)
        assert len(config["Regions"]) >= 3


def test_health_checks_carry_the_name_of_what_they_ask(stage):
    fleet, traffics, _ = stage
    tags = [
        tag["Value"]
        for template in traffics.values()
        for check in resources(template, "AWS::Route53::HealthCheck").values()
        for tag in check["HealthCheckTags"]
        if tag["Key"] == "Name"
    ]
    wanted = [f"{fleet.name}-{c.name}" for c in fleet.cells] + [
        f"{fleet.name}-{r.code}" for r in fleet.regions.values()
    ]
    assert sorted(tags) == sorted(wanted)


def test_a_region_counts_the_cells_that_serve_and_leaves_by_the_fleets_threshold(stage):
    fleet, traffics, _ = stage
    for region in fleet.regions.values():
        checks = resources(traffics[names.stack(fleet, "edge-traffic", region.code)], "AWS::Route53::HealthCheck")
        (whole,) = [c["HealthCheckConfig"] for c in checks.values() if c["HealthCheckConfig"]["Type"] == "CALCULATED"]
        children = {
            checks[child["Ref"]]["HealthCheckConfig"]["FullyQualifiedDomainName"]
            for child in whole["ChildHealthChecks"]
        }
        assert children == {names.cell_origin(cell) for cell in traffic.reporting_cells(region)}
        assert whole["HealthThreshold"] == traffic.threshold(region)
