"""Databases: clusters in generations, alone or in pairs, and the keys they stand on."""

import copy
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from fleet import names, phases
from fleet.load import load
from stacks.synthesis import request_of
from stacks.templates import write_templates

PROJECT = Path(__file__).parents[2]
BLUEPRINTS = ["day-one", "growth", "hypergrowth"]


def of(template, kind):
    return {key: r for key, r in template["Resources"].items() if r["Type"] == kind}


def cluster(template):
    [one] = of(template, "AWS::DSQL::Cluster").values()
    return one


def policy(template):
    """The cluster's policy, with its references to other stacks in place of the joined text."""
    document = cluster(template)["Properties"]["PolicyDocument"]
    if isinstance(document, dict):
        parts = document["Fn::Join"][1]
        document = "".join(p if isinstance(p, str) else json.dumps(p).replace('"', "'") for p in parts)
    return json.loads(document)["Statement"]


@pytest.fixture(scope="session")
def pending(tmp_path_factory):
    """The DSQL stacks of hypergrowth as a first deployment has them."""
    fleet = load(PROJECT / "blueprints" / "hypergrowth", peering=request_of(["-c", "peering=pending"], {}).peering)
    plans = tuple(plan for plan in phases.every_stack(fleet) if plan.kind == "dsql")
    folder = tmp_path_factory.mktemp("pending")
    write_templates(fleet, plans, folder, judged=False)
    return {plan.name: json.loads((folder / f"{plan.name}.template.json").read_text()) for plan in plans}


def test_a_pending_pair_names_only_its_witness(fleet, pending):
    for database in fleet.databases.values():
        for generation in database.generations.values():
            for region in generation.regions:
                stack = pending[names.dsql_stack(generation, fleet.regions[region].code)]
                assert cluster(stack)["Properties"]["MultiRegionProperties"] == {"WitnessRegion": generation.witness}


def test_linking_changes_the_peers_and_nothing_else(pending, synthesized):
    for name, linked in synthesized("dsql").items():
        before, after = cluster(pending[name]), copy.deepcopy(cluster(linked))
        del after["Properties"]["MultiRegionProperties"]["Clusters"]
        assert after == before


def test_linked_peers_read_each_others_arn(fleet, synthesized):
    for database in fleet.databases.values():
        for generation in database.generations.values():
            codes = {region: fleet.regions[region].code for region in generation.regions}
            for region, code in codes.items():
                [peer] = set(generation.regions) - {region}
                stack = synthesized("dsql")[names.dsql_stack(generation, code)]
                assert cluster(stack)["Properties"]["MultiRegionProperties"] == {
                    "WitnessRegion": generation.witness,
                    "Clusters": [
                        {
                            "Fn::GetStackOutput": {
                                "StackName": names.dsql_stack(generation, codes[peer]),
                                "OutputName": names.DSQL_ARN,
                                "Region": peer,
                            }
                        }
                    ],
                }


def test_a_generation_of_one_region_has_neither_witness_nor_peers(synthesized):
    [stack] = synthesized("dsql", of="day-one").values()
    assert "MultiRegionProperties" not in cluster(stack)["Properties"]


def test_generations_live_side_by_side_and_never_as_the_same_resource(synthesized, fleet_of):
    generations = fleet_of("growth").databases["bookings-us"].generations
    stacks = [synthesized("dsql", of="growth")[names.dsql_stack(g, "use1")] for g in generations.values()]
    ids = [id for stack in stacks for id in of(stack, "AWS::DSQL::Cluster")]
    assert len(stacks) == len(set(ids)) == len(generations) > 1


@pytest.mark.parametrize("blueprint", BLUEPRINTS)
def test_every_cluster_is_kept_protected_and_encrypted_with_its_own_region_s_key(blueprint, synthesized, fleet_of):
    fleet = fleet_of(blueprint)
    plans = {plan.name: plan for plan in phases.every_stack(fleet)}
    for name, stack in synthesized("dsql", of=blueprint).items():
        one = cluster(stack)
        assert one["DeletionPolicy"] == one["UpdateReplacePolicy"] == "Retain"
        assert one["Properties"]["DeletionProtectionEnabled"] is True
        keys = names.stack(fleet, "data-keys", plans[name].code)
        assert one["Properties"]["KmsEncryptionKey"]["Fn::GetStackOutput"]["StackName"] == keys
        assert "Region" not in one["Properties"]["KmsEncryptionKey"]["Fn::GetStackOutput"]


