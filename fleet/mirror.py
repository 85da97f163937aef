"""What a region's registry mirrors: the charts of the releases, and the images that these charts run.

A cell starts pods while the internet is away, and what it starts was copied by digest beforehand. A cache that fills
itself on the first pull would ask the source at the worst moment: when a node is lost and its successor starts.
"""

from __future__ import annotations

from fleet import names
from fleet.model import Fleet

CHARTS: dict[str, str] = {
    "argo-cd": "github:argoproj/argo-helm/argo-cd",
    "aws-load-balancer-controller": "helm:eks-charts/aws-load-balancer-controller",
    "cert-manager": "quay:jetstack/charts/cert-manager",
    "external-secrets": "github:external-secrets/charts/external-secrets",
    "istio-base": "gcr:istio-release/charts/base",
    "istio-cni": "gcr:istio-release/charts/cni",
    "istio-gateway": "gcr:istio-release/charts/gateway",
    "istiod": "gcr:istio-release/charts/istiod",
    "karpenter": "ecr-public:karpenter/karpenter",
    "karpenter-crd": "ecr-public:karpenter/karpenter-crd",
    "keda": "helm:kedacore/keda",
    "opentelemetry-operator": "github:open-telemetry/opentelemetry-helm-charts/opentelemetry-operator",
    "vertical-pod-autoscaler": "helm:kubernetes-autoscaler/vertical-pod-autoscaler",
}
"""Chart to where it is published."""

IMAGES: dict[str, dict[str, str]] = {
    "argo-cd": {"argoproj/argocd": "quay:argoproj/argocd", "library/redis": "ecr-public:docker/library/redis"},
    "aws-load-balancer-controller": {
        "eks/aws-load-balancer-controller": "ecr-public:eks/aws-load-balancer-controller",
    },
    "cert-manager": {
        f"jetstack/cert-manager-{part}": f"quay:jetstack/cert-manager-{part}"
        for part in ("cainjector", "controller", "webhook")
    },
    "external-secrets": {"external-secrets/external-secrets": "github:external-secrets/external-secrets"},
    "istio-cni": {"istio/install-cni": "gcr:istio-release/install-cni"},
    "istio-gateway": {"istio/proxyv2": "gcr:istio-release/proxyv2"},
    "istiod": {"istio/pilot": "gcr:istio-release/pilot"},
    "karpenter": {"karpenter/controller": "ecr-public:karpenter/controller"},
    "keda": {
        f"kedacore/{part}": f"github:kedacore/{part}"
        for part in ("keda", "keda-admission-webhooks", "keda-metrics-apiserver")
    },
    "opentelemetry-operator": {
        "open-telemetry/opentelemetry-collector-contrib": (
            "github:open-telemetry/opentelemetry-collector-releases/opentelemetry-collector-contrib"
        ),
        "open-telemetry/opentelemetry-operator": "github:open-telemetry/opentelemetry-operator/opentelemetry-operator",
    },
    "vertical-pod-autoscaler": {"autoscaling/vpa-recommender": "k8s:autoscaling/vpa-recommender"},
}
"""Chart to its images (as `names.image_repository` takes them), and each image to where it is published.

A source is `<registry>:<path>`, the registries as ECR calls them, `helm` being a chart repository over HTTPS.
"""

REGISTRIES = {
    "ecr-public": "public.ecr.aws",
    "gcr": "gcr.io",
    "github": "ghcr.io",
    "k8s": "registry.k8s.io",
    "quay": "quay.io",
}
"""A source's registry to its host."""

HELM = {
    "eks-charts": "https://aws.github.io/eks-charts",
    "kedacore": "https://kedacore.github.io/charts",
    "kubernetes-autoscaler": "https://kubernetes.github.io/autoscaler",
}
"""A chart repository over HTTPS to its address."""


def repositories(fleet: Fleet) -> dict[str, str]:
    """Repository to its source, for every chart of every release and every image of these charts."""
    found: dict[str, str] = {}
    for chart in sorted({chart for release in fleet.releases.values() for chart in release.charts}):
        found[names.chart_repository(fleet, chart)] = CHARTS.get(chart, f"helm:{chart}/{chart}")
        for image, source in IMAGES.get(chart, {}).items():
            found[names.image_repository(fleet, image)] = source
    return found
