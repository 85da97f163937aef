"""Pod Security: what each level refuses, wherever pods stand."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from admission import pods
from admission.podsecurity import violations

HARD: dict[str, Any] = {
    "spec": {
        "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "containers": [
            {
                "name": "app",
                "image": "a",
                "ports": [{"containerPort": 8080}],
                "livenessProbe": {"httpGet": {"port": 8080}},
                "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}},
            }
        ],
        "volumes": [{"name": "tmp", "emptyDir": {}}],
    }
}


def edited(**changes: Any) -> dict[str, Any]:
    """`edited(pod={...}, context={...}, container={...}, inside={...})`: changes of the pod's and a container's parts."""
    pod = copy.deepcopy(HARD)
    container = pod["spec"]["containers"][0]
    pod["spec"].update(changes.get("pod", {}))
    pod["spec"]["securityContext"].update(changes.get("context", {}))
    container.update(changes.get("container", {}))
    container["securityContext"].update(changes.get("inside", {}))
    return pod


def said(pod: dict[str, Any], level: str) -> list[str]:
    return [str(finding) for finding in violations(pod, level)]


def test_a_hardened_pod_passes_every_level() -> None:
    for level in ("privileged", "baseline", "restricted"):
        assert said(HARD, level) == []


IN = "spec.containers[0].securityContext"

BASELINE = [
    (edited(pod={"hostNetwork": True}), "spec.hostNetwork: true: shares the node's own; remove it"),
    (edited(pod={"hostIPC": True}), "spec.hostIPC: true: shares the node's own; remove it"),
    (
        edited(pod={"volumes": [{"name": "a", "hostPath": {"path": "/"}}]}),
        "spec.volumes[0].hostPath: reads the node's disk; use another volume",
    ),
    (
        edited(context={"sysctls": [{"name": "kernel.msgmax"}]}),
        'spec.securityContext.sysctls[0].name: "kernel.msgmax": is no safe kernel setting; remove it',
    ),
    (edited(inside={"privileged": True}), f"{IN}.privileged: true: gives it the node; remove it"),
    (
        edited(inside={"capabilities": {"drop": ["ALL"], "add": ["SYS_ADMIN"]}}),
        f'{IN}.capabilities.add: "SYS_ADMIN": is a capability beyond the usual; remove it',
    ),
    (edited(inside={"procMount": "Unmasked"}), f'{IN}.procMount: "Unmasked": unmasks /proc; remove it'),
    (
        edited(container={"ports": [{"containerPort": 1, "hostPort": 2}]}),
        "spec.containers[0].ports[0].hostPort: 2: is a port of the node; remove it",
    ),
    (
        edited(container={"lifecycle": {"preStop": {"httpGet": {"host": "a"}}}}),
        'spec.containers[0].lifecycle.preStop.httpGet.host: "a": makes the node ask other hosts; remove it',
    ),
    (
        edited(inside={"seccompProfile": {"type": "Unconfined"}}),
        f'{IN}.seccompProfile.type: "Unconfined": switches the profile off; use RuntimeDefault or Localhost',
    ),
    (
        edited(inside={"seLinuxOptions": {"type": "spc_t"}}),
        f'{IN}.seLinuxOptions.type: "spc_t": is no type of containers; use container_t',
    ),
    (edited(inside={"seLinuxOptions": {"role": "r"}}), f'{IN}.seLinuxOptions.role: "r": may not be chosen; remove it'),
    (
        edited(inside={"windowsOptions": {"hostProcess": True}}),
        f"{IN}.windowsOptions.hostProcess: true: gives it the node; remove it",
    ),
    (
        {"metadata": {"annotations": {"container.apparmor.security.beta.kubernetes.io/app": "unconfined"}}, **HARD},
        "metadata.annotations[container.apparmor.security.beta.kubernetes.io/app]: "
        '"unconfined": weakens AppArmor; use runtime/default',
    ),
]

RESTRICTED = [
    (
        edited(pod={"volumes": [{"name": "a", "nfs": {"path": "/", "server": "b"}}]}),
        "spec.volumes[0].nfs: is no kind of volume for these pods; use configMap, csi, downwardAPI, emptyDir, ephemeral, "
        "image, persistentVolumeClaim, projected, secret",
    ),
    (
        edited(context={"runAsNonRoot": None}),
        f"{IN}.runAsNonRoot: is missing here and in the pod; set it to true",
    ),
    (edited(inside={"runAsNonRoot": False}), f"{IN}.runAsNonRoot: false: lets it run as root; set it to true"),
    (edited(context={"runAsUser": 0}), "spec.securityContext.runAsUser: 0: is root; use another number"),
    (
        edited(inside={"allowPrivilegeEscalation": None}),
        f"{IN}.allowPrivilegeEscalation: must be said to be false; set it to false",
    ),
    (
        edited(context={"seccompProfile": None}),
        f"{IN}.seccompProfile: is missing here and in the pod; set type to RuntimeDefault",
    ),
    (
        edited(inside={"capabilities": None}),
        f"{IN}.capabilities.drop: does not drop all capabilities; set it to [ALL]",
    ),
    (
        edited(inside={"capabilities": {"drop": ["ALL"], "add": ["CHOWN"]}}),
        f'{IN}.capabilities.add: "CHOWN": may not be added; only NET_BIND_SERVICE may: remove it',
    ),
]


@pytest.mark.parametrize(("pod", "message"), BASELINE, ids=lambda value: "")
def test_baseline_refuses_what_reaches_the_node_and_restricted_refuses_it_too(
    pod: dict[str, Any], message: str
) -> None:
    assert said(pod, "privileged") == []
    assert said(pod, "baseline") == [message]
    assert message in said(pod, "restricted")


@pytest.mark.parametrize(("pod", "message"), RESTRICTED, ids=lambda value: "")
def test_restricted_wants_a_pod_to_give_up_what_it_does_not_need(pod: dict[str, Any], message: str) -> None:
    assert said(pod, "baseline") == []
    assert said(pod, "restricted") == [message]


@pytest.mark.parametrize("field", ["initContainers", "ephemeralContainers"])
def test_every_container_is_looked_at(field: str) -> None:
    pod = edited(pod={field: [{"name": "b", "securityContext": {"privileged": True}}]})
    assert said(pod, "baseline") == [f"spec.{field}[0].securityContext.privileged: true: gives it the node; remove it"]


def test_users_of_their_own_may_be_root_and_windows_knows_no_capabilities() -> None:
    assert said(edited(pod={"hostUsers": False}, context={"runAsUser": 0, "runAsNonRoot": False}), "restricted") == []
    bare = {"securityContext": {"runAsNonRoot": True}, "os": {"name": "windows"}}
    assert said({"spec": {**bare, "containers": [{"name": "a"}]}}, "restricted") == []


@pytest.mark.parametrize(
    ("api_version", "kind", "place"),
    [
        ("v1", "Pod", ()),
        ("apps/v1", "DaemonSet", ("spec", "template")),
        ("batch/v1", "CronJob", ("spec", "jobTemplate", "spec", "template")),
    ],
)
def test_pods_are_found_where_kinds_have_them(api_version: str, kind: str, place: tuple[str, ...]) -> None:
    document: Any = edited(pod={"hostPID": True})
    for part in reversed(place):
        document = {part: document}
    found = pods.refused({"apiVersion": api_version, "kind": kind, **document}, "baseline")
    assert [finding.place for finding in found] == [(*place, "spec", "hostPID")]


def test_the_collectors_own_fields_are_told_by_their_own_names() -> None:
    spec = {
        "mode": "deployment",
        "podSecurityContext": {"runAsUser": 0, "runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
        "securityContext": {"allowPrivilegeEscalation": True, "capabilities": {"drop": ["ALL"]}},
        "additionalContainers": [{"name": "b", "securityContext": {"privileged": True}}],
    }
    collector = {"apiVersion": "opentelemetry.io/v1beta1", "kind": "OpenTelemetryCollector", "spec": spec}
    places = {".".join(map(str, finding.place)) for finding in pods.refused(collector, "restricted")}
    assert places == {
        "spec.podSecurityContext.runAsUser",
        "spec.securityContext.allowPrivilegeEscalation",
        "spec.additionalContainers.0.securityContext.privileged",
        "spec.additionalContainers.0.securityContext.allowPrivilegeEscalation",
        "spec.additionalContainers.0.securityContext.capabilities.drop",
    }
    assert not pods.makes_pods({**collector, "spec": {"mode": "sidecar"}})
