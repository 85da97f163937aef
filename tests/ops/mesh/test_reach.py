"""Who can reach whom in the emitted files is exactly what the fleet's `calls` and `routes` say, layer by layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from fleet.model import Fleet
from ops.mesh.cluster import Unmodelled
from ops.mesh.reach import Edge, Layer, Region
from tests.ops.mesh.conftest import REGIONS, Documents, every

INGRESS, EASTWEST = "istio-ingress/ingress", "istio-eastwest/eastwest"

each_region = pytest.mark.parametrize(("blueprint", "region"), REGIONS)


def declared(fleet: Fleet, region: str) -> set[Edge]:
    """The edges that the fleet's files ask for: each caller's pods to the callee's pods in every cell of the region."""
    home = fleet.regions[region]
    found = set()
    for service in fleet.services.values():
        hosts = [cell.name for cell in service.cells_in(home)]
        callee = f"{service.name}/{service.name}"
        for other in fleet.services.values():
            if service.name in {call.service for call in other.calls}:
                for cell in other.cells_in(home):
                    found |= {Edge(cell.name, f"{other.name}/{other.name}", host, callee) for host in hosts}
        if service.routes:
            for cell in home.standing_cells:
                found |= {Edge(cell.name, INGRESS, host, callee) for host in hosts}
    return found


def between(edges: Any) -> set[Edge]:
    """Without calls of a service to its own name in another cell: where only one layer is asked, it may allow them."""
    return {edge for edge in edges if edge.caller != edge.callee}


@each_region
def test_the_graph_is_exactly_the_calls_and_routes_of_the_fleet(
    blueprint: str, region: str, fleet_of: Any, emitted: Any, mesh: Any
):
    found = mesh(blueprint, region, emitted(blueprint, region)).graph()
    assert found == declared(fleet_of(blueprint), region)
    assert any(edge.cell != edge.to_cell for edge in found)


@each_region
@pytest.mark.parametrize("layer", ["scope", "identity"])
def test_scopes_alone_and_identities_alone_are_as_narrow(
    blueprint: str, region: str, layer: Layer, fleet_of: Any, emitted: Any, mesh: Any
):
    """Each layer by itself: the mistake in one is not covered by another, and shows."""
    found = mesh(blueprint, region, emitted(blueprint, region)).graph(frozenset({layer}))
    assert between(found) == declared(fleet_of(blueprint), region)


@each_region
@pytest.mark.parametrize("side", ["leaving", "entering"])
def test_network_policies_of_either_side_alone_are_as_narrow_within_a_cell(
    blueprint: str, region: str, side: Layer, fleet_of: Any, emitted: Any, mesh: Any
):
    """The gateways may leave for everybody: whom they reach, the other side says."""
    asked = {edge for edge in declared(fleet_of(blueprint), region) if edge.cell == edge.to_cell}
    found = mesh(blueprint, region, emitted(blueprint, region)).graph(frozenset({side}))
    gates = set() if side == "entering" else {INGRESS}
    within = {edge for edge in found if edge.cell == edge.to_cell and edge.caller not in {EASTWEST, *gates}}
    assert within == {edge for edge in asked if edge.caller not in gates}


@each_region
def test_between_cells_network_policies_see_gateways_and_open_for_callers_and_callees_only(
    blueprint: str, region: str, fleet_of: Any, emitted: Any, mesh: Any
):
    """Who calls whom through a gateway is for scopes and identities to say."""
    asked = declared(fleet_of(blueprint), region)
    found = mesh(blueprint, region, emitted(blueprint, region)).graph(frozenset({"leaving", "entering"}))
    across = {edge for edge in found if edge.cell != edge.to_cell}
    assert across >= {edge for edge in asked if edge.cell != edge.to_cell}
    assert {edge.callee for edge in across} <= {edge.callee for edge in asked}
    assert {edge.caller for edge in across} <= {edge.caller for edge in asked} | {EASTWEST}


