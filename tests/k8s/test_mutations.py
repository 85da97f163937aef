"""Every kind that fleets emit, spoilt in one field at a time: each mistake is caught."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pytest

from fleet.cell import Cell
from tests.k8s.definitions import UNCHECKED, definitions, judge, needs_definitions
from tests.k8s.mutations import Document, Place, changed, mutants, place, removed

Documents = Callable[[Cell], list[Document]]

FREE: dict[str, tuple[str, ...]] = {
    "Application": ("spec.source.helm.valuesObject",),
    "OpenTelemetryCollector": ("spec.config",),
    "PushSecret": ("spec.data.0.metadata",),
}
"""Kind to the places whose content only others know: a chart's values, a collector's or a provider's configuration."""
FREELY_NAMED: dict[str, tuple[str, ...]] = {
    "NodePool": ("spec.limits",),
    "OpenTelemetryCollector": ("spec.resources",),
}
"""Kind to the mappings that take any name: of resources, which nodes may have of their own."""


@dataclass(frozen=True)
class Spoilt:
    """Mistakes in one kind, each where an object of the fleet has the field."""

    required: str = ""
    """A field that must be there; "" where a kind has none."""
    value: tuple[str, Any] = ("", None)
    """A field, and a value out of its range; "" where a kind has none."""
    rule: tuple[dict[str, Any], str] = field(default_factory=lambda: ({}, ""))
    """Fields that break a rule of the kind's definition, and what the rule says."""


