"""Fields of Kubernetes objects that nobody may change: another value is another object.

The API server refuses such a change, so that a sync stands still until somebody deletes the object; what it does to
what runs is that of a replacement. Of Kubernetes' own kinds from the validation of their updates (kubernetes/kubernetes,
`pkg/apis/<group>/validation`), of others from the transition rules of their definitions and from their webhooks.
"""

from __future__ import annotations

from collections.abc import Iterable

from ops.delta.objects import Identity, Object, at
from ops.guard.paths import Path, covers, dotted

IMMUTABLE: dict[tuple[str, str], str] = {
    # apps, batch: ValidateDeploymentUpdate, ValidateDaemonSetUpdate, ValidateReplicaSetUpdate, ValidateJobSpecUpdate
    ("apps", "Deployment"): "spec.selector",
    ("apps", "DaemonSet"): "spec.selector",
    ("apps", "ReplicaSet"): "spec.selector",
    ("batch", "Job"): "spec.selector spec.template spec.completionMode spec.podFailurePolicy spec.successPolicy "
    "spec.backoffLimitPerIndex spec.managedBy spec.completions",
    # core: ValidateServiceUpdate, ValidateSecretUpdate, ValidateResourceQuotaUpdate, ValidatePodUpdate
    ("", "Service"): "spec.clusterIP spec.clusterIPs spec.ipFamilies.0 spec.loadBalancerClass",
    ("", "Secret"): "type",
    ("", "ResourceQuota"): "spec.scopes spec.scopeSelector",
    ("", "Pod"): "spec",
    # rbac: ValidateRoleBindingUpdate, ValidateClusterRoleBindingUpdate ("cannot change roleRef")
    ("rbac.authorization.k8s.io", "RoleBinding"): "roleRef",
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"): "roleRef",
    # storage, scheduling, node, networking, discovery
    ("storage.k8s.io", "StorageClass"): "provisioner parameters reclaimPolicy volumeBindingMode",
    ("storage.k8s.io", "VolumeAttributesClass"): "driverName parameters",
    ("scheduling.k8s.io", "PriorityClass"): "value preemptionPolicy",
    ("node.k8s.io", "RuntimeClass"): "handler",
    ("networking.k8s.io", "IngressClass"): "spec.controller",
    ("discovery.k8s.io", "EndpointSlice"): "addressType",
    # apiextensions: a definition that is established keeps who its objects are
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "spec.group spec.scope spec.names.plural spec.names.kind",
    # aws-load-balancer-controller, webhooks/elbv2/targetgroupbinding_validator.go, checkImmutableFields; the name of a
    # group is turned into its ARN once, when the binding is made
    ("elbv2.k8s.aws", "TargetGroupBinding"): "spec.targetGroupARN spec.targetGroupName spec.targetType "
    "spec.ipAddressType spec.vpcID",
    ("eks.amazonaws.com", "TargetGroupBinding"): "spec.targetGroupARN spec.targetGroupName spec.targetType "
    "spec.ipAddressType spec.vpcID",
    # transition rules (x-kubernetes-validations) of the definitions of Karpenter and of the Gateway API
    ("karpenter.sh", "NodePool"): "spec.template.spec.nodeClassRef.group spec.template.spec.nodeClassRef.kind",
    ("karpenter.sh", "NodeClaim"): "spec",
    ("gateway.networking.k8s.io", "GatewayClass"): "spec.controllerName",
}
"""Group and kind to places."""

PRESENT: dict[tuple[str, str], str] = {
    ("karpenter.sh", "NodePool"): "spec.replicas",
}
"""Group and kind to places that may change and neither come nor go."""

_ONLY: dict[tuple[str, str], str] = {
    # ValidateStatefulSetUpdate: "updates to statefulset spec for fields other than … are forbidden"
    ("apps", "StatefulSet"): "spec.replicas spec.ordinals spec.template spec.updateStrategy spec.minReadySeconds "
    "spec.revisionHistoryLimit spec.persistentVolumeClaimRetentionPolicy",
    # ValidatePersistentVolumeClaimUpdate, ValidatePersistentVolumeUpdate
    ("", "PersistentVolumeClaim"): "spec.resources spec.volumeAttributesClassName",
    ("", "PersistentVolume"): "spec.accessModes spec.capacity spec.claimRef spec.persistentVolumeReclaimPolicy "
    "spec.mountOptions spec.volumeAttributesClassName spec.nodeAffinity",
}
"""Kinds whose `spec` is fixed but for these places."""

_SEALED = {("", "ConfigMap"), ("", "Secret")}
"""Kinds that may say of themselves that they never change (`immutable: true`)."""
_CONTENT = {"data", "binaryData", "stringData", "immutable"}


def immutable(who: Identity, path: Path, before: Object, after: Object) -> str:
    """Why a place of an object cannot get another value; empty where it can."""
    kind = who[:2]
    for pattern in _patterns(IMMUTABLE.get(kind, "")):
        if covers(pattern, path):
            return f"{dotted(pattern)} of a {who[1]} cannot be changed"
    for pattern in _patterns(PRESENT.get(kind, "")):
        if covers(pattern, path) and (at(before, *pattern) is None) != (at(after, *pattern) is None):
            return f"{dotted(pattern)} of a {who[1]} can neither be given nor taken away later"
    if kind in _ONLY and path[:1] == ("spec",) and not any(covers(one, path) for one in _patterns(_ONLY[kind])):
        return f"{dotted(path)} of a {who[1]} cannot be changed"
    if kind in _SEALED and at(before, "immutable") is True and path and path[0] in _CONTENT:
        return f"the {who[1]} says of itself that it is immutable"
    return ""


def _patterns(places: str) -> Iterable[Path]:
    return (tuple(place.split(".")) for place in places.split())
