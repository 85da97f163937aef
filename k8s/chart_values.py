"""Values of the controllers' charts. What a chart does well by itself is left to it.

Controllers run on the cell's own on-demand nodes (tainted CriticalAddonsOnly), away from the Spot they manage.
Their images come from the region's mirror, as the charts do: a cell starts pods while the internet is away.
"""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from k8s.pinning import tag, tag_and_digest

Values = dict[str, object]


def hub(cell: Cell, *source: str) -> str:
    """The mirror's copy of a public image, or of a folder of them."""
    return f"{names.registry(cell.region)}/{names.image_repository(cell.fleet, '/'.join(source))}"


def system_pods(cell: Cell) -> Values:
    """On the system nodes. In Auto Mode those of its built-in pool will do, the only ones before the cell's own pools
    are there."""
    tolerations = [{"key": "CriticalAddonsOnly", "operator": "Exists"}]
    if cell.capacity == "auto-mode":
        return {"tolerations": tolerations}
    apart = {"key": "karpenter.sh/nodepool", "operator": "DoesNotExist"}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [apart]}]}
    return {
        "tolerations": tolerations,
        "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": terms}},
    }


RUNTIME_DEFAULT = {"type": "RuntimeDefault"}
HARDENED: Values = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "capabilities": {"drop": ["ALL"]},
}
"""What the level `restricted` asks of a container, where its chart does not say so itself."""


def spread(labels: dict[str, str]) -> list[Values]:
    """Evenly over the zones that are there."""
    return [
        {
            "topologyKey": "topology.kubernetes.io/zone",
            "maxSkew": 1,
            "whenUnsatisfiable": "DoNotSchedule",
            "nodeTaintsPolicy": "Honor",
            "labelSelector": {"matchLabels": labels},
        }
    ]


def asks(cpu: str, memory: str) -> Values:
    """What a controller is sure of. Without a limit, it is not killed as the cell grows; when a node runs short, kubelet
    evicts first whoever is furthest above what it asked for."""
    return {"resources": {"requests": {"cpu": cpu, "memory": memory}}}


ONE_AWAY: Values = {"maxUnavailable": 1}
"""A drain takes one pod of a controller at a time."""


def karpenter(cell: Cell) -> Values:
    """Two replicas. Alpha gates stay off, and Spot is not moved to cheaper Spot: each move is an interruption."""
    return {
        "replicas": 2,
        "priorityClassName": "system-cluster-critical",
        "serviceAccount": {"create": True, "name": names.CONTROLLERS["karpenter"][1]},
        "controller": {
            "image": {
                "repository": hub(cell, "karpenter", "controller"),
                **tag_and_digest(cell, "karpenter", "karpenter/controller"),
            },
            "resources": {"requests": {"cpu": "500m", "memory": "1Gi"}, "limits": {"memory": "1Gi"}},
        },
        "settings": {
            "clusterName": names.cluster(cell),
            "interruptionQueue": names.interruption_queue(cell),
            "enableZonalShift": True,
            "minValuesPolicy": "BestEffort",
            "featureGates": {"spotToSpotConsolidation": False, "nodeRepair": False, "staticCapacity": False},
        },
    }


def load_balancer(cell: Cell) -> Values:
    """Binds targets and makes nothing: no load balancer, no Ingress, no security group is its own."""
    return {
        "clusterName": names.cluster(cell),
        "region": cell.region.name,
        # Pods do not reach the instance's metadata (hop limit 1), and a VPC's id is minted: its tags are not.
        "vpcTags": {"fleet:name": cell.fleet.name, "fleet:region": cell.region.code},
        "replicaCount": 2,
        "image": {
            "repository": hub(cell, "eks", "aws-load-balancer-controller"),
            **tag(cell, "aws-load-balancer-controller", "eks/aws-load-balancer-controller"),
        },
        "serviceAccount": {"create": True, "name": names.CONTROLLERS["load-balancer"][1]},
        "priorityClassName": "platform",
        "podDisruptionBudget": ONE_AWAY,
        "podSecurityContext": {"fsGroup": 65534, "seccompProfile": RUNTIME_DEFAULT},
        "securityContext": HARDENED,
        # Left to itself the chart draws a new authority at each rendering, and Argo CD renders every few minutes.
        "enableCertManager": True,
        "createIngressClassResource": False,
        "enableServiceMutatorWebhook": False,
        "enableShield": False,
        "enableWaf": False,
        "enableWafv2": False,
        "resources": {"requests": {"cpu": "50m", "memory": "200Mi"}, "limits": {"memory": "200Mi"}},
        **system_pods(cell),
    }


def cert_manager(cell: Cell) -> Values:
    def image(part: str) -> Values:
        name = f"jetstack/cert-manager-{part}"
        return {"repository": hub(cell, name), **tag(cell, "cert-manager", name)}

    return {
        "crds": {"enabled": True, "keep": True},
        "global": {"priorityClassName": "platform"},
        "serviceAccount": {"create": True, "name": names.CONTROLLERS["cert-manager"][1]},
        "image": image("controller"),
        "webhook": {
            "replicaCount": 2,
            "image": image("webhook"),
            "podDisruptionBudget": {"enabled": True, **ONE_AWAY},
            **asks("25m", "64Mi"),
            **system_pods(cell),
        },
        "cainjector": {"image": image("cainjector"), **asks("25m", "128Mi"), **system_pods(cell)},
        "startupapicheck": {"enabled": False},
        **asks("25m", "128Mi"),
        **system_pods(cell),
    }


