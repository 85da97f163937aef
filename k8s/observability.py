"""Observability in a cell: an agent on every node, and gateways that send to CloudWatch.

The agent reads container logs and takes what services and proxies send; the gateway, two or more pods, is the only
one with an identity in AWS. Signals carry the cell, so that a fault is cut along the lines it runs along.
"""

from __future__ import annotations

from fleet import names, signals
from fleet.cell import Cell
from k8s.documents import Body, Document
from k8s.signals import GROWTH, ISTIOD_SAYS, KEPT, KEPT_LABELS, POD_ASSOCIATION, ZONE_LABEL, exporter, processors
from k8s.vocabulary import AGENTS, BEFORE_ITS_KIND, OBSERVABILITY, meta, obj, sync

_SPACE, _ACCOUNT = names.CONTROLLERS["collector"]
_OTLP: Body = {"protocols": {"grpc": {"endpoint": "0.0.0.0:4317"}}}
# What memory the processor may take before it refuses data: refused is better than killed with all of it.
_LIMITER: Body = {"check_interval": "1s", "limit_percentage": 75, "spike_limit_percentage": 20}
_ISTIO_METRICS = "|".join(
    (
        "istio_requests_total",
        "istio_request_duration_milliseconds.*",
        "istio_tcp_connections_.*",
        "pilot_.*",
        "envoy_cluster_upstream_cx_.*",
        ISTIOD_SAYS,
    )
)


def observability(cell: Cell) -> list[Document]:
    """The collectors and what they may read of the cluster."""
    return [*_reader("agent", AGENTS), *_reader(_ACCOUNT, OBSERVABILITY), _agent(cell), _gateway(cell)]


def _reader(account: str, space: str) -> list[Document]:
    """A service account that may look up pods, to say of which service a signal is."""
    api, name = "rbac.authorization.k8s.io/v1", f"fleet-{account}-attributes"
    reads = ["get", "list", "watch"]
    rules = [
        {"apiGroups": [""], "resources": ["pods", "namespaces", "nodes", "nodes/stats"], "verbs": reads},
        {"apiGroups": ["apps"], "resources": ["replicasets"], "verbs": reads},
    ]
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta(account, space)},
        {"apiVersion": api, "kind": "ClusterRole", "metadata": meta(name), "rules": rules},
        {
            "apiVersion": api,
            "kind": "ClusterRoleBinding",
            "metadata": meta(name),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": name},
            "subjects": [{"kind": "ServiceAccount", "name": account, "namespace": space}],
        },
    ]


