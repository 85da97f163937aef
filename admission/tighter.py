"""What Kubernetes' own code refuses and its published schemas do not say, for the kinds that fleets emit.

By definition and field, read from pkg/apis/*/validation of Kubernetes 1.35.4, and held to what API servers of 1.35.4
and 1.36.3 refuse (`tests/k8s/test_apiserver.py`). Enumerations stand in `tables/enums.json`, from the generated OpenAPI
definitions of both versions (pkg/generated/openapi), which the published schemas leave out.
"""

from __future__ import annotations

import json
from pathlib import Path

from admission.forms import (
    COUNTED,
    FIELD_PATH,
    LABEL,
    LABELS,
    PERCENT,
    PORT,
    PORT_NAME,
    POSITIVE,
    QUALIFIED,
    RESOURCES,
    SUBDOMAIN,
    USER,
    VALUE,
    WHOLE,
    Schema,
)


def _each(schema: Schema) -> Schema:
    """A list of texts of a form."""
    return {"items": {"type": "string", **schema}}


VERBS = ("create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch")
_SELECTOR_OPERATORS: Schema = {"enum": ["DoesNotExist", "Exists", "In", "NotIn"]}
_FILLED: Schema = {"minItems": 1}
_SAID: Schema = {"minLength": 1}

_ANY_PORT: Schema = {**PORT, **PORT_NAME}
"""A number, or the name of one: bounds count for numbers, patterns for text."""

FIELDS: dict[str, dict[str, Schema]] = {
    "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta": {
        "namespace": LABEL,
        "labels": LABELS,
        "annotations": {"propertyNames": QUALIFIED},
    },
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelector": {"matchLabels": LABELS},
    "io.k8s.apimachinery.pkg.apis.meta.v1.LabelSelectorRequirement": {
        "key": QUALIFIED,
        "operator": _SELECTOR_OPERATORS,
        "values": _each(VALUE),
    },
    "io.k8s.api.apps.v1.DeploymentSpec": dict.fromkeys(
        ("replicas", "minReadySeconds", "revisionHistoryLimit", "progressDeadlineSeconds"), WHOLE
    ),
    "io.k8s.api.apps.v1.RollingUpdateDeployment": {"maxSurge": PERCENT, "maxUnavailable": PERCENT},
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec": {"minReplicas": POSITIVE, "maxReplicas": POSITIVE},
    "io.k8s.api.autoscaling.v2.MetricSpec": {
        "type": {"enum": ["ContainerResource", "External", "Object", "Pods", "Resource"]}
    },
    "io.k8s.api.autoscaling.v2.MetricTarget": {
        "type": {"enum": ["AverageValue", "Utilization", "Value"]},
        "averageUtilization": POSITIVE,
    },
    "io.k8s.api.autoscaling.v2.HPAScalingRules": {
        "selectPolicy": {"enum": ["Disabled", "Max", "Min"]},
        "policies": _FILLED,
        "stabilizationWindowSeconds": {"minimum": 0, "maximum": 3600},
    },
    "io.k8s.api.autoscaling.v2.HPAScalingPolicy": {
        "type": {"enum": ["Percent", "Pods"]},
        "value": POSITIVE,
        "periodSeconds": {"minimum": 1, "maximum": 1800},
    },
    "io.k8s.api.autoscaling.v2.CrossVersionObjectReference": {
        "apiVersion": {"pattern": "^([^/ ]+/)?v[^/ ]+$"},
        "kind": _SAID,
        "name": _SAID,
    },
    "io.k8s.api.autoscaling.v2.ContainerResourceMetricSource": {"container": LABEL, "name": QUALIFIED},
    "io.k8s.api.autoscaling.v2.ResourceMetricSource": {"name": QUALIFIED},
    "io.k8s.api.core.v1.PodSpec": {
        "containers": _FILLED,
        "serviceAccountName": SUBDOMAIN,
        "priorityClassName": SUBDOMAIN,
        "nodeSelector": LABELS,
        "terminationGracePeriodSeconds": WHOLE,
        "activeDeadlineSeconds": POSITIVE,
    },
    "io.k8s.api.core.v1.Container": {"name": LABEL, "image": {"pattern": r"^\S(.*\S)?$"}},
    "io.k8s.api.core.v1.ContainerPort": {"containerPort": PORT, "hostPort": {**PORT, "minimum": 0}, "name": PORT_NAME},
    "io.k8s.api.core.v1.EnvVar": {"name": {"pattern": "^[ -<>-~]+$"}},
    "io.k8s.api.core.v1.ObjectFieldSelector": {"fieldPath": FIELD_PATH},
    "io.k8s.api.core.v1.SecretVolumeSource": {"secretName": _SAID},
    "io.k8s.api.core.v1.ResourceRequirements": {"limits": RESOURCES, "requests": RESOURCES},
    "io.k8s.api.core.v1.Volume": {"name": LABEL},
    "io.k8s.api.core.v1.VolumeMount": {"name": _SAID, "mountPath": _SAID},
    "io.k8s.api.core.v1.HTTPGetAction": {"port": _ANY_PORT},
    "io.k8s.api.core.v1.TCPSocketAction": {"port": _ANY_PORT},
    "io.k8s.api.core.v1.Probe": dict.fromkeys(
        ("initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"), WHOLE
    ),
    "io.k8s.api.core.v1.SleepAction": {"seconds": WHOLE},
    "io.k8s.api.core.v1.NodeSelectorRequirement": {"key": QUALIFIED, "values": _each(VALUE)},
    "io.k8s.api.core.v1.NodeSelector": {"nodeSelectorTerms": _FILLED},
    "io.k8s.api.core.v1.TopologySpreadConstraint": {
        "maxSkew": POSITIVE,
        "topologyKey": _SAID,
        "matchLabelKeys": _each(QUALIFIED),
    },
    "io.k8s.api.core.v1.Toleration": {"effect": {"enum": ["", "NoExecute", "NoSchedule", "PreferNoSchedule"]}},
    "io.k8s.api.core.v1.PodSecurityContext": {"runAsUser": USER, "runAsGroup": USER, "fsGroup": USER},
    "io.k8s.api.core.v1.SecurityContext": {"runAsUser": USER, "runAsGroup": USER},
    "io.k8s.api.core.v1.ServiceSpec": {"selector": LABELS},
    "io.k8s.api.core.v1.ServicePort": {
        "port": PORT,
        "name": LABEL,
        "targetPort": _ANY_PORT,
        "nodePort": {"minimum": 0, "maximum": 65535},
        "appProtocol": QUALIFIED,
    },
    "io.k8s.api.core.v1.LimitRangeItem": {
        "type": QUALIFIED,
        "default": RESOURCES,
        "defaultRequest": RESOURCES,
        "maxLimitRequestRatio": RESOURCES,
    },
    "io.k8s.api.core.v1.ResourceQuotaSpec": {"hard": COUNTED},
    "io.k8s.api.flowcontrol.v1.FlowSchemaSpec": {"matchingPrecedence": {"minimum": 1, "maximum": 10000}},
    "io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod": {"type": {"enum": ["ByNamespace", "ByUser"]}},
    "io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects": {"subjects": _FILLED},
    "io.k8s.api.flowcontrol.v1.Subject": {"kind": {"enum": ["Group", "ServiceAccount", "User"]}},
    "io.k8s.api.flowcontrol.v1.ServiceAccountSubject": {
        "name": {"pattern": rf"^\*$|{SUBDOMAIN['pattern']}"},
        "namespace": LABEL,
    },
    "io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference": {"name": SUBDOMAIN},
    "io.k8s.api.flowcontrol.v1.ResourcePolicyRule": {
        "verbs": {**_FILLED, **_each({"enum": [*VERBS, "*"]})},
        "apiGroups": _FILLED,
        "resources": _FILLED,
        "namespaces": _each({"pattern": rf"^\*$|{LABEL['pattern']}"}),
    },
    "io.k8s.api.networking.v1.NetworkPolicySpec": {"policyTypes": {"maxItems": 2}},
    "io.k8s.api.networking.v1.NetworkPolicyPort": {"port": _ANY_PORT, "endPort": PORT},
    "io.k8s.api.networking.v1.IPBlock": {"cidr": {"format": "cidr"}, "except": _each({"format": "cidr"})},
    "io.k8s.api.policy.v1.PodDisruptionBudgetSpec": {"minAvailable": PERCENT, "maxUnavailable": PERCENT},
    "io.k8s.api.rbac.v1.PolicyRule": {"verbs": _FILLED},
    "io.k8s.api.rbac.v1.RoleRef": {
        "apiGroup": {"enum": ["rbac.authorization.k8s.io"]},
        "kind": {"enum": ["ClusterRole", "Role"]},
        "name": _SAID,
    },
    "io.k8s.api.rbac.v1.Subject": {
        "kind": {"enum": ["Group", "ServiceAccount", "User"]}, "name": _SAID
    },
    "io.k8s.api.scheduling.v1.PriorityClass": {"value": {"maximum": 1_000_000_000}},
    "io.k8s.api.storage.v1.StorageClass": {"provisioner": QUALIFIED},
    "io.k8s.api.admissionregistration.v1.NamedRuleWithOperations": {
        "operations": _FILLED,
        "apiGroups": _FILLED,
        "apiVersions": {**_FILLED, **_each(_SAID)},
        "resources": {**_FILLED, **_each(_SAID)},
    },
    "io.k8s.api.admissionregistration.v1.MatchResources": {"resourceRules": _FILLED},
    "io.k8s.api.admissionregistration.v1.Validation": {
        "expression": {"pattern": r"\S"},
        "reason": {"enum": ["Forbidden", "Invalid", "RequestEntityTooLarge", "Unauthorized"]},
    },
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec": {
        "policyName": SUBDOMAIN, "validationActions": _FILLED
    },
}  # fmt: skip

