"""Objects of the real bundles that stay where they are and send elsewhere what came to them, or let everybody in."""

from __future__ import annotations

import copy
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from fleet.model import Fleet
from k8s import cell as inside
from ops.delta.gate import Change, wiped

Object = dict[str, Any]
TODAY = date(2026, 11, 25)


def put(path: str, value: Any) -> Callable[[Object], None]:
    def edit(one: Object) -> None:
        *above, last = path.split(".")
        here = one
        for part in above:
            here = here[part]
        here[last] = value

    return edit


NOBODY = {"subjects": [{"kind": "Group", "name": "system:authenticated"}]}

# Kind, edit, the word that refuses it.
REFUSED: dict[str, tuple[str, Callable[[Object], Any], str]] = {
    "an application elsewhere": ("Application", put("spec.destination.namespace", "default"), "change-selector"),
    "a project without destinations": ("AppProject", put("spec.destinations", []), "change-selector"),
    "nodes of another class": ("NodePool", put("spec.template.spec.nodeClassRef.name", "x"), "change-selector"),
    "nodes in another role": ("EC2NodeClass", put("spec.instanceProfile", "x"), "change-selector"),
    "a service without ports": ("Service", put("spec.ports", []), "change-selector"),
    "a gateway without servers": ("Gateway", put("spec.servers", []), "change-selector"),
    "a route of another host": ("VirtualService", put("spec.hosts", ["x.example"]), "change-selector"),
    "a route that refuses": ("VirtualService", put("spec.http", [{"directResponse": {"status": 503}}]), "deny-all"),
    "a network policy for all": ("NetworkPolicy", put("spec.ingress", [{}]), "admit-all"),
    "an authorization for all": ("AuthorizationPolicy", put("spec", {"rules": [{}]}), "admit-all"),
    "plain text": ("PeerAuthentication", put("spec.mtls.mode", "PERMISSIVE"), "admit-all"),
    "a role for all": ("ClusterRoleBinding", lambda one: one.update(NOBODY), "admit-all"),
    "a budget of nothing": ("PodDisruptionBudget", put("spec.maxUnavailable", "100%"), "drop-protection"),
    "an empty spec": ("DestinationRule", put("spec", {}), "empty"),
}


@pytest.fixture(scope="module")
def platform(fleet: Fleet) -> dict[str, list[Object]]:
    cell = fleet.cell("use1-a")
    services = {f"service-{name}": documents for name, documents in inside.services(cell).items()}
    made: dict[str, list[Object]] = copy.deepcopy({**inside.layers(cell), **services})
    return made


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(fleet: Fleet, platform: dict[str, list[Object]], name: str) -> None:
    kind, edit, word = REFUSED[name]
    after = copy.deepcopy(platform)
    one = next(one for objects in after.values() for one in objects if one["kind"] == kind)
    edit(one)
    found = wiped(Change("use1-a", "platform", platform, after), fleet, TODAY)
    assert word in {wipe.action for wipe in found}
    assert {one["metadata"]["name"]} == {wipe.resources[0].rpartition("/")[2].rpartition(" ")[2] for wipe in found}


def test_another_port_beside_is_no_loss(fleet: Fleet, platform: dict[str, list[Object]]) -> None:
    after = copy.deepcopy(platform)
    service = next(one for objects in after.values() for one in objects if one["kind"] == "Service")
    service["spec"]["ports"] = [*service["spec"]["ports"], {"name": "more", "port": 9999}]
    assert wiped(Change("use1-a", "platform", platform, after), fleet, TODAY) == ()