SPOILT: dict[str, Spoilt] = {
    "AppProject": Spoilt("spec"),
    "Application": Spoilt("spec.destination"),
    "AuthorizationPolicy": Spoilt(
        value=("spec.action", "MAYBE"),
        rule=({"spec.selector": {"matchLabels": {"app": "*"}}}, "wildcard not allowed in label value match"),
    ),
    "ClusterRole": Spoilt("rules.0.verbs"),
    "ClusterRoleBinding": Spoilt("roleRef", ("subjects.0.kind", "Robot")),
    "ClusterSecretStore": Spoilt(
        "spec.provider",
        ("spec.provider.aws.service", "Vault"),
        ({"spec.provider.aws.customSessionTags": {"esoNamespace": "x"}}, "customSessionTags cannot contain"),
    ),
    "ConfigMap": Spoilt(value=("data.enable-network-policy-controller", True)),
    "Deployment": Spoilt("spec.selector", ("spec.strategy.type", "Rolling")),
    "DestinationRule": Spoilt(
        "spec.host",
        ("spec.trafficPolicy.loadBalancer.simple", "FASTEST"),
        ({"spec.trafficPolicy.connectionPool.tcp.connectTimeout": "0s"}, "must be a valid duration greater than 1ms"),
    ),
    "EC2NodeClass": Spoilt(
        "spec.subnetSelectorTerms",
        ("spec.metadataOptions.httpTokens", "maybe"),
        ({"spec.role": "another"}, "must specify exactly one of ['role', 'instanceProfile']"),
    ),
    "ExternalSecret": Spoilt("spec.data.0.remoteRef", ("spec.secretStoreRef.kind", "Drawer")),
    "FlowSchema": Spoilt("spec.priorityLevelConfiguration", ("spec.matchingPrecedence", 0)),
    "Gateway": Spoilt(
        "spec.servers.0.port",
        ("spec.servers.0.tls.mode", "HALF"),
        (
            {"spec.servers.0.tls": {"mode": "SIMPLE", "credentialName": "a", "credentialNames": ["b"]}},
            "only one of credentialName or credentialNames can be set",
        ),
    ),
    "HorizontalPodAutoscaler": Spoilt("spec.maxReplicas", ("spec.maxReplicas", 1)),
    "LimitRange": Spoilt("spec.limits.0.type", ("spec.limits.0.default.memory", "plenty")),
    "Namespace": Spoilt(value=("metadata.labels", {"pod-security.kubernetes.io/enforce": "strict"})),
    "NetworkPolicy": Spoilt("spec.egress.0.to.0.ipBlock.cidr", ("spec.policyTypes.0", "Inward")),
    "NodePool": Spoilt(
        "spec.template.spec.nodeClassRef",
        ("spec.disruption.consolidationPolicy", "Always"),
        (
            {"spec.disruption.budgets.0": {"nodes": "5%", "schedule": "@daily"}},
            "'schedule' must be set with 'duration'",
        ),
    ),
    "OpenTelemetryCollector": Spoilt(
        "spec.config",
        ("spec.mode", "somewhere"),
        ({"spec.mode": "sidecar"}, "the OpenTelemetry Collector mode is set to sidecar, which does not support"),
    ),
    "PeerAuthentication": Spoilt(
        value=("spec.mtls.mode", "SOMETIMES"),
        rule=({"spec.portLevelMtls": {"8080": {"mode": "STRICT"}}}, "portLevelMtls requires selector"),
    ),
    "PodDisruptionBudget": Spoilt(value=("spec.unhealthyPodEvictionPolicy", "Never")),
    "PriorityClass": Spoilt("value", ("preemptionPolicy", "Politely")),
    "PushSecret": Spoilt(
        "spec.selector",
        ("spec.deletionPolicy", "Perhaps"),
        (
            {"spec.dataTo": [{"storeRef": {"kind": "SecretStore"}}]},
            "storeRef must specify either name or labelSelector",
        ),
    ),
    "ResourceQuota": Spoilt(value=("spec.hard.pods", "many")),
    "ScaledObject": Spoilt(
        "spec.triggers",
        ("spec.fallback.behavior", "hope"),
        ({"spec.maxReplicaCount": 1}, "minReplicaCount must be less than or equal to maxReplicaCount"),
    ),
    "Secret": Spoilt("metadata.annotations"),
    "Service": Spoilt("spec.ports", ("spec.type", "ClusterIp")),
    "ServiceAccount": Spoilt(value=("automountServiceAccountToken", "no")),
    "ServiceEntry": Spoilt(
        "spec.hosts",
        ("spec.resolution", "GUESS"),
        ({"spec.resolution": "NONE", "spec.endpoints": [{"address": "10.0.0.1"}]}, "NONE mode cannot set endpoints"),
    ),
    "Sidecar": Spoilt(
        "spec.egress.0.hosts",
        ("spec.outboundTrafficPolicy.mode", "SOME"),
        (
            {"spec.inboundConnectionPool": {"tcp": {"connectTimeout": "0s"}}},
            "must be a valid duration greater than 1ms",
        ),
    ),
    "StorageClass": Spoilt("provisioner", ("volumeBindingMode", "Eventually")),
    "TargetGroupBinding": Spoilt("spec.serviceRef", ("spec.targetType", "pod")),
    "Telemetry": Spoilt(
        "spec.metrics.0.providers.0.name",
        ("spec.tracing.0.randomSamplingPercentage", 101),
        ({"spec.metrics.0.reportingInterval": "0s"}, "must be a valid duration greater than 1ms"),
    ),
    "TriggerAuthentication": Spoilt("spec.podIdentity.provider", ("spec.podIdentity.provider", "nobody")),
    "ValidatingAdmissionPolicy": Spoilt("spec.matchConstraints", ("spec.failurePolicy", "Shrug")),
    "ValidatingAdmissionPolicyBinding": Spoilt("spec.policyName", ("spec.validationActions.0", "Refuse")),
    "VerticalPodAutoscaler": Spoilt(
        "spec.targetRef",
        ("spec.updatePolicy.updateMode", "Sometimes"),
        ({"spec.startupBoost": {"cpu": {"type": "Factor"}}}, "factor is required when type is Factor"),
    ),
    "VirtualService": Spoilt(
        "spec.http.0.route.0.destination.host",
        ("spec.http.0.route.0.destination.port.number", -1),
        ({"spec.http.0.timeout": "soon"}, "must be a valid duration greater than 1ms"),
    ),
}

each_kind = pytest.mark.parametrize("kind", sorted(SPOILT))
pytestmark = needs_definitions