MISSING: dict[str, list[str]] = {
    "io.k8s.api.core.v1.Container": ["image"],
    "io.k8s.api.autoscaling.v2.CrossVersionObjectReference": ["apiVersion"],
    "io.k8s.api.core.v1.PodTemplateSpec": ["spec"],
    "io.k8s.api.core.v1.SecretVolumeSource": ["secretName"],
    "io.k8s.api.core.v1.Service": ["spec"],
    "io.k8s.api.core.v1.ServicePort": ["port"],
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicy": ["spec"],
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding": ["spec"],
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec": ["matchConstraints"],
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec": ["policyName", "validationActions"],
    "io.k8s.api.admissionregistration.v1.MatchResources": ["resourceRules"],
    "io.k8s.api.admissionregistration.v1.NamedRuleWithOperations": [
        "apiGroups", "apiVersions", "operations", "resources"
    ],
    "io.k8s.api.apps.v1.Deployment": ["spec"],
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler": ["spec"],
    "io.k8s.api.flowcontrol.v1.FlowSchema": ["spec"],
    "io.k8s.api.rbac.v1.PolicyRule": ["verbs"],
}  # fmt: skip
"""Fields that are required, and that the schemas do not list as such."""


def enumerations() -> dict[str, dict[str, list[str]]]:
    """Definition, field, and the values it takes; those of a list's members where the field is one."""
    found: dict[str, dict[str, list[str]]] = json.loads(
        (Path(__file__).parent / "tables" / "enums.json").read_text("utf-8")
    )
    return found
