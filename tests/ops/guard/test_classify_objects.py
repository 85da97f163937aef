"""What a change makes of the objects of a bundle."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ops.guard.change import Action
from ops.guard.classify import classify
from ops.guard.immutable import IMMUTABLE, PRESENT
from ops.guard.paths import covers
from tests.k8s.definitions import definitions, needs_definitions
from tests.ops.guard.small import of_objects, snapshot


def one(kind: str, version: str = "v1", *, namespace: str = "", annotations: Any = None, **body: Any) -> dict[str, Any]:
    metadata: dict[str, Any] = {"name": "it"}
    if namespace:
        metadata["namespace"] = namespace
    if annotations:
        metadata["annotations"] = annotations
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **body}


def application(channel: str, *, prune: bool, finalizers: list[str] | None = None) -> dict[str, Any]:
    found = one("Application", "argoproj.io/v1alpha1", namespace="argocd")
    found["metadata"] |= {"name": channel, "finalizers": finalizers or []}
    found["spec"] = {"source": {"targetRevision": channel}, "syncPolicy": {"automated": {"prune": prune}}}
    return found


def test_the_same_objects_are_no_change():
    assert of_objects({"a": [one("Namespace")]}, {"a": [one("Namespace")]}) == {}


def test_a_new_object_is_created_and_a_changed_one_updated_by_field():
    old = {"a": [one("ConfigMap", data={"key": "x"})]}
    new = {"a": [one("ConfigMap", data={"key": "y"}), one("Namespace")]}
    found = of_objects(old, new)
    assert {name: change.action for name, change in found.items()} == {
        "ConfigMap it": Action.UPDATE,
        "Namespace it": Action.CREATE,
    }
    assert found["ConfigMap it"].fields == ("data.key",)
    assert found["ConfigMap it"].path == "use1-a/platform/ConfigMap it"


def test_what_leaves_a_bundle_stays_in_the_cluster():
    change = of_objects({"a": [one("Namespace")]}, {})["Namespace it"]
    assert (change.action, change.stateful) == (Action.ORPHAN, True)


def test_what_leaves_a_bundle_is_deleted_when_its_application_prunes():
    keeps = application("platform", prune=False)
    prunes = application("platform", prune=True)
    assert of_objects({"a": [keeps, one("Namespace")]}, {"a": [keeps]})["Namespace it"].action is Action.ORPHAN
    assert of_objects({"a": [prunes, one("Namespace")]}, {"a": [prunes]})["Namespace it"].action is Action.DELETE


def test_a_finalizer_takes_along_what_an_application_brought():
    takes = application("platform", prune=False, finalizers=["resources-finalizer.argocd.argoproj.io"])
    assert of_objects({"a": [takes, one("Namespace")]}, {"a": [takes]})["Namespace it"].action is Action.DELETE


@pytest.mark.parametrize("option", ["Prune=false", "Prune=confirm"])
def test_an_object_may_say_itself_that_it_is_not_pruned(option):
    prunes = application("platform", prune=True)
    space = one("Namespace", annotations={"argocd.argoproj.io/sync-options": option})
    assert of_objects({"a": [prunes, space]}, {"a": [prunes]})["Namespace it"].action is Action.ORPHAN


def test_what_moves_to_another_bundle_says_where_it_went():
    space = one("Namespace")
    base = snapshot(bundles={("use1-a", "platform"): {"a": [space]}, ("use1-a", "service-it"): {"a": [one("Pod")]}})
    head = snapshot(bundles={("use1-a", "platform"): {}, ("use1-a", "service-it"): {"a": [one("Pod"), space]}})
    left, born = classify(base, head)
    assert (left.action, born.action) == (Action.ORPHAN, Action.CREATE)
    assert left.why.endswith("; use1-a/service-it has it from now on")


def test_what_argo_makes_again_with_every_change_is_replaced_by_any():
    def job(options: str) -> dict[str, Any]:
        return one("ConfigMap", annotations={"argocd.argoproj.io/sync-options": options}, data={"key": options})

    old = {"a": [one("ConfigMap")]}
    assert of_objects(old, {"a": [job("Replace=true")]})["ConfigMap it"].action is Action.UPDATE
    assert of_objects(old, {"a": [job("Force=true,Replace=true")]})["ConfigMap it"].action is Action.REPLACE


def test_an_object_written_in_a_newer_version_is_the_same_one():
    old, new = one("CronJob", "batch/v1beta1"), one("CronJob", "batch/v1")
    assert of_objects({"a": [old]}, {"a": [new]})["CronJob it"].fields == ("apiVersion",)


def test_the_same_objects_in_another_file_are_a_change_of_the_bundle():
    a, b = one("Namespace"), one("ConfigMap")
    assert list(of_objects({"a": [a, b]}, {"a": [a], "b": [b]})) == ["Bundle platform"]


FIXED = [
    ("Deployment", "apps/v1", {"spec": {"selector": {"matchLabels": {"app": "x"}}}}, "y"),
    ("StatefulSet", "apps/v1", {"spec": {"serviceName": "x"}}, "y"),
    ("Service", "v1", {"spec": {"clusterIP": "None"}}, ""),
    ("RoleBinding", "rbac.authorization.k8s.io/v1", {"roleRef": {"name": "x"}}, "y"),
    ("StorageClass", "storage.k8s.io/v1", {"parameters": {"type": "gp3"}}, "gp2"),
    ("PriorityClass", "scheduling.k8s.io/v1", {"value": 1}, 2),
    ("Secret", "v1", {"type": "Opaque"}, "kubernetes.io/tls"),
    ("PersistentVolumeClaim", "v1", {"spec": {"storageClassName": "x"}}, "y"),
]


@pytest.mark.parametrize(("kind", "version", "body", "other"), FIXED, ids=[kind for kind, *_ in FIXED])
def test_a_field_that_the_api_server_fixes_replaces(kind, version, body, other):
    change = of_objects({"a": [one(kind, version, **body)]}, {"a": [one(kind, version, **_with(body, other))]})
    (found,) = change.values()
    assert found.action is Action.REPLACE
    assert "cannot be changed" in found.why


def _with(body: Any, value: Any) -> Any:
    """The body with another value at its one leaf."""
    return {key: _with(part, value) for key, part in body.items()} if isinstance(body, dict) else value


def test_a_pool_of_nodes_may_get_other_replicas_and_never_its_first_or_none():
    def pool(spec: dict[str, int]) -> dict[str, Any]:
        return one("NodePool", "karpenter.sh/v1", spec={"weight": 1, **spec})

    def action(old: dict[str, int], new: dict[str, int]) -> Action:
        return of_objects({"a": [pool(old)]}, {"a": [pool(new)]})["NodePool.karpenter.sh it"].action

    assert action({"replicas": 1}, {"replicas": 2}) is Action.UPDATE
    assert action({}, {"replicas": 2}) is Action.REPLACE
    assert action({"replicas": 2}, {}) is Action.REPLACE


@needs_definitions
def test_every_field_that_a_definition_fixes_is_in_the_table():
    ruled = set()
    for found in definitions().kinds.values():
        for path, rule in transitions(found.schema):
            if "self == oldSelf" in rule or "oldSelf.group" in rule or "oldSelf.kind" in rule or "has(oldSelf" in rule:
                ruled.add((found.group, found.kind))
                assert immutable_somewhere((found.group, found.kind), path), f"{found.kind} {'.'.join(path)}: {rule}"
            else:
                pytest.fail(f"{found.kind} {'.'.join(path)} has a rule that nobody has read: {rule}")
    assert ruled, "the definitions have such rules"


def immutable_somewhere(kind: tuple[str, str], path: tuple[str, ...]) -> bool:
    places = f"{IMMUTABLE.get(kind, '')} {PRESENT.get(kind, '')}".split()
    return any(covers(place.split("."), path) for place in places)


def transitions(schema: Any, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    """Places of a schema with rules that look at what was before."""
    for rule in schema.get("x-kubernetes-validations") or ():
        if "oldSelf" in rule["rule"]:
            yield above, rule["rule"]
    for key, part in (schema.get("properties") or {}).items():
        yield from transitions(part, (*above, key))
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from transitions(schema[key], (*above, "*"))


def test_fields_beside_the_fixed_ones_are_updated():
    def deployment(replicas: int) -> dict[str, Any]:
        return one("Deployment", "apps/v1", spec={"replicas": replicas, "selector": {"matchLabels": {"app": "x"}}})

    def claim(size: str) -> dict[str, Any]:
        return one("PersistentVolumeClaim", spec={"resources": {"requests": {"storage": size}}})

    assert of_objects({"a": [deployment(1)]}, {"a": [deployment(2)]})["Deployment it"].action is Action.UPDATE
    assert of_objects({"a": [claim("1Gi")]}, {"a": [claim("2Gi")]})["PersistentVolumeClaim it"].action is Action.UPDATE


def test_a_map_that_says_it_is_immutable_is_replaced_by_any_other_data():
    def sealed(value: str) -> dict[str, Any]:
        return one("ConfigMap", immutable=True, data={"key": value})

    assert of_objects({"a": [sealed("x")]}, {"a": [sealed("y")]})["ConfigMap it"].action is Action.REPLACE
