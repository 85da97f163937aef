"""Values of Istio's charts: one mesh and trust domain a region, one network a cell."""

from __future__ import annotations

from fleet import capacity, names, sizing
from fleet.cell import Cell
from fleet.region import Region
from fleet.sizing import INGRESS_POOL, mixes
from k8s.chart_values import RUNTIME_DEFAULT, hub, spread, system_pods
from k8s.compute import pool_toleration
from k8s.pinning import reference
from k8s.reach import GATEWAY_ACCOUNT
from k8s.vocabulary import AGENTS, POOL_LABEL

Values = dict[str, object]

DRAIN_SECONDS = 75
"""How long a gateway goes on serving after it was told to go: longer than its target groups take to let go of it."""

ISTIODS = (3, 6)
"""Least and most pods of istiod: one a zone, and as many as the system nodes hold beside all other controllers. Nothing
makes more of those nodes: more pods would wait for ever."""


def base(_cell: Cell) -> Values:
    return {"defaultRevision": "default"}


def cni(cell: Cell) -> Values:
    return {
        "global": {"hub": hub(cell, "istio")},
        **_image(reference(cell, "istio-cni", "istio/install-cni")),
        "seccompProfile": RUNTIME_DEFAULT,
        "resources": {"requests": {"cpu": "50m", "memory": "100Mi"}},
        # A node whose plug-in died takes no pod that would come up without its proxy.
        "repair": {"enabled": True, "deletePods": True},
    }


def _image(whole: str | None) -> Values:
    """Istio's charts take a name that they put hub and tag around, or a whole reference."""
    return {"image": whole} if whole else {}


def networks(region: Region) -> dict[str, object]:
    """Each meshed cell of the region as a network of its own, behind its east-west load balancer."""
    return {
        cell.name: {
            "endpoints": [{"fromRegistry": cell.name}],
            "gateways": [{"address": names.eastwest_host(cell), "port": names.MESH_PORT}],
        }
        for cell in sorted(region.standing_cells, key=lambda cell: cell.name)
    }


def istiod(cell: Cell) -> Values:
    region = cell.region
    mesh: dict[str, object] = {
        "global": {
            "meshID": names.trust_domain(region),
            "network": cell.name,
            "multiCluster": {"enabled": True, "clusterName": cell.name},
            "meshNetworks": networks(region),
        },
        "pilot": {
            "cni": {"enabled": True},
            # It takes another intermediate, and a root beside the old one, without a restart.
            "env": {"AUTO_RELOAD_PLUGIN_CERTS": "true", "ISTIO_MULTIROOT_MESH": "true"},
        },
    }
    apart: dict[str, object] = {"global": {}, "pilot": {"cni": {"enabled": False}}}
    chosen = mesh if region.meshed else apart
    pods = system_pods(cell)
    proxy = _image(reference(cell, "istio-gateway", "istio/proxyv2"))
    return {
        "global": {
            "hub": hub(cell, "istio"),
            "priorityClassName": "platform",
            # The chart's own keeps one pod of three; `addons` has the one that lets one go.
            "defaultPodDisruptionBudget": {"enabled": False},
            # What is injected, into gateways as into services.
            **({"proxy": proxy, "proxy_init": proxy} if proxy else {}),
            **_part(chosen, "global"),
        },
        "pilot": {
            **_image(reference(cell, "istiod", "istio/pilot")),
            "seccompProfile": RUNTIME_DEFAULT,
            "autoscaleEnabled": True,
            "autoscaleMin": ISTIODS[0],
            "autoscaleMax": ISTIODS[1],
            "resources": _istiod(cell),
            "topologySpreadConstraints": spread({"app": "istiod"}),
            **pods,
            **_part(chosen, "pilot"),
        },
        "meshConfig": {
            "trustDomain": names.trust_domain(region),
            "enableTracing": True,
            "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"},
            "localityLbSetting": {"enabled": True},
            "accessLogFile": "",
            "defaultConfig": {
                "holdApplicationUntilProxyStarts": True,
                "terminationDrainDuration": "20s",
                "proxyMetadata": {"ISTIO_META_DNS_CAPTURE": "true"},
            },
            "extensionProviders": [
                {
                    "name": "collector",
                    "opentelemetry": {
                        # The node's own agent, as services do: scopes and network policies lead there.
                        "service": f"agent-collector.{AGENTS}.svc.cluster.local",
                        "port": 4317,
                    },
                }
            ],
        },
    }


def _part(values: dict[str, object], key: str) -> dict[str, object]:
    part = values[key]
    assert isinstance(part, dict)
    return part


def ingress(cell: Cell) -> Values:
    """Where viewers enter. ClusterIP: the load balancer is CDK's, a Service of another type would make a second."""
    least, most = sizing.gateway_pods(cell)
    return {
        **_gateway(cell, "ingress", least, most),
        "service": {
            "type": "ClusterIP",
            "ports": [
                _port("status", names.STATUS_PORT, names.STATUS_PORT),
                _port("https", 443, names.WEB_PORT),
            ],
        },
    }


def eastwest(cell: Cell) -> Values:
    """Where the region's other cells enter."""
    least, most = capacity.eastwest_pods(cell)
    return {
        **_gateway(cell, "eastwest", least, most),
        "networkGateway": cell.name,
        "service": {
            "type": "ClusterIP",
            "ports": [
                _port("status", names.STATUS_PORT, names.STATUS_PORT),
                _port("tls", names.MESH_PORT, names.MESH_PORT),
            ],
        },
    }


def _gateway(cell: Cell, name: str, least: int, most: int) -> Values:
    labels = {"istio": name}
    values: Values = {
        "name": name,
        "labels": labels,
        "serviceAccount": {"create": True, "name": GATEWAY_ACCOUNT if name == "ingress" else name},
        "autoscaling": {
            "enabled": True,
            "minReplicas": least,
            "maxReplicas": most,
            "targetCPUUtilizationPercentage": 50,
        },
        "podDisruptionBudget": {"maxUnavailable": 1, "unhealthyPodEvictionPolicy": "AlwaysAllow"},
        # A cell too small for Spot is too small for whole processors, too.
        "resources": _requests(*((f"{capacity.GATEWAY_CPU}m", "1Gi") if mixes(cell) else ("250m", "256Mi"))),
        # The proxy listens above 1024: it needs no sysctl, and no right but its own.
        "securityContext": {"seccompProfile": RUNTIME_DEFAULT},
        "podAnnotations": {"proxy.istio.io/config": f'{{"terminationDrainDuration": "{DRAIN_SECONDS}s"}}'},
        "terminationGracePeriodSeconds": DRAIN_SECONDS + 15,
        "priorityClassName": "platform",
        "topologySpreadConstraints": spread(labels),
    }
    if mixes(cell):
        values["nodeSelector"] = {POOL_LABEL: INGRESS_POOL}
        values["tolerations"] = [pool_toleration(INGRESS_POOL)]
    return values


def _istiod(cell: Cell) -> dict[str, object]:
    """It may grow past what it asks for: its processors are not capped, its memory at half as much again."""
    if not mixes(cell):
        return _requests("200m", "512Mi")
    return {"requests": {"cpu": "300m", "memory": "1280Mi"}, "limits": {"memory": "2Gi"}}


def _requests(cpu: str, memory: str) -> dict[str, object]:
    return {"requests": {"cpu": cpu, "memory": memory}, "limits": {"memory": memory}}


def _port(name: str, port: int, target: int) -> dict[str, object]:
    return {"name": name, "port": port, "targetPort": target, "protocol": "TCP"}