# --- spoilt on purpose: each edit breaks the graph, or the graph proves nothing -------------------------------------


def drop(kind: str, name: str) -> Callable[[Documents], None]:
    def edit(documents: Documents) -> None:
        for found, one in every(documents, kind, name):
            found.remove(one)

    return edit


def host_too_wide(documents: Documents) -> None:
    for _, one in every(documents, "Sidecar", "sessions"):
        one["spec"]["egress"][0]["hosts"].append("*/*")


def everybody_is_admitted(documents: Documents) -> None:
    for _, one in every(documents, "AuthorizationPolicy", "egressor"):
        one["spec"]["rules"][0]["from"][0]["source"]["principals"] = ["*"]


def a_foreign_principal(documents: Documents) -> None:
    for _, one in every(documents, "AuthorizationPolicy", "egressor"):
        names = one["spec"]["rules"][0]["from"][0]["source"]["principals"]
        names[:] = [name.replace("use1", "usw2") for name in names]


def another_port(documents: Documents) -> None:
    for _, one in every(documents, "AuthorizationPolicy", "egressor"):
        one["spec"]["rules"][0]["to"][0]["operation"]["ports"] = ["8081"]


def policy_lets_a_stranger_in(documents: Documents) -> None:
    for _, one in every(documents, "NetworkPolicy", "callers"):
        one["spec"]["ingress"][0]["from"][0]["namespaceSelector"]["matchExpressions"][0]["values"].append("sessions")


def policy_lets_out_to_a_stranger(documents: Documents) -> None:
    for _, one in every(documents, "NetworkPolicy", "callees"):
        one["spec"]["egress"][0]["to"][0]["namespaceSelector"]["matchExpressions"][0]["values"].append("egressor")


def nobody_may_leave(documents: Documents) -> None:
    for _, one in every(documents, "NetworkPolicy", "callees"):
        one["spec"]["egress"] = []


def gateway_selects_nothing(documents: Documents) -> None:
    for _, one in every(documents, "Gateway", "cross-network"):
        one["spec"]["selector"] = {"istio": "east-west"}


def gateway_ends_tls(documents: Documents) -> None:
    for _, one in every(documents, "Gateway", "cross-network"):
        one["spec"]["servers"][0]["tls"]["mode"] = "ISTIO_MUTUAL"


def gateway_at_another_port(documents: Documents) -> None:
    for _, one in every(documents, "Application", "istiod"):
        for network in one["spec"]["source"]["helm"]["valuesObject"]["global"]["meshNetworks"].values():
            network["gateways"][0]["port"] = 15444


def gateway_sees_every_network(documents: Documents) -> None:
    for _, one in every(documents, "Application", "eastwest"):
        del one["spec"]["source"]["helm"]["valuesObject"]["networkGateway"]


def account_renamed(documents: Documents) -> None:
    for _, one in every(documents, "Deployment", "sessions"):
        one["spec"]["template"]["spec"]["serviceAccountName"] = "default"


def labels_renamed(documents: Documents) -> None:
    for _, one in every(documents, "Deployment", "egressor"):
        one["spec"]["template"]["metadata"]["labels"]["app.kubernetes.io/name"] = "egress"


def container_at_another_port(documents: Documents) -> None:
    for _, one in every(documents, "Deployment", "egressor"):
        one["spec"]["template"]["spec"]["containers"][0]["ports"][0]["containerPort"] = 8081


def without_a_proxy(documents: Documents) -> None:
    for _, one in every(documents, "Namespace", "sessions"):
        del one["metadata"]["labels"]["istio-injection"]


def route_to_somebody_else(documents: Documents) -> None:
    for _, one in every(documents, "VirtualService"):
        for route in one["spec"]["http"]:
            for leads in route.get("route", ()):
                if leads["destination"]["host"].startswith("sessions."):
                    leads["destination"]["host"] = "egressor.egressor.svc.cluster.local"


