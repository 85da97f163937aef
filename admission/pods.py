"""Where pods stand in documents: in templates, and in the objects of operators that copy them from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from admission.finding import Document, Finding, Place
from admission.podsecurity import violations

_TEMPLATES: dict[tuple[str, str], Place] = {
    ("v1", "Pod"): (),
    ("v1", "PodTemplate"): ("template",),
    ("v1", "ReplicationController"): ("spec", "template"),
    ("apps/v1", "DaemonSet"): ("spec", "template"),
    ("apps/v1", "Deployment"): ("spec", "template"),
    ("apps/v1", "ReplicaSet"): ("spec", "template"),
    ("apps/v1", "StatefulSet"): ("spec", "template"),
    ("batch/v1", "Job"): ("spec", "template"),
    ("batch/v1", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
}

_COLLECTOR = ("opentelemetry.io/v1beta1", "OpenTelemetryCollector")


def makes_pods(document: Document) -> bool:
    """Whether it is known here which pods come of a document."""
    key = document["apiVersion"], document["kind"]
    return key in _TEMPLATES or (key == _COLLECTOR and (document.get("spec") or {}).get("mode") != "sidecar")


def refused(document: Document, level: str) -> tuple[Finding, ...]:
    """What a Pod Security level refuses in the pods of a document that satisfies its schema."""
    key = document["apiVersion"], document["kind"]
    if key == _COLLECTOR:
        return tuple(_of_collector(document.get("spec") or {}, level)) if makes_pods(document) else ()
    if key not in _TEMPLATES:
        return ()
    place = _TEMPLATES[key]
    pod: Any = document
    for part in place:
        pod = pod.get(part) or {}
    return tuple(Finding((*place, *one.place), one.value, one.message) for one in violations(pod, level))


def _of_collector(spec: Mapping[str, Any], level: str) -> Iterator[Finding]:
    """OpenTelemetry's operator copies these fields: the pod's beside those of its own container."""
    others = spec.get("additionalContainers") or []
    own = {key: spec.get(key) for key in ("securityContext", "ports", "lifecycle")}
    pod = {key: spec.get(key) for key in ("hostNetwork", "hostPID", "volumes", "initContainers")}
    pod |= {"securityContext": spec.get("podSecurityContext"), "containers": [*others, own]}
    for one in violations({"spec": pod}, level):
        field, *rest = one.place[1:]
        if field == "containers" and rest[0] == len(others):
            place = ("spec", *rest[1:])
        else:
            renamed = {"securityContext": "podSecurityContext", "containers": "additionalContainers"}
            place = ("spec", renamed.get(str(field), field), *rest)
        yield Finding(place, one.value, one.message)
