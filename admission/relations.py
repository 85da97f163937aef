"""How fields of Kubernetes' own kinds must fit together: rules in CEL, by definition, beside `tighter`.

Read from the same code (Kubernetes 1.35.4, pkg/apis/*/validation), for the kinds that fleets emit. `amount` is the
number that a quantity stands for; it is a word of this table only.
"""

from __future__ import annotations

from admission.forms import SUBDOMAIN

Rule = tuple[str, str]
"""What must hold of `self`, and what is said when it does not: why, and what to do."""

_CORE, _META = "io.k8s.api.core.v1", "io.k8s.apimachinery.pkg.apis.meta.v1"

_VALUES: list[Rule] = [
    (
        "!(self.operator in ['In', 'NotIn']) || (has(self.values) && size(self.values) > 0)",
        "operators In and NotIn compare with values, and there are none; list `values`",
    ),
    (
        "!(self.operator in ['Exists', 'DoesNotExist']) || !has(self.values) || size(self.values) == 0",
        "operators Exists and DoesNotExist compare with nothing; remove `values`",
    ),
]


def _exactly_one(*fields: str) -> Rule:
    given = ", ".join(f"has(self.{field})" for field in fields)
    return f"[{given}].filter(given, given).size() == 1", f"takes exactly one of {', '.join(fields)}; give one of them"


def _not_both(one: str, other: str) -> Rule:
    return f"!(has(self.{one}) && has(self.{other}))", f"{one} and {other} exclude each other; remove one"


def _at_most(small: str, large: str, key: str, what: str) -> Rule:
    """Quantities under `small` are at most those under `large`."""
    return (
        f"!has(self.{small}) || !has(self.{large}) || !('{key}' in self.{small}) || !('{key}' in self.{large})"
        f" || amount(self.{small}['{key}']) <= amount(self.{large}['{key}'])",
        f"{small}.{key} is more than {large}.{key}; {what}",
    )