def test_a_private_database_answers_in_its_own_region_s_network_only(fleet, synthesized):
    plans = {plan.name: plan for plan in phases.every_stack(fleet)}
    for name, stack in synthesized("dsql").items():
        home = fleet.regions[plans[name].region]
        [refusal] = policy(stack)
        assert refusal["Effect"] == "Deny"
        assert refusal["Principal"] == {"AWS": "*"}
        assert set(refusal["Action"]) == {"dsql:DbConnect", "dsql:DbConnectAdmin"}
        vpc = refusal["Condition"]["StringNotEquals"]["aws:SourceVpc"]
        assert names.stack(fleet, home.code, "network") in vpc
        assert names.outputs_reader(fleet, home.account) in vpc


def test_a_public_database_answers_the_callers_of_its_region_only(synthesized, fleet_of):
    fleet = fleet_of("day-one")
    [stack] = synthesized("dsql", of="day-one").values()
    [refusal] = policy(stack)
    assert refusal["Effect"] == "Deny"
    admitted = refusal["Condition"]["ArnNotLike"]["aws:PrincipalArn"]
    assert set(admitted) == {
        names.caller_roles(fleet.regions["us-east-1"]),
        names.database_keeper_arn(fleet, "use1"),
    }


def test_what_minted_names_readers_need_is_always_published(synthesized):
    for blueprint in BLUEPRINTS:
        for stack in synthesized("dsql", of=blueprint).values():
            assert set(stack["Outputs"]) == {
                names.DSQL_ARN,
                names.DSQL_ENDPOINT,
                names.DSQL_IDENTIFIER,
                names.DSQL_PRIVATE_ENDPOINT,
                names.DSQL_SERVICE_NAME,
            }


def test_every_cluster_is_watched_by_an_alarm_that_somebody_hears(fleet, synthesized):
    for plan in phases.every_stack(fleet):
        if plan.kind == "dsql":
            stack = synthesized("dsql")[plan.name]
            topic = names.data_alarm_topic_arn(fleet, plan.region, plan.code)
            alarms = of(stack, "AWS::CloudWatch::Alarm").values()
            assert {alarm["Properties"]["AlarmActions"][0] for alarm in alarms} == {topic}
            [resource] = of(synthesized("data-keys")[f"skyline-data-keys-{plan.code}"], "AWS::SNS::Topic").values()
            assert topic.endswith(f":{resource['Properties']['TopicName']}")


def test_keys_of_databases_serve_dsql_for_this_account_s_clusters_only(fleet, synthesized):
    account = fleet.accounts["data"]
    for plan in phases.every_stack(fleet):
        if plan.kind != "data-keys":
            continue
        keys = of(synthesized("data-keys")[plan.name], "AWS::KMS::Key").values()
        statements = [s for key in keys for s in key["Properties"]["KeyPolicy"]["Statement"]]
        used = [s for s in statements if s["Principal"] == {"Service": "dsql.amazonaws.com"}]
        assert used
        for statement in used:
            clusters = f"arn:aws:dsql:{plan.region}:{account}:cluster/*"
            assert statement["Condition"] == {"StringLike": {"aws:SourceArn": clusters}}
        assert not [s for s in statements if s["Principal"] in ("*", {"AWS": "*"})]


def test_an_unknown_peering_is_refused_with_what_to_write():
    run = subprocess.run(
        [sys.executable, "app.py", "-c", "peering=linked"],
        cwd=PROJECT,
        env={**os.environ, "CDK_OUTDIR": os.devnull},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 2
    assert "-c peering=linked: write pending, for the first deployment of a pair" in run.stderr
