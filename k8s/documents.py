"""The shapes of the documents, as far as a mistake in them would hurt.

Field names are the API's own. What stands here is closed: `mypy --strict` refuses an unknown or misspelt key. What
is only `Body` is checked by the tests, against the strict schemas of Kubernetes and of the custom resources.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, NotRequired, TypedDict

Body = Mapping[str, object]
"""A part of a document whose shape only the schemas know."""

Document = Mapping[str, object]
"""Any Kubernetes object. The TypedDicts below are all documents."""


class Metadata(TypedDict):
    name: str
    namespace: NotRequired[str]
    labels: NotRequired[Mapping[str, str]]
    annotations: NotRequired[Mapping[str, str]]


class Object(TypedDict):
    """An object whose body stands under `spec`."""

    apiVersion: str
    kind: str
    metadata: Metadata
    spec: Body


# --- scheduling and nodes ---------------------------------------------------------------------------------------


class Requirement(TypedDict):
    """A node requirement. Gt, Gte, Lt and Lte take exactly one number, as a string."""

    key: str
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Gte", "Lt", "Lte"]
    values: NotRequired[Sequence[str]]


class Taint(TypedDict):
    key: str
    value: str
    effect: Literal["NoSchedule", "NoExecute", "PreferNoSchedule"]


class Budget(TypedDict):
    """How many nodes may be disrupted at once. `schedule` (UTC) and `duration` go together."""

    nodes: str
    reasons: Sequence[Literal["Empty", "Drifted", "Underutilized"]]
    schedule: NotRequired[str]
    duration: NotRequired[str]


class Disruption(TypedDict):
    consolidationPolicy: Literal["WhenEmpty", "WhenEmptyOrUnderutilized", "Balanced"]
    consolidateAfter: str
    budgets: Sequence[Budget]


class NodeClassReference(TypedDict):
    group: Literal["karpenter.k8s.aws", "eks.amazonaws.com"]
    kind: Literal["EC2NodeClass", "NodeClass"]
    name: str


class NodeTemplateSpec(TypedDict):
    nodeClassRef: NodeClassReference
    requirements: Sequence[Requirement]
    taints: NotRequired[Sequence[Taint]]
    startupTaints: NotRequired[Sequence[Taint]]
    expireAfter: str
    terminationGracePeriod: str


class NodeTemplate(TypedDict):
    metadata: Body
    spec: NodeTemplateSpec


class NodePoolSpec(TypedDict):
    template: NodeTemplate
    disruption: Disruption
    limits: Mapping[str, str]
    weight: int


class NodePool(TypedDict):
    apiVersion: Literal["karpenter.sh/v1"]
    kind: Literal["NodePool"]
    metadata: Metadata
    spec: NodePoolSpec


# --- workloads --------------------------------------------------------------------------------------------------


class Quantities(TypedDict, total=False):
    cpu: str
    memory: str


class Resources(TypedDict):
    requests: Quantities
    limits: Quantities


class ContainerSecurity(TypedDict):
    allowPrivilegeEscalation: Literal[False]
    readOnlyRootFilesystem: Literal[True]
    capabilities: Body


class Container(TypedDict):
    name: str
    image: str
    ports: Sequence[Body]
    env: Sequence[Body]
    resources: Resources
    securityContext: ContainerSecurity
    startupProbe: Body
    readinessProbe: Body
    livenessProbe: Body
    lifecycle: Body
    volumeMounts: Sequence[Body]


class Spread(TypedDict):
    """No `minDomains`: with a zone shifted away it would leave pods pending for ever."""

    topologyKey: str
    maxSkew: int
    whenUnsatisfiable: Literal["DoNotSchedule", "ScheduleAnyway"]
    nodeTaintsPolicy: Literal["Honor"]
    labelSelector: Body
    matchLabelKeys: Sequence[str]


class PodSpec(TypedDict):
    serviceAccountName: str
    automountServiceAccountToken: Literal[False]
    enableServiceLinks: Literal[False]
    priorityClassName: str
    terminationGracePeriodSeconds: int
    securityContext: Body
    affinity: Body
    tolerations: NotRequired[Sequence[Body]]
    topologySpreadConstraints: Sequence[Spread]
    containers: Sequence[Container]
    volumes: Sequence[Body]


class PodTemplate(TypedDict):
    metadata: Body
    spec: PodSpec


class DeploymentSpec(TypedDict):
    """No `replicas`: the autoscaler owns the number."""

    revisionHistoryLimit: int
    progressDeadlineSeconds: int
    selector: Body
    strategy: Body
    template: PodTemplate


class Deployment(TypedDict):
    apiVersion: Literal["apps/v1"]
    kind: Literal["Deployment"]
    metadata: Metadata
    spec: DeploymentSpec


# --- traffic ----------------------------------------------------------------------------------------------------


class TargetGroupBindingSpec(TypedDict):
    """By name, not by ARN: nothing that AWS mints stands in a manifest."""

    targetGroupName: str
    targetType: Literal["ip"]
    serviceRef: Body


class TargetGroupBinding(TypedDict):
    apiVersion: Literal["elbv2.k8s.aws/v1beta1", "eks.amazonaws.com/v1"]
    kind: Literal["TargetGroupBinding"]
    metadata: Metadata
    spec: TargetGroupBindingSpec


class NetworkPolicySpec(TypedDict):
    podSelector: Body
    policyTypes: Sequence[Literal["Ingress", "Egress"]]
    ingress: NotRequired[Sequence[Body]]
    egress: NotRequired[Sequence[Body]]


class NetworkPolicy(TypedDict):
    apiVersion: Literal["networking.k8s.io/v1"]
    kind: Literal["NetworkPolicy"]
    metadata: Metadata
    spec: NetworkPolicySpec


class TrafficPolicy(TypedDict):
    """Locality fail-over works only where outliers are ejected, so both are required."""

    connectionPool: Body
    outlierDetection: Body
    loadBalancer: Body


class DestinationRuleSpec(TypedDict):
    host: str
    trafficPolicy: TrafficPolicy


class DestinationRule(TypedDict):
    apiVersion: Literal["networking.istio.io/v1"]
    kind: Literal["DestinationRule"]
    metadata: Metadata
    spec: DestinationRuleSpec


# --- delivery ---------------------------------------------------------------------------------------------------


class Automated(TypedDict):
    """Nothing is ever pruned by itself, and an empty bundle is never a wish."""

    prune: Literal[False]
    selfHeal: Literal[True]
    allowEmpty: Literal[False]


class SyncPolicy(TypedDict):
    automated: Automated
    syncOptions: Sequence[str]
    retry: Body


class ApplicationSpec(TypedDict):
    project: str
    source: Body
    destination: Body
    syncPolicy: SyncPolicy
    revisionHistoryLimit: int
    ignoreDifferences: NotRequired[Sequence[Body]]


class Application(TypedDict):
    apiVersion: Literal["argoproj.io/v1alpha1"]
    kind: Literal["Application"]
    metadata: Metadata
    spec: ApplicationSpec