def external_secrets(cell: Cell) -> Values:
    """Without stores of a namespace: a service names the store the platform gave it."""
    name = "external-secrets/external-secrets"
    image = {"image": {"repository": hub(cell, name), **tag(cell, "external-secrets", name)}}
    return {
        "installCRDs": True,
        "replicaCount": 2,
        "leaderElect": True,
        "priorityClassName": "platform",
        "serviceAccount": {"create": True, "name": names.CONTROLLERS["external-secrets"][1]},
        "processClusterExternalSecret": False,
        # The node's agent asks whether Argo CD's token of the registry is renewed.
        "podAnnotations": {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"},
        # The chart's own keeps one of the two.
        "podDisruptionBudget": {"enabled": True},
        **image,
        **asks("25m", "128Mi"),
        **system_pods(cell),
        "webhook": {**image, **asks("25m", "64Mi"), **system_pods(cell)},
        "certController": {**image, **asks("25m", "64Mi"), **system_pods(cell)},
    }


def keda(cell: Cell) -> Values:
    return {
        "operator": {"replicaCount": 2},
        "metricsServer": {"replicaCount": 2},
        "resources": {
            part: asks(*size)["resources"]
            for part, size in {
                "operator": ("50m", "128Mi"),
                "metricServer": ("25m", "128Mi"),
                "webhooks": ("25m", "64Mi"),
            }.items()
        },
        "podDisruptionBudget": {"operator": ONE_AWAY, "metricServer": ONE_AWAY},
        "global": {"image": {"registry": names.registry(cell.region)}},
        "image": {
            part: {
                "repository": names.image_repository(cell.fleet, f"kedacore/{image}"),
                **tag(cell, "keda", f"kedacore/{image}"),
            }
            for part, image in {
                "keda": "keda",
                "metricsApiServer": "keda-metrics-apiserver",
                "webhooks": "keda-admission-webhooks",
            }.items()
        },
        "priorityClassName": "platform",
        "serviceAccount": {"operator": {"create": True, "name": names.CONTROLLERS["keda"][1]}},
        **system_pods(cell),
    }


def vertical_pod_autoscaler(cell: Cell) -> Values:
    """Recommends and never acts: the number of pods is the autoscaler's, and their size the team's."""
    return {
        "recommender": {
            "enabled": True,
            "replicas": 1,
            **asks("25m", "256Mi"),
            "image": {
                "repository": hub(cell, "autoscaling", "vpa-recommender"),
                **tag(cell, "vertical-pod-autoscaler", "autoscaling/vpa-recommender"),
            },
            "priorityClassName": "platform",
            # The chart's own keeps one pod: of one, and its node would never be drained.
            "podDisruptionBudget": {"enabled": False},
            **system_pods(cell),
        },
        # For all of the chart's pods at once: below `recommender` it reads neither.
        "podSecurityContext": {"runAsNonRoot": True, "runAsUser": 65534, "seccompProfile": RUNTIME_DEFAULT},
        "containerSecurityContext": HARDENED,
        "updater": {"enabled": False},
        "admissionController": {"enabled": False},
    }


def opentelemetry_operator(cell: Cell) -> Values:
    def image(part: str) -> Values:
        name = f"open-telemetry/{part}"
        return {"repository": hub(cell, name), **tag(cell, "opentelemetry-operator", name)}

    return {
        "replicaCount": 2,
        # The chart's own keeps one of the two.
        "pdb": {"create": True},
        "manager": {
            **asks("25m", "128Mi"),
            "image": image("opentelemetry-operator"),
            "securityContext": HARDENED,
            "collectorImage": image("opentelemetry-collector-contrib"),
        },
        "securityContext": {
            "runAsNonRoot": True,
            "runAsUser": 65532,
            "runAsGroup": 65532,
            "fsGroup": 65532,
            "seccompProfile": RUNTIME_DEFAULT,
        },
        "admissionWebhooks": {"certManager": {"enabled": True}},
        "priorityClassName": "platform",
        **system_pods(cell),
    }


def argo_cd(cell: Cell) -> Values:
    """Reached by port-forward only. Impersonation on: no sync uses Argo CD's own rights."""
    follows_children = (
        'local hs = {status = "Progressing", message = ""}\n'
        "if obj.status ~= nil and obj.status.health ~= nil then\n"
        "  hs.status = obj.status.health.status\n"
        "  hs.message = obj.status.health.message or ''\n"
        "end\n"
        "return hs\n"
    )
    return {
        "global": {
            "image": {"repository": hub(cell, "argoproj", "argocd"), **tag(cell, "argo-cd", "argoproj/argocd")},
            "priorityClassName": "platform",
            **system_pods(cell),
        },
        # Its hooks would be deleted before each sync, and nobody here deletes. The first installation, by hand, made
        # the secret `argocd-redis`.
        "redisSecretInit": {"enabled": False},
        "redis": {
            "image": {"repository": hub(cell, "library", "redis"), **tag(cell, "argo-cd", "library/redis")},
            **asks("25m", "64Mi"),
        },
        # It holds every object of the cell in memory.
        "controller": asks("200m", "768Mi"),
        "dex": {"enabled": False},
        "notifications": {"enabled": False},
        "applicationSet": {"replicas": 0},
        "server": {
            "replicas": 2,
            "ingress": {"enabled": False},
            "service": {"type": "ClusterIP"},
            "pdb": {"enabled": True, **ONE_AWAY},
            **asks("25m", "128Mi"),
        },
        "repoServer": {"replicas": 2, "pdb": {"enabled": True, **ONE_AWAY}, **asks("100m", "256Mi")},
        "configs": {
            "cm": {
                "admin.enabled": "false",
                "application.sync.impersonation.enabled": "true",
                "application.resourceTrackingMethod": "annotation",
                # A wave waits for the Applications in it: without this, only for their objects to exist.
                "resource.customizations.health.argoproj.io_Application": follows_children,
            },
        },
    }