RELATIONS: dict[str, list[Rule]] = {
    f"{_META}.LabelSelectorRequirement": _VALUES,
    f"{_CORE}.NodeSelectorRequirement": [
        *_VALUES,
        (
            "!(self.operator in ['Gt', 'Lt']) || (has(self.values) && size(self.values) == 1"
            " && self.values[0].matches('^[+-]?[0-9]+$'))",
            "operators Gt and Lt compare with one whole number; give `values` exactly one",
        ),
    ],
    "io.k8s.api.apps.v1.DeploymentSpec": [
        (
            "(has(self.selector.matchLabels) && size(self.selector.matchLabels) > 0)"
            " || (has(self.selector.matchExpressions) && size(self.selector.matchExpressions) > 0)",
            "an empty selector would take every pod; name the pods' own labels",
        ),
        (
            "!has(self.selector.matchLabels) || self.selector.matchLabels.all(key, has(self.template.metadata)"
            " && has(self.template.metadata.labels) && key in self.template.metadata.labels"
            " && self.template.metadata.labels[key] == self.selector.matchLabels[key])",
            "the selector does not match the labels of the template; give both the same labels",
        ),
        (
            "!has(self.template.spec) || !has(self.template.spec.restartPolicy)"
            " || self.template.spec.restartPolicy == 'Always'",
            "pods of a Deployment are always restarted; remove restartPolicy",
        ),
        (
            "!has(self.strategy) || !has(self.strategy.rollingUpdate) || !has(self.strategy.type)"
            " || self.strategy.type == 'RollingUpdate'",
            "strategy Recreate has no rollingUpdate; remove it",
        ),
        (
            "!has(self.strategy) || !has(self.strategy.rollingUpdate)"
            " || !(has(self.strategy.rollingUpdate.maxSurge) && has(self.strategy.rollingUpdate.maxUnavailable))"
            " || !(string(self.strategy.rollingUpdate.maxSurge) in ['0', '0%']"
            " && string(self.strategy.rollingUpdate.maxUnavailable) in ['0', '0%'])",
            "maxSurge and maxUnavailable are both 0, and no roll-out could ever begin; raise one",
        ),
    ],
    "io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec": [
        (
            "!has(self.minReplicas) || self.minReplicas <= self.maxReplicas",
            "maxReplicas is below minReplicas; raise it, or lower minReplicas",
        )
    ],
    "io.k8s.api.autoscaling.v2.MetricSpec": [
        (
            "(self.type == 'ContainerResource' && has(self.containerResource)) || (self.type == 'External' &&"
            " has(self.external)) || (self.type == 'Object' && has(self.object)) || (self.type == 'Pods' &&"
            " has(self.pods)) || (self.type == 'Resource' && has(self.resource))",
            "the source that its type names is missing; give it, e.g. `resource` for Resource",
        )
    ],
    "io.k8s.api.autoscaling.v2.MetricTarget": [
        (
            "self.type != 'Utilization' || has(self.averageUtilization)",
            "a target of type Utilization needs averageUtilization; give it in percent",
        ),
        _not_both("averageUtilization", "averageValue"),
    ],
    f"{_CORE}.PodSpec": [
        (
            "self.containers.all(one, !has(one.volumeMounts) || one.volumeMounts.all(mount, has(self.volumes)"
            " && self.volumes.exists(volume, volume.name == mount.name)))",
            "a container mounts a volume that the pod has not; add it to `volumes`",
        ),
        (
            "!has(self.initContainers) || self.initContainers.all(first, !self.containers.exists(one,"
            " one.name == first.name))",
            "a container and an init container have the same name; rename one",
        ),
        (
            "!has(self.terminationGracePeriodSeconds) || self.containers.all(one, !has(one.lifecycle)"
            " || !has(one.lifecycle.preStop) || !has(one.lifecycle.preStop.sleep)"
            " || one.lifecycle.preStop.sleep.seconds <= self.terminationGracePeriodSeconds)",
            "a preStop sleep is longer than terminationGracePeriodSeconds; shorten it",
        ),
    ],
    f"{_CORE}.ResourceRequirements": [
        _at_most("requests", "limits", key, "raise the limit, or lower the request") for key in ("cpu", "memory")
    ],
    f"{_CORE}.EnvVarSource": [
        _exactly_one("configMapKeyRef", "fieldRef", "fileKeyRef", "resourceFieldRef", "secretKeyRef")
    ],
    f"{_CORE}.EnvVar": [_not_both("value", "valueFrom")],
    f"{_CORE}.Volume": [("size(self) <= 2", "has more than one source; keep one")],
    f"{_CORE}.Probe": [_exactly_one("exec", "grpc", "httpGet", "tcpSocket")],
    f"{_CORE}.LifecycleHandler": [_exactly_one("exec", "httpGet", "sleep", "tcpSocket")],
    f"{_CORE}.Toleration": [
        (
            "!has(self.operator) || self.operator != 'Exists' || !has(self.value) || self.value == ''",
            "operator Exists compares with nothing; remove `value`",
        ),
        (
            "(has(self.key) && self.key != '') || (has(self.operator) && self.operator == 'Exists')",
            "without a key the operator is Exists; name the key of the taint",
        ),
    ],
    f"{_CORE}.TopologySpreadConstraint": [
        (
            "!has(self.minDomains) || self.whenUnsatisfiable == 'DoNotSchedule'",
            "minDomains counts with DoNotSchedule only; remove it",
        ),
        ("!has(self.matchLabelKeys) || has(self.labelSelector)", "matchLabelKeys narrows a labelSelector; give one"),
    ],
    f"{_CORE}.ServiceSpec": [
        (
            "(has(self.type) && self.type == 'ExternalName') || (has(self.clusterIP) && self.clusterIP == 'None')"
            " || (has(self.ports) && size(self.ports) > 0)",
            "has no ports, which only headless services may; list `ports`",
        ),
        (
            "!has(self.ports) || size(self.ports) < 2 || self.ports.all(port, has(port.name) && port.name != '')",
            "of several ports each needs a name; name them",
        ),
        (
            "!has(self.ports) || self.ports.all(port, !has(port.name)"
            " || self.ports.exists_one(other, has(other.name) && other.name == port.name))",
            "two ports have the same name; rename one",
        ),
    ],
    f"{_CORE}.Secret": [
        (
            "!has(self.type) || self.type != 'kubernetes.io/service-account-token' || (has(self.metadata.annotations)"
            " && 'kubernetes.io/service-account.name' in self.metadata.annotations"
            " && self.metadata.annotations['kubernetes.io/service-account.name'] != '')",
            "a token's secret says whose it is; annotate it with kubernetes.io/service-account.name",
        )
    ],
    f"{_CORE}.LimitRangeSpec": [
        (
            "self.limits.all(limit, self.limits.exists_one(other, other.type == limit.type))",
            "two limits are of the same type; put them into one",
        )
    ],
    f"{_CORE}.LimitRangeItem": [
        _at_most("defaultRequest", "default", key, "raise the default limit, or lower the request")
        for key in ("cpu", "memory")
    ],
    "io.k8s.api.networking.v1.NetworkPolicyPeer": [
        ("size(self) > 0", "names nobody; give ipBlock, namespaceSelector or podSelector"),
        (
            "!has(self.ipBlock) || size(self) == 1",
            "an ipBlock excludes selectors; write two entries",
        ),
    ],
    "io.k8s.api.networking.v1.NetworkPolicyPort": [
        (
            "!has(self.endPort) || (has(self.port) && type(self.port) == int && self.port <= self.endPort)",
            "endPort ends a range that begins at the number `port`; give the lower number there",
        )
    ],
    "io.k8s.api.policy.v1.PodDisruptionBudgetSpec": [_not_both("minAvailable", "maxUnavailable")],
    "io.k8s.api.rbac.v1.PolicyRule": [
        (
            "!has(self.nonResourceURLs) || size(self.nonResourceURLs) == 0 || !has(self.resources)",
            "resources and nonResourceURLs exclude each other; write two rules",
        ),
        (
            "(has(self.nonResourceURLs) && size(self.nonResourceURLs) > 0) || (has(self.resources)"
            " && size(self.resources) > 0 && has(self.apiGroups) && size(self.apiGroups) > 0)",
            "a rule names resources and their apiGroups; give both",
        ),
    ],
    "io.k8s.api.rbac.v1.Subject": [
        (
            "self.kind != 'ServiceAccount' || (has(self.__namespace__) && self.__namespace__ != '')",
            "a ServiceAccount is in a namespace; give `namespace`",
        ),
        (
            f"self.kind != 'ServiceAccount' || self.name.matches(r'{SUBDOMAIN['pattern']}')",
            "its name is none of a ServiceAccount; use lower case letters, digits, dashes and dots",
        ),
    ],
    "io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects": [
        (
            "(has(self.resourceRules) && size(self.resourceRules) > 0)"
            " || (has(self.nonResourceRules) && size(self.nonResourceRules) > 0)",
            "names no requests; give resourceRules or nonResourceRules",
        )
    ],
    "io.k8s.api.flowcontrol.v1.ResourcePolicyRule": [
        (
            "(has(self.clusterScope) && self.clusterScope) || (has(self.namespaces) && size(self.namespaces) > 0)",
            "matches nothing; give namespaces, or clusterScope",
        )
    ],
    "io.k8s.api.flowcontrol.v1.Subject": [
        (
            "(self.kind == 'ServiceAccount' && has(self.serviceAccount)) || (self.kind == 'User' && has(self.user))"
            " || (self.kind == 'Group' && has(self.group))",
            "the field that its kind names is missing; give it, e.g. `serviceAccount`",
        )
    ],
    "io.k8s.api.admissionregistration.v1.NamedRuleWithOperations": [
        (
            "!('*' in self.apiVersions) || size(self.apiVersions) == 1",
            "`*` stands for all versions; name no other beside it",
        )
    ],
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicySpec": [
        (
            "(has(self.validations) && size(self.validations) > 0)"
            " || (has(self.auditAnnotations) && size(self.auditAnnotations) > 0)",
            "judges nothing; give `validations`",
        )
    ],
    "io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec": [
        (
            "!('Deny' in self.validationActions && 'Warn' in self.validationActions)",
            "Deny and Warn say the same twice; remove one",
        )
    ],
}

EXPRESSIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "io.k8s.api.admissionregistration.v1.Validation": (
        "expression",
        ("object", "oldObject", "request", "params", "namespaceObject", "authorizer", "variables"),
    ),
    "io.k8s.api.admissionregistration.v1.MatchCondition": (
        "expression",
        ("object", "oldObject", "request", "params", "namespaceObject", "authorizer"),
    ),
    "io.k8s.api.admissionregistration.v1.Variable": (
        "expression",
        ("object", "oldObject", "request", "params", "namespaceObject", "authorizer", "variables"),
    ),
}
"""Fields that hold an expression, and the names it may read: an API server compiles them when they are stored."""