def _agent(cell: Cell) -> Document:
    config = {
        "receivers": {
            "otlp": _OTLP,
            "filelog": {
                "include": ["/var/log/pods/*/*/*.log"],
                "exclude": [f"/var/log/pods/{AGENTS}_*/*/*.log"],
                "include_file_path": True,
                "operators": [{"type": "container", "id": "container"}],
            },
            "kubeletstats": {
                "collection_interval": "60s",
                "auth_type": "serviceAccount",
                "endpoint": "https://${env:NODE_NAME}:10250",
                "insecure_skip_verify": True,
                "metric_groups": ["node", "pod"],
            },
            "prometheus": {"config": {"scrape_configs": [_scrape()]}},
        },
        "processors": {
            "memory_limiter": _LIMITER,
            "k8sattributes": {
                "filter": {"node_from_env_var": "NODE_NAME"},
                "pod_association": POD_ASSOCIATION,
                "extract": {
                    "metadata": ["k8s.namespace.name", "k8s.pod.name", "k8s.deployment.name", "k8s.node.name"],
                    "labels": [
                        {"tag_name": signals.SERVICE, "key": "fleet/service", "from": "pod"},
                        {"tag_name": signals.ZONE, "key": ZONE_LABEL, "from": "node"},
                    ],
                },
            },
            "resource": _resource(cell),
            "cumulativetodelta": GROWTH,
            "batch": {"timeout": "5s", "send_batch_size": 4096},
        },
        "exporters": {
            "otlp": {
                "endpoint": f"gateway-collector.{OBSERVABILITY}.svc.cluster.local:4317",
                "tls": {"insecure": True},
                "sending_queue": {"queue_size": 2000},
            }
        },
        "service": {
            "pipelines": {
                "traces": _pipeline(["otlp"], ["k8sattributes", "resource"], ["otlp"]),
                "metrics": _pipeline(
                    ["otlp", "kubeletstats", "prometheus"], ["k8sattributes", "resource", "cumulativetodelta"], ["otlp"]
                ),
                "logs": _pipeline(["otlp", "filelog"], ["k8sattributes", "resource"], ["otlp"]),
            }
        },
    }
    node = {"name": "NODE_NAME", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}}
    return _collector(
        "agent",
        AGENTS,
        {
            "mode": "daemonset",
            "serviceAccount": "agent",
            "env": [node],
            "tolerations": [{"operator": "Exists"}],
            "securityContext": {
                "runAsUser": 0,
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "resources": {"requests": {"cpu": "50m", "memory": "256Mi"}, "limits": {"memory": "256Mi"}},
            "volumes": [{"name": "pods", "hostPath": {"path": "/var/log/pods"}}],
            "volumeMounts": [{"name": "pods", "mountPath": "/var/log/pods", "readOnly": True}],
            "config": config,
        },
    )


def _scrape() -> Body:
    """The metrics of this node's pods, cut to what the alarms and dashboards read.

    Each is asked at the port and path its annotations name; a proxy's are those of its merged metrics.
    """
    annotation = "__meta_kubernetes_pod_annotation_prometheus_io"
    own = {"source_labels": ["__meta_kubernetes_pod_node_name"], "action": "keep", "regex": "${env:NODE_NAME}"}
    marked = {
        "source_labels": [f"{annotation}_scrape"],
        "action": "keep",
        "regex": "true",
    }
    # Discovery makes a target of every declared port. Written over, they are one again.
    port = {
        "source_labels": ["__meta_kubernetes_pod_ip", f"{annotation}_port"],
        "regex": "(.+);(.+)",
        "replacement": "$$1:$$2",
        "target_label": "__address__",
    }
    path = {"source_labels": [f"{annotation}_path"], "regex": "(.+)", "target_label": "__metrics_path__"}
    istio = f"(?:{_ISTIO_METRICS});.*"
    kept = {"source_labels": list(KEPT_LABELS), "action": "keep", "regex": f"{istio}|{KEPT}"}
    return {
        "job_name": "proxies",
        "scrape_interval": "30s",
        "kubernetes_sd_configs": [
            {"role": "pod", "selectors": [{"role": "pod", "field": "spec.nodeName=${env:NODE_NAME}"}]}
        ],
        "relabel_configs": [own, marked, port, path],
        "metric_relabel_configs": [kept],
    }


def _gateway(cell: Cell) -> Document:
    region = cell.region.name
    # The group is CDK's, encrypted and with its retention: the collector may write to it and make none.
    group = names.cell_log_group(cell)
    refined = processors(cell)
    config = {
        "receivers": {"otlp": _OTLP},
        "processors": {
            "memory_limiter": _LIMITER,
            "resource": _resource(cell),
            **refined,
            "batch": {"timeout": "10s", "send_batch_size": 8192},
        },
        "exporters": {
            "awsemf": exporter(cell),
            "awscloudwatchlogs": {
                "region": region,
                "log_group_name": group,
                "log_stream_name": "services",
            },
            "awsxray": {"region": region, "index_all_attributes": False},
        },
        "service": {
            "pipelines": {
                "traces": _pipeline(["otlp"], ["resource"], ["awsxray"]),
                "metrics": _pipeline(["otlp"], ["resource", *refined], ["awsemf"]),
                "logs": _pipeline(["otlp"], ["resource"], ["awscloudwatchlogs"]),
            }
        },
    }
    return _collector(
        "gateway",
        _SPACE,
        {
            "mode": "deployment",
            "serviceAccount": _ACCOUNT,
            "priorityClassName": "platform",
            "autoscaler": {"minReplicas": 3, "maxReplicas": 12, "targetCPUUtilization": 60},
            "podDisruptionBudget": {"maxUnavailable": 1},
            "podSecurityContext": {
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "seccompProfile": {"type": "RuntimeDefault"},
            },
            "securityContext": {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            },
            "topologySpreadConstraints": [
                {
                    "topologyKey": "topology.kubernetes.io/zone",
                    "maxSkew": 1,
                    "whenUnsatisfiable": "DoNotSchedule",
                    "nodeTaintsPolicy": "Honor",
                    "labelSelector": {"matchLabels": {"app.kubernetes.io/name": "gateway-collector"}},
                }
            ],
            "resources": {"requests": {"cpu": "200m", "memory": "512Mi"}, "limits": {"memory": "512Mi"}},
            "config": config,
        },
    )


def _pipeline(receivers: list[str], processors: list[str], exporters: list[str]) -> Body:
    """The limiter first, before anything takes memory; the batch last, so that nothing works on single records."""
    return {
        "receivers": receivers,
        "processors": ["memory_limiter", *processors, "batch"],
        "exporters": exporters,
    }


def _resource(cell: Cell) -> Body:
    """Who the signal is from, in the words the tags use."""
    said = {"fleet.cell": cell.name, "fleet.region": cell.region.code, "k8s.cluster.name": names.cluster(cell)}
    return {"attributes": [{"key": key, "value": value, "action": "upsert"} for key, value in said.items()]}


def _collector(name: str, space: str, spec: dict[str, object]) -> Document:
    metadata = meta(name, space, annotations=sync(BEFORE_ITS_KIND))
    return obj("opentelemetry.io/v1beta1", "OpenTelemetryCollector", metadata, {"managementState": "managed", **spec})