@pytest.fixture(scope="module")
def of(samples: list[Cell], documents: Documents) -> Callable[[str], list[Document]]:
    """The objects of a kind in one cell of each make, the largest first."""

    @cache
    def found(kind: str) -> list[Document]:
        listed = [one for cell in samples for one in documents(cell) if one["kind"] == kind]
        known = [one for one in listed if (one["apiVersion"], kind) not in UNCHECKED]
        return sorted(known, key=lambda one: len(json.dumps(one)), reverse=True)

    return found


def findings(document: Document) -> list[str]:
    return [str(one) for one in judge("1.35").judge(document).findings]


def _having(listed: Iterable[Document], at: Place) -> Document:
    for document in listed:
        here: Any = document
        try:
            for part in at:
                here = here[part]
        except (KeyError, IndexError, TypeError):
            continue
        return document
    raise AssertionError(f"no object of the fleet has {at}")


def _escaped(listed: list[Document], how: str, free: tuple[str, ...]) -> list[str]:
    slipped = []
    for kind, at, mutant in mutants(listed[0]):
        where = ".".join(map(str, at))
        if kind == how and not where.startswith(free) and not findings(mutant):
            slipped.append(where)
    return slipped


def test_every_kind_of_the_fleet_is_spoilt_here(cells: list[Cell], documents: Documents) -> None:
    emitted = {(one["apiVersion"], one["kind"]) for cell in cells for one in documents(cell)}
    assert {kind for _, kind in emitted - set(UNCHECKED)} == set(SPOILT)


@each_kind
def test_a_value_of_another_type_is_caught_in_every_field(of: Callable[[str], list[Document]], kind: str) -> None:
    assert findings(of(kind)[0]) == []
    assert _escaped(of(kind), "type", FREE.get(kind, ("-",))) == []


@each_kind
def test_a_field_that_no_schema_knows_is_caught_in_every_mapping(
    of: Callable[[str], list[Document]], kind: str
) -> None:
    free = FREE.get(kind, ()) + FREELY_NAMED.get(kind, ())
    # A label or an annotation may have any name: there it is the number that is caught.
    assert _escaped(of(kind), "unknown", free or ("-",)) == []


@pytest.mark.parametrize("kind", sorted(kind for kind, one in SPOILT.items() if one.required))
def test_a_field_that_must_be_there_is_missed(of: Callable[[str], list[Document]], kind: str) -> None:
    at = place(SPOILT[kind].required)
    document = _having(of(kind), at)
    assert findings(removed(document, at)) != []


@pytest.mark.parametrize("kind", sorted(kind for kind, one in SPOILT.items() if one.value[0]))
def test_a_value_out_of_its_range_is_caught(of: Callable[[str], list[Document]], kind: str) -> None:
    path, value = SPOILT[kind].value
    document = _having(of(kind), place(path))
    assert findings(changed(document, place(path), value)) != []


@pytest.mark.parametrize("kind", sorted(kind for kind, one in SPOILT.items() if one.rule[0]))
def test_a_broken_rule_of_the_definition_is_caught_in_its_own_words(
    of: Callable[[str], list[Document]], kind: str
) -> None:
    edits, said = SPOILT[kind].rule
    document = _having(of(kind), place(next(iter(edits)))[:-1])
    for path, value in edits.items():
        document = changed(document, place(path), value)
    assert said in " ".join(findings(document))


def test_every_kind_whose_definition_has_rules_breaks_one_here() -> None:
    """Rules about a change (`oldSelf`) are asked only of changes."""
    with_rules = {
        kind
        for (_, kind), definition in definitions().kinds.items()
        if kind in SPOILT and any("oldSelf" not in rule for rule in _rules(definition.schema))
    }
    assert with_rules == {kind for kind, one in SPOILT.items() if one.rule[0]}


def _rules(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        for rule in schema.get("x-kubernetes-validations", ()):
            yield rule["rule"]
        for part in schema.values():
            yield from _rules(part)
    elif isinstance(schema, list):
        for part in schema:
            yield from _rules(part)
