"""Pod Security Standards, as the admission plug-in of Kubernetes 1.35 asks for them.

Read from k8s.io/pod-security-admission v0.35.4, the newest check of each kind (v0.36.3 has the same).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from admission.finding import NOTHING, Document, Finding, Place

Level = Literal["privileged", "baseline", "restricted"]
LEVELS: tuple[Level, ...] = ("privileged", "baseline", "restricted")
"""Each refuses all that the one before it refuses, and more."""

_PREFIX = "pod-security.kubernetes.io/"
ENFORCE = f"{_PREFIX}enforce"
EXCEPTION = "fleet/pod-security-exception"
"""Annotation of a namespace that is not `restricted`: why."""

_CAPABILITIES = frozenset({
    "AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD", "NET_BIND_SERVICE", "SETFCAP",
    "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"
})  # fmt: skip
_SYSCTLS = frozenset({
    "kernel.shm_rmid_forced", "net.ipv4.ip_local_port_range", "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range", "net.ipv4.ip_unprivileged_port_start", "net.ipv4.ip_local_reserved_ports",
    "net.ipv4.tcp_keepalive_time", "net.ipv4.tcp_fin_timeout", "net.ipv4.tcp_keepalive_intvl",
    "net.ipv4.tcp_keepalive_probes", "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem"
})  # fmt: skip
_SELINUX = frozenset({"", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"})
_PROFILES = frozenset({"RuntimeDefault", "Localhost"})
_VOLUMES = frozenset({
    "configMap", "csi", "downwardAPI", "emptyDir", "ephemeral", "image", "persistentVolumeClaim", "projected",
    "secret"
})  # fmt: skip
_APPARMOR = "container.apparmor.security.beta.kubernetes.io/"


@dataclass(frozen=True)
class Levels:
    """What a namespace says of its pods."""

    enforce: str
    """The level; "" where no label names one."""
    version: str
    """The version whose rules count, e.g. `v1.35`."""
    reason: str
    """Why it is not `restricted`, from its annotation; "" without one."""


def levels(namespace: Document) -> Levels:
    labels, annotations = (namespace["metadata"].get(part) or {} for part in ("labels", "annotations"))
    named = (labels.get(ENFORCE), labels.get(f"{ENFORCE}-version"), annotations.get(EXCEPTION))
    return Levels(*(str(one or "") for one in named))


def wrong_levels(namespace: Document) -> Iterator[Finding]:
    """Labels of a namespace that name no level, or no version."""
    for key, value in (namespace["metadata"].get("labels") or {}).items():
        mode, _, version = key.removeprefix(_PREFIX).partition("-")
        if not key.startswith(_PREFIX) or mode not in ("enforce", "warn", "audit"):
            continue
        place = ("metadata", "labels", key)
        if not version and value not in LEVELS:
            yield Finding(place, value, f"is no level; write {', '.join(LEVELS[:-1])} or {LEVELS[-1]}")
        if version and value != "latest" and not re.fullmatch(r"v1\.\d+", str(value)):
            yield Finding(place, value, "is no version; write latest, or one like v1.35")


def violations(pod: Mapping[str, Any], level: str) -> Iterator[Finding]:
    """What a level refuses in a pod or a pod template, by places from its root.

    Args:
        level: one of `LEVELS`; what is none of them counts as `restricted`, as in the plug-in.
    """
    if level == "privileged":
        return
    spec = pod.get("spec") or {}
    yield from _host(pod, spec)
    for place, container in _containers(spec):
        yield from _container_baseline(spec, container, place)
    for place, context in _contexts(spec):
        yield from _context_baseline(context, place)
    if level != "baseline":
        yield from _restricted(spec)


def _host(pod: Mapping[str, Any], spec: Mapping[str, Any]) -> Iterator[Finding]:
    for field in ("hostNetwork", "hostPID", "hostIPC"):
        if spec.get(field):
            yield Finding(("spec", field), True, "shares the node's own; remove it")
    for number, volume in enumerate(spec.get("volumes") or ()):
        if "hostPath" in volume:
            yield Finding(("spec", "volumes", number, "hostPath"), NOTHING, "reads the node's disk; use another volume")
    for number, one in enumerate((spec.get("securityContext") or {}).get("sysctls") or ()):
        if one.get("name") not in _SYSCTLS:
            place = ("spec", "securityContext", "sysctls", number, "name")
            yield Finding(place, one.get("name"), "is no safe kernel setting; remove it")
    for key, value in ((pod.get("metadata") or {}).get("annotations") or {}).items():
        if key.startswith(_APPARMOR) and value and value != "runtime/default" and not value.startswith("localhost/"):
            yield Finding(("metadata", "annotations", key), value, "weakens AppArmor; use runtime/default")


def _container_baseline(spec: Mapping[str, Any], container: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    context = container.get("securityContext") or {}
    inside = (*place, "securityContext")
    if context.get("privileged"):
        yield Finding((*inside, "privileged"), True, "gives it the node; remove it")
    for added in (context.get("capabilities") or {}).get("add") or ():
        if added not in _CAPABILITIES:
            yield Finding((*inside, "capabilities", "add"), added, "is a capability beyond the usual; remove it")
    mount = context.get("procMount")
    if mount not in (None, "Default") and spec.get("hostUsers") is not False:
        yield Finding((*inside, "procMount"), mount, "unmasks /proc; remove it")
    for number, port in enumerate(container.get("ports") or ()):
        if port.get("hostPort"):
            yield Finding((*place, "ports", number, "hostPort"), port["hostPort"], "is a port of the node; remove it")
    for handler, parts in _handlers(container):
        for kind in ("httpGet", "tcpSocket"):
            host = (parts.get(kind) or {}).get("host")
            if host:
                yield Finding((*place, *handler, kind, "host"), host, "makes the node ask other hosts; remove it")


def _handlers(container: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
        yield (probe,), container.get(probe) or {}
    lifecycle = container.get("lifecycle") or {}
    for moment in ("postStart", "preStop"):
        yield ("lifecycle", moment), lifecycle.get(moment) or {}


def _context_baseline(context: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    """What a pod's and a container's security context may not say."""
    if (context.get("windowsOptions") or {}).get("hostProcess"):
        yield Finding((*place, "windowsOptions", "hostProcess"), True, "gives it the node; remove it")
    for field in ("seccompProfile", "appArmorProfile"):
        profile = context.get(field)
        if profile is not None and profile.get("type") not in _PROFILES:
            text = "switches the profile off; use RuntimeDefault or Localhost"
            yield Finding((*place, field, "type"), profile.get("type", NOTHING), text)
    options = context.get("seLinuxOptions") or {}
    if options.get("type", "") not in _SELINUX:
        yield Finding((*place, "seLinuxOptions", "type"), options["type"], "is no type of containers; use container_t")
    for field in ("user", "role"):
        if options.get(field):
            yield Finding((*place, "seLinuxOptions", field), options[field], "may not be chosen; remove it")


def _restricted(spec: Mapping[str, Any]) -> Iterator[Finding]:
    windows = (spec.get("os") or {}).get("name") == "windows"
    own_users = spec.get("hostUsers") is False
    whole = spec.get("securityContext") or {}
    for number, volume in enumerate(spec.get("volumes") or ()):
        for kind in sorted(set(volume) - _VOLUMES - {"name", "hostPath"}):
            text = f"is no kind of volume for these pods; use {', '.join(sorted(_VOLUMES))}"
            yield Finding(("spec", "volumes", number, kind), NOTHING, text)
    for place, context in _contexts(spec):
        if not own_users:
            if context.get("runAsNonRoot") is False:
                yield Finding((*place, "runAsNonRoot"), False, "lets it run as root; set it to true")
            if context.get("runAsUser") == 0:
                yield Finding((*place, "runAsUser"), 0, "is root; use another number")
    for place, container in _containers(spec):
        context = container.get("securityContext") or {}
        inside = (*place, "securityContext")
        if not own_users and context.get("runAsNonRoot") is None and whole.get("runAsNonRoot") is None:
            yield Finding((*inside, "runAsNonRoot"), NOTHING, "is missing here and in the pod; set it to true")
        mount = context.get("procMount")
        if own_users and mount not in (None, "Default"):
            yield Finding((*inside, "procMount"), mount, "unmasks /proc; remove it")
        if not windows:
            yield from _linux(context, whole, inside)


def _linux(context: Mapping[str, Any], whole: Mapping[str, Any], place: Place) -> Iterator[Finding]:
    escalation = context.get("allowPrivilegeEscalation")
    if escalation is not False:
        value = NOTHING if escalation is None else escalation
        yield Finding((*place, "allowPrivilegeEscalation"), value, "must be said to be false; set it to false")
    if context.get("seccompProfile") is None and whole.get("seccompProfile") is None:
        text = "is missing here and in the pod; set type to RuntimeDefault"
        yield Finding((*place, "seccompProfile"), NOTHING, text)
    capabilities = context.get("capabilities") or {}
    if "ALL" not in (capabilities.get("drop") or ()):
        yield Finding((*place, "capabilities", "drop"), NOTHING, "does not drop all capabilities; set it to [ALL]")
    for added in capabilities.get("add") or ():
        if added in _CAPABILITIES - {"NET_BIND_SERVICE"}:
            text = "may not be added; only NET_BIND_SERVICE may: remove it"
            yield Finding((*place, "capabilities", "add"), added, text)


def _containers(spec: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    for field in ("initContainers", "containers", "ephemeralContainers"):
        for number, container in enumerate(spec.get(field) or ()):
            yield ("spec", field, number), container


def _contexts(spec: Mapping[str, Any]) -> Iterator[tuple[Place, Mapping[str, Any]]]:
    """The security contexts of the pod and of its containers."""
    yield ("spec", "securityContext"), spec.get("securityContext") or {}
    for place, container in _containers(spec):
        yield (*place, "securityContext"), container.get("securityContext") or {}
