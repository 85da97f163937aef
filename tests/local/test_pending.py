"""The state between the two deployments of a DSQL pair."""

from __future__ import annotations

from typing import Any

from fleet.phases import Phase
from local import assembly
from local.clients import client
from local.deploy import deploy


def test_a_pair_that_waits_for_its_peer_is_not_active(cloud: None, whole: Any, fleet_of: Any) -> None:
    stacks = assembly.read(whole("growth").templates, fleet_of("growth"))
    states: dict[str, str] = {}

    def look(stack: Any) -> None:
        if stack.plan.kind == "dsql":
            dsql = client("dsql", stack.plan.account, stack.plan.region)
            for one in dsql.list_clusters()["clusters"]:
                states[one["identifier"]] = dsql.get_cluster(identifier=one["identifier"])["status"]

    # Each is looked at when it has just been created; the peers are linked when all stand.
    deploy([stack for stack in stacks if stack.plan.phase <= Phase.DATABASES], progress=look)

    assert sorted(states.values()) == ["ACTIVE", "PENDING_SETUP", "PENDING_SETUP"]
