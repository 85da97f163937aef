"""Fields of Kubernetes objects that the API server lets nobody change: another value is another object.

From the validation of Kubernetes itself (`pkg/apis/*/validation` of kubernetes/kubernetes), and the rules and webhooks
of the kinds that the platform's controllers bring.
"""

from __future__ import annotations

from collections.abc import Iterable

from ops.delta.objects import Identity, Object, at
from ops.guard.paths import Path, covers, dotted

_IMMUTABLE: dict[tuple[str, str], str] = {
    ("apps", "Deployment"): "spec.selector",
    ("apps", "DaemonSet"): "spec.selector",
    ("apps", "ReplicaSet"): "spec.selector",
    ("batch", "Job"): "spec.selector spec.template spec.completionMode spec.podFailurePolicy spec.successPolicy "
    "spec.backoffLimitPerIndex spec.managedBy spec.completions",
    ("", "Service"): "spec.clusterIP spec.clusterIPs spec.ipFamilies.0 spec.loadBalancerClass",
    ("", "Secret"): "type",
    ("", "ResourceQuota"): "spec.scopes spec.scopeSelector",
    ("", "Pod"): "spec",
    ("rbac.authorization.k8s.io", "RoleBinding"): "roleRef",
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): "roleRef",
    ("storage.k8s.io", "StorageClass"): "provisioner parameters reclaimPolicy volumeBindingMode",
    ("storage.k8s.io", "VolumeAttributesClass"): "driverName parameters",
    ("scheduling.k8s.io", "PriorityClass"): "value preemptionPolicy",
    ("node.k8s.io", "RuntimeClass"): "handler",
    ("networking.k8s.io", "IngressClass"): "spec.controller",
    ("discovery.k8s.io", "EndpointSlice"): "addressType",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "spec.group spec.scope spec.names.plural spec.names.kind",
    ("elbv2.k8s.aws", "TargetGroupBinding"): "spec.targetGroupARN spec.targetGroupName spec.targetType "
    "spec.ipAddressType spec.vpcID",
    ("karpenter.sh", "NodePool"): "spec.template.spec.nodeClassRef.group spec.template.spec.nodeClassRef.kind",
}
"""Group and kind to places."""

# Of these nearly everything is fixed: what may change is listed instead.
_ONLY: dict[tuple[str, str], str] = {
    ("apps", "StatefulSet"): "spec.replicas spec.ordinals spec.template spec.updateStrategy spec.minReadySeconds "
    "spec.revisionHistoryLimit spec.persistentVolumeClaimRetentionPolicy",
    ("", "PersistentVolumeClaim"): "spec.resources spec.volumeAttributesClassName",
    ("", "PersistentVolume"): "spec.accessModes spec.capacity spec.claimRef spec.persistentVolumeReclaimPolicy "
    "spec.mountOptions spec.volumeAttributesClassName spec.nodeAffinity",
}


def immutable(who: Identity, path: Path, before: Object) -> str:
    """Why a place of an object cannot get another value; empty where it can."""
    kind = who[:2]
    for pattern in _patterns(_IMMUTABLE.get(kind, "")):
        if covers(pattern, path):
            return f"{dotted(pattern)} of a {who[1]} cannot be changed"
    if kind in _ONLY and path[:1] == ("spec",) and not any(covers(one, path) for one in _patterns(_ONLY[kind])):
        return f"{dotted(path)} of a {who[1]} cannot be changed"
    sealed = at(before, "immutable") is True and kind in (("", "ConfigMap"), ("", "Secret"))
    if sealed and path[:1] in (("data",), ("binaryData",), ("stringData",), ("immutable",)):
        return f"the {who[1]} says of itself that it is immutable"
    return ""


def _patterns(places: str) -> Iterable[Path]:
    return (tuple(place.split(".")) for place in places.split())
