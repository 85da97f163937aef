"""One object at a time: Kubernetes' own kinds of two versions, custom kinds, and what every object has."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from admission.builtin import CLUSTER_SCOPED, builtin, following, judged_by, versions
from admission.custom import Definition, Definitions
from admission.judge import Judge

Document = dict[str, Any]

NOTHING = Judge("1.35", Definitions())


def said(document: Any, judge: Judge = NOTHING) -> list[str]:
    return [str(finding) for finding in judge.judge(document).findings]


def deployment(**spec: Any) -> Document:
    labels = {"app": "a"}
    pod = {"containers": [{"name": "app", "image": "a@sha256:0"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {"selector": {"matchLabels": dict(labels)}, "template": {"metadata": {"labels": labels}, "spec": pod}}
        | spec,
    }


def test_a_good_object_is_let_through() -> None:
    judged = NOTHING.judge(deployment())
    assert judged.findings == ()
    assert not judged.unchecked
    assert judged.title == "Deployment b/a"


def test_all_mistakes_are_told_at_once_by_place() -> None:
    document = deployment(replica=3, strategy={"type": "Rolling"})
    document["spec"]["template"]["spec"]["containers"][0] |= {"ports": [{"containerPort": "http"}]}
    assert said(document) == [
        "spec.replica: 3: unknown field; did you mean replicas?",
        'spec.strategy.type: "Rolling": is none of its values; write Recreate or RollingUpdate',
        'spec.template.spec.containers[0].ports[0].containerPort: "http": is text, and takes a whole number; write it as that',
    ]


@pytest.mark.parametrize(
    ("document", "message"),
    [
        (None, "the object: null: is no object; write a mapping with apiVersion, kind and metadata"),
        (["a"], 'the object: ["a"]: is no object; write a mapping with apiVersion, kind and metadata'),
        ({"kind": "Pod"}, "apiVersion: says no kind; write it as text"),
        ({"apiVersion": "v1", "kind": 3}, "kind: 3: says no kind; write it as text"),
        ({"apiVersion": "v1", "kind": "Pod"}, "metadata: is no mapping; give the object a name in it"),
    ],
)
def test_what_is_no_object_is_told_so(document: Any, message: str) -> None:
    assert said(document) == [message]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda d: d["metadata"].pop("name"), "metadata.name: an object that is applied has a name; give it one"),
        (
            lambda d: d["metadata"].update(name="Big_Name"),
            'metadata.name: "Big_Name": is no DNS name; use at most 253 lower case letters, digits, dashes and dots',
        ),
        (
            lambda d: d["metadata"].pop("namespace"),
            "metadata.namespace: is missing; objects of this kind stand in a namespace: name it",
        ),
        (
            lambda d: d["metadata"].update(labels={"team": "a b"}),
            'metadata.labels.team: "a b": is no value of a label; use at most 63 letters, digits, dashes, underscores and dots',
        ),
        (
            lambda d: d["metadata"].update(annotations={"note": "x" * 300_000}),
            "metadata.annotations: 300,004 bytes are more than 262,144; shorten them",
        ),
        (
            lambda d: d["spec"]["selector"]["matchLabels"].update(app="b"),
            "spec: the selector does not match the labels of the template; give both the same labels",
        ),
        (
            lambda d: d["spec"]["template"]["spec"]["containers"][0].update(
                resources={"requests": {"memory": "2Gi"}, "limits": {"memory": "1024Mi"}}
            ),
            "spec.template.spec.containers[0].resources: requests.memory is more than limits.memory; raise the limit, or "
            "lower the request",
        ),
        (
            lambda d: d["spec"]["template"]["spec"]["containers"][0].update(
                volumeMounts=[{"name": "gone", "mountPath": "/x"}]
            ),
            "spec.template.spec: a container mounts a volume that the pod has not; add it to `volumes`",
        ),
        (
            lambda d: d["spec"].update(
                strategy={"rollingUpdate": {"maxSurge": 0, "maxUnavailable": "0%"}}
            ),
            "spec: maxSurge and maxUnavailable are both 0, and no roll-out could ever begin; raise one",
        ),
        (
            lambda d: d["spec"]["template"]["spec"]["containers"].append(
                copy.deepcopy(d["spec"]["template"]["spec"]["containers"][0])
            ),
            "spec.template.spec.containers[1]: name app stands twice in a list that holds each once; remove one",
        ),
    ],
    ids=lambda value: "",
)  # fmt: skip
def test_a_mistake_in_a_deployment_is_told_in_words(change: Any, message: str) -> None:
    document = deployment()
    change(document)
    assert said(document) == [message]


def test_a_maximum_of_replicas_below_the_floor_is_told() -> None:
    autoscaler = {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "a", "namespace": "b"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "a"},
            "minReplicas": 40,
            "maxReplicas": 4,
        },
    }
    assert said(autoscaler) == ["spec: maxReplicas is below minReplicas; raise it, or lower minReplicas"]


@pytest.mark.parametrize("name", ["Upper", "under_score", "1st", "a" * 64])
def test_a_service_is_named_as_a_host_can_be(name: str) -> None:
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name, "namespace": "b"}}
    service["spec"] = {"ports": [{"port": 80}]}  # type: ignore[assignment]
    assert len(said(service)) == 1
    assert "is no DNS label; use at most 63 lower case letters, digits and dashes, a letter first" in said(service)[0]


def test_roles_are_named_more_freely() -> None:
    role = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "system:Reader"}}
    assert said(role) == []
    role["metadata"] = {"name": "a/b"}
    assert said(role) == ['metadata.name: "a/b": is no segment of a path; use no `/` and no `%`']


def test_what_stands_in_no_namespace_names_none() -> None:
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "namespace": "a"}}
    assert said(space) == ['metadata.namespace: "a": objects of this kind stand in no namespace; remove it']


def test_levels_of_a_namespace_are_levels() -> None:
    prefix = "pod-security.kubernetes.io/"
    labels = {f"{prefix}enforce": "strict", f"{prefix}warn-version": "1.35"}
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a", "labels": labels}}
    assert said(space) == [
        f'metadata.labels[{prefix}enforce]: "strict": is no level; write privileged, baseline or restricted',
        f'metadata.labels[{prefix}warn-version]: "1.35": is no version; write latest, or one like v1.35',
    ]


# --- versions ---------------------------------------------------------------------------------------------------


def test_a_version_is_judged_with_the_next_one_where_its_schemas_are_at_hand() -> None:
    assert judged_by("1.35") == ("1.35", "1.36")
    assert judged_by(versions()[-1]) == (versions()[-1],)
    assert following(versions()[-1]) is None
    with pytest.raises(KeyError):
        judged_by("1.99")


def test_a_kind_that_a_version_has_not_is_no_custom_kind() -> None:
    budget = {
        "apiVersion": "policy/v1beta1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "a", "namespace": "b"},
    }
    assert said(budget) == [
        "apiVersion: PodDisruptionBudget of policy/v1beta1 is no kind that Kubernetes has; write a version that it serves"
    ]


def test_what_only_the_next_version_knows_is_told_with_the_version() -> None:
    kinds = set(builtin("1.36").kinds) - set(builtin("1.35").kinds)
    api_version, kind = sorted(one for one in kinds if one[0].endswith("/v1"))[0]
    document = {"apiVersion": api_version, "kind": kind, "metadata": {"name": "a"}}
    assert any("(Kubernetes 1.35)" in one for one in said(document))


def test_cluster_scoped_kinds_are_kinds() -> None:
    known = {kind for version in versions()[-3:] for _, kind in builtin(version).kinds}
    assert known >= CLUSTER_SCOPED - {"ComponentStatus", "StorageVersion"}


# --- custom kinds -----------------------------------------------------------------------------------------------


def test_a_kind_without_a_definition_is_said_to_be_unchecked_and_its_metadata_is_looked_at() -> None:
    document = {"apiVersion": "t.example/v1", "kind": "Thing", "metadata": {"name": "A"}, "spec": {"x": 1}}
    judged = NOTHING.judge(document)
    assert judged.unchecked
    assert len(judged.findings) == 1


def test_a_version_that_a_definition_does_not_serve_is_told() -> None:
    schema = {"type": "object"}
    judge = Judge(
        "1.35", Definitions({("t.example/v2", "Thing"): Definition("t.example", "v2", "Thing", True, schema)})
    )
    document = {"apiVersion": "t.example/v1", "kind": "Thing", "metadata": {"name": "a", "namespace": "b"}}
    assert said(document, judge) == [
        'apiVersion: "t.example/v1": is not served; its definition serves v2: write one of them'
    ]


def test_an_admission_policy_is_compiled() -> None:
    policy: Document = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": "a"},
        "spec": {
            "matchConstraints": {
                "resourceRules": [
                    {"apiGroups": [""], "apiVersions": ["*"], "operations": ["CREATE"], "resources": ["pods"]}
                ]
            },
            "validations": [{"expression": "object.metadata.labels.all(key, key != 'x')"}],
        },
    }
    assert said(policy) == []
    for expression, why in (
        ("object.metadata.name ==", "the expression cannot be parsed"),
        ("subject.metadata.name == 'a'", "reads subject, which nobody gives it"),
        ("object.metadata.name.shout() == 'A'", "the expression uses shout(), which is not known here"),
    ):
        policy["spec"]["validations"][0]["expression"] = expression
        assert len(said(policy)) == 1
        assert why in said(policy)[0]
