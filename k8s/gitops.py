"""GitOps: the cell's own Argo CD, and what it may take from where, in whose name.

It reads one repository, the cell's, and the region's mirror of charts. One Application for the platform and one a
service, each with a channel tag of its own: a release moves one tag in one cell. Applications are plain: there is no
generator that could lose all of them in one wrong render, and none carries a finalizer that would take its objects
along. Nothing is pruned by itself.
"""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from k8s.documents import Application, Body, Document
from k8s.reach import hosted, known
from k8s.secrets import API
from k8s.vocabulary import ARGOCD, ASK_FIRST, BEFORE_ITS_KIND, INGRESS, WAVE, meta, obj, sync

HERE = "https://kubernetes.default.svc"
PROJECTS = {"platform": "platform-deployer", "add-ons": "addon-deployer", "services": "service-deployer"}
"""Project to the service account it deploys as."""
_TOKEN = "registry-token"


def gitops(cell: Cell) -> list[Document]:
    """Projects, the registry's credential, and the Applications of the cell."""
    bundles = f"oci://{names.registry(cell.region)}/{names.bundle_repository(cell)}"
    charts = f"{names.registry(cell.region)}/{names.mirror_repository(cell.fleet, 'charts')}"
    services = sorted([*hosted(cell), *known(cell)], key=lambda service: service.name)
    return [
        _project("platform", "The platform's own layers", [bundles], ["*"], [{"group": "*", "kind": "*"}]),
        _project(
            "add-ons",
            "The controllers' charts, from the region's mirror",
            [charts, f"{charts}/*", f"oci://{charts}/*"],
            ["*"],
            [{"group": "*", "kind": "*"}],
        ),
        _project(
            "services",
            "The teams' services",
            [bundles],
            [names.namespace(service) for service in services] or ["none"],
            [{"group": "", "kind": "Namespace"}],
        ),
        *_credentials(cell),
        application(
            "platform",
            project="platform",
            source={"repoURL": bundles, "targetRevision": names.PLATFORM_CHANNEL, "path": "."},
            namespace=ARGOCD,
            # The one thing an operator changes by hand inside a cell: whether it says that it serves. Left alone when
            # syncing, too: what the bundle says counts once, when the cell is born.
            left_alone=[
                {
                    "group": "networking.istio.io",
                    "kind": "VirtualService",
                    "name": "traffic-health",
                    "namespace": INGRESS,
                    "jsonPointers": ["/spec/http"],
                }
            ],
        ),
        *(
            application(
                f"service-{service.name}",
                project="services",
                source={"repoURL": bundles, "targetRevision": names.service_channel(service), "path": "."},
                namespace=names.namespace(service),
                wave=9,  # when everything that its objects are of stands
            )
            for service in services
        ),
    ]


def application(
    name: str,
    *,
    project: str,
    source: Body,
    namespace: str,
    wave: int | None = None,
    annotations: dict[str, str] | None = None,
    left_alone: list[Body] | None = None,
) -> Application:
    """A plain Application into this cluster.

    Args:
        wave: its place among its layer's objects, when not the layer's.
        left_alone: what people or controllers may change in the cluster without being overruled.
    """
    options = ["CreateNamespace=false", "ServerSideApply=true", "RespectIgnoreDifferences=true", "PruneLast=true"]
    said = sync(BEFORE_ITS_KIND, ASK_FIRST) | (annotations or {})
    if wave is not None:
        said[WAVE] = str(wave)
    spec: Application = {
        "apiVersion": "argoproj.io/v1alpha1",
        "kind": "Application",
        "metadata": meta(name, ARGOCD, annotations=said),
        "spec": {
            "project": project,
            "source": source,
            "destination": {"server": HERE, "namespace": namespace},
            "syncPolicy": {
                "automated": {"prune": False, "selfHeal": True, "allowEmpty": False},
                "syncOptions": options,
                "retry": {"limit": 5, "backoff": {"duration": "15s", "factor": 2, "maxDuration": "5m"}},
            },
            "revisionHistoryLimit": 5,
        },
    }
    if left_alone:
        spec["spec"]["ignoreDifferences"] = left_alone
    return spec


def _project(name: str, about: str, sources: list[str], spaces: list[str], cluster_kinds: list[Body]) -> Document:
    deployer = f"{ARGOCD}:{PROJECTS[name]}"
    return obj(
        "argoproj.io/v1alpha1",
        "AppProject",
        meta(name, ARGOCD, annotations=sync(ASK_FIRST)),
        {
            "description": about,
            "sourceRepos": sources,
            "destinations": [{"server": HERE, "namespace": space} for space in spaces],
            "clusterResourceWhitelist": cluster_kinds,
            "destinationServiceAccounts": [
                {"server": HERE, "namespace": space, "defaultServiceAccount": deployer} for space in spaces
            ],
        },
    )


def _credentials(cell: Cell) -> list[Document]:
    """A registry token lives 12 hours. It is asked for every 4: losing two in a row stops nothing, and losing more
    stops syncs, never what runs."""
    registry = names.registry(cell.region)
    generator = obj(
        "generators.external-secrets.io/v1alpha1",
        "ECRAuthorizationToken",
        meta(_TOKEN, ARGOCD, annotations=sync(BEFORE_ITS_KIND) | {WAVE: "5"}),
        {"region": cell.region.name},
    )
    return [
        generator,
        _credential("bundles", {"type": "oci", "url": f"oci://{registry}"}),
        _credential("charts", {"type": "helm", "url": registry, "enableOCI": "true"}),
    ]


def _credential(name: str, data: dict[str, str]) -> Document:
    template = {
        "metadata": {"labels": {"argocd.argoproj.io/secret-type": "repo-creds"}},
        "data": {**data, "username": "{{ .username }}", "password": "{{ .password }}"},
    }
    generator = {"apiVersion": "generators.external-secrets.io/v1alpha1", "kind": "ECRAuthorizationToken"}
    return obj(
        API,
        "ExternalSecret",
        meta(f"registry-{name}", ARGOCD, annotations=sync(BEFORE_ITS_KIND) | {WAVE: "5"}),
        {
            "refreshInterval": "4h",
            "target": {
                "name": f"registry-{name}",
                "creationPolicy": "Owner",
                "deletionPolicy": "Retain",
                "template": template,
            },
            "dataFrom": [{"sourceRef": {"generatorRef": {**generator, "name": _TOKEN}}}],
        },
    )
