"""Add-ons: the cell's controllers, as charts of its release from the region's mirror.

Which charts a cell takes follows from what it is: Auto Mode brings its own Karpenter, load balancer controller and
storage; without a mesh there is no CNI plug-in and no east-west gateway. The versions stand in the release, once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from fleet.cell import Cell
from k8s import chart_istio, chart_values
from k8s.documents import Body, Document
from k8s.gitops import application
from k8s.pinning import VERSION, chart_source
from k8s.vocabulary import (
    ARGOCD,
    CERT_MANAGER,
    EASTWEST,
    EXTERNAL_SECRETS,
    INGRESS,
    ISTIO,
    ISTIO_CNI,
    KARPENTER,
    KEDA,
    LOAD_BALANCER,
    OBSERVABILITY,
    SCALING,
    meta,
)

Values = dict[str, object]


@dataclass(frozen=True)
class Chart:
    """One installation of a chart."""

    chart: str
    """Key in the release's `charts`."""
    namespace: str
    wave: int
    """Among the add-ons: definitions, then what everybody needs, then what stands on it."""
    values: Callable[[Cell], Values]


def _always(_cell: Cell) -> bool:
    return True


def _karpenter(cell: Cell) -> bool:
    return cell.capacity == "karpenter"


def _meshed(cell: Cell) -> bool:
    return cell.region.meshed


def _plain(_cell: Cell) -> Values:
    return {}


CHARTS: dict[str, tuple[Callable[[Cell], bool], Chart]] = {
    "karpenter-crd": (_karpenter, Chart("karpenter-crd", KARPENTER, 0, _plain)),
    "karpenter": (_karpenter, Chart("karpenter", KARPENTER, 1, chart_values.karpenter)),
    "cert-manager": (_always, Chart("cert-manager", CERT_MANAGER, 1, chart_values.cert_manager)),
    "external-secrets": (_always, Chart("external-secrets", EXTERNAL_SECRETS, 1, chart_values.external_secrets)),
    "aws-load-balancer-controller": (
        _karpenter,
        Chart("aws-load-balancer-controller", LOAD_BALANCER, 2, chart_values.load_balancer),
    ),
    "istio-base": (_always, Chart("istio-base", ISTIO, 1, chart_istio.base)),
    "istio-cni": (_meshed, Chart("istio-cni", ISTIO_CNI, 2, chart_istio.cni)),
    "istiod": (_always, Chart("istiod", ISTIO, 3, chart_istio.istiod)),
    "ingress": (_always, Chart("istio-gateway", INGRESS, 4, chart_istio.ingress)),
    "eastwest": (_meshed, Chart("istio-gateway", EASTWEST, 4, chart_istio.eastwest)),
    "keda": (_always, Chart("keda", KEDA, 2, chart_values.keda)),
    "vertical-pod-autoscaler": (
        _always,
        Chart("vertical-pod-autoscaler", SCALING, 2, chart_values.vertical_pod_autoscaler),
    ),
    "opentelemetry-operator": (
        _always,
        Chart("opentelemetry-operator", OBSERVABILITY, 2, chart_values.opentelemetry_operator),
    ),
    "argo-cd": (_always, Chart("argo-cd", ARGOCD, 4, chart_values.argo_cd)),
}
"""Installation to when a cell has it and what it is."""

WEBHOOKS = {"istio-base": "istiod-default-validator", "istiod": f"istio-validator-{ISTIO}"}
"""Installation to its validating webhook, which istiod makes strict as soon as it answers. Overruled, it would be made
lax at the next sync, and strict again, for ever."""


def charts_of(cell: Cell) -> dict[str, Chart]:
    """The installations of a cell, those its release names a version for."""
    return {
        name: chart for name, (wanted, chart) in CHARTS.items() if wanted(cell) and chart.chart in cell.release.charts
    }


def addons(cell: Cell) -> list[Document]:
    """One Application a chart, and what a chart does not let us say."""
    return [*(_application(cell, name, chart) for name, chart in charts_of(cell).items()), _one_istiod_at_a_time()]


def _one_istiod_at_a_time() -> Document:
    """In place of the chart's own budget, which lets all but one go at once and cannot be told otherwise
    (`chart_istio` switches it off: two budgets over one pod, and it is never evicted)."""
    return {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": meta("istiod", ISTIO),
        "spec": {
            "maxUnavailable": 1,
            "unhealthyPodEvictionPolicy": "AlwaysAllow",
            "selector": {"matchLabels": {"app": "istiod"}},
        },
    }


def _application(cell: Cell, name: str, chart: Chart) -> Document:
    return application(
        name,
        project="add-ons",
        source={
            **chart_source(cell, chart.chart),
            "helm": {
                "releaseName": name,
                "skipCrds": name == "karpenter",
                "valuesObject": chart.values(cell),
            },
        },
        namespace=chart.namespace,
        wave=chart.wave,
        annotations={VERSION: f"{chart.chart} {cell.release.charts[chart.chart]}"},
        left_alone=[_strictness(WEBHOOKS[name])] if name in WEBHOOKS else None,
    )


def _strictness(webhook: str) -> Body:
    return {
        "group": "admissionregistration.k8s.io",
        "kind": "ValidatingWebhookConfiguration",
        "name": webhook,
        "jsonPointers": ["/webhooks/0/failurePolicy"],
    }