def one_cell_forgets_another(documents: Documents) -> None:
    documents["use1-a"] = [
        one for one in documents["use1-a"] if one["metadata"]["name"] != "istio-remote-secret-use1-b"
    ]


SPOILT = [
    (drop("AuthorizationPolicy", "egressor"), "missing"),
    (drop("AuthorizationPolicy", "deny-by-default"), "same"),
    (drop("AuthorizationPolicy", "gateway"), "missing"),
    (drop("NetworkPolicy", "callers"), "missing"),
    (drop("NetworkPolicy", "callees"), "missing"),
    (drop("NetworkPolicy", "load-balancer"), "same"),
    (drop("Service", "egressor"), "missing"),
    (drop("Sidecar", "sessions"), "missing"),
    (drop("Gateway", "cross-network"), "missing"),
    (drop("Gateway", "public"), "missing"),
    (drop("Application", "eastwest"), "missing"),
    (a_foreign_principal, "missing"),
    (another_port, "missing"),
    (nobody_may_leave, "missing"),
    (gateway_selects_nothing, "missing"),
    (gateway_ends_tls, "missing"),
    (gateway_at_another_port, "missing"),
    (gateway_sees_every_network, "missing"),
    (account_renamed, "missing"),
    (labels_renamed, "missing"),
    (container_at_another_port, "missing"),
    (without_a_proxy, "missing"),
    (route_to_somebody_else, "missing"),
    (one_cell_forgets_another, "missing"),
]


@pytest.mark.parametrize(("edit", "effect"), SPOILT, ids=lambda value: getattr(value, "__qualname__", value))
def test_what_is_taken_away_or_misspelt_is_missed(edit: Any, effect: str, spoilt: Any, fleet: Fleet):
    found = spoilt(edit).graph()
    asked = declared(fleet, "us-east-1")
    assert found <= asked
    assert (found == asked) == (effect == "same")


@pytest.mark.parametrize(
    ("edit", "layer"),
    [
        (host_too_wide, "scope"),
        (everybody_is_admitted, "identity"),
        (policy_lets_a_stranger_in, "entering"),
        (policy_lets_out_to_a_stranger, "leaving"),
        (drop("NetworkPolicy", "default-deny"), "same"),
    ],
    ids=lambda value: getattr(value, "__qualname__", value),
)
def test_what_is_too_wide_in_one_layer_shows_there(edit: Any, layer: Any, spoilt: Any, fleet: Fleet):
    """The other layers still hold, which is what they are for; and the proof sees it all the same."""
    made: Region = spoilt(edit)
    asked = declared(fleet, "us-east-1")
    assert made.graph() == asked
    if layer == "same":
        return
    wider = {e for e in between(made.graph(frozenset({layer}))) if e.cell == e.to_cell} - asked
    assert {edge.caller for edge in wider if edge.caller not in (INGRESS, EASTWEST)}


def test_with_no_layer_left_everybody_reaches_everybody(spoilt: Any, fleet: Fleet):
    """What the three keep apart: without policies, scopes and denial a mesh is open."""

    def open_up(documents: Documents) -> None:
        for kind in ("AuthorizationPolicy", "NetworkPolicy", "Sidecar"):
            drop_all(documents, kind)

    def drop_all(documents: Documents, kind: str) -> None:
        for found, one in every(documents, kind):
            found.remove(one)

    found = spoilt(open_up).graph()
    assert Edge("use1-a", "egressor/egressor", "use1-b", "sessions/sessions") in found
    assert len(found) > 3 * len(declared(fleet, "us-east-1"))


def test_what_nobody_has_learnt_to_judge_is_no_verdict(spoilt: Any):
    def by_header(documents: Documents) -> None:
        for _, one in every(documents, "AuthorizationPolicy", "egressor"):
            one["spec"]["rules"][0]["when"] = [{"key": "request.headers[x]", "values": ["y"]}]

    with pytest.raises(Unmodelled, match="AuthorizationPolicy rule: when"):
        spoilt(by_header).graph()
