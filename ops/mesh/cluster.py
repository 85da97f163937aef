"""One cell as its manifests describe it: what runs, under which names, and what the mesh is told. Nothing is known of
the fleet here, so that what is proven is proven of the files that a cluster gets."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Document = Mapping[str, Any]
Labels = Mapping[str, str]

ROOT = "istio-system"
"""Istio's root namespace: what stands there holds everywhere."""


class Unmodelled(Exception):
    """A document says something that nobody here has learnt to judge. Better none than a wrong verdict."""


def known(document: Mapping[str, Any], *fields: str, where: str) -> None:
    """See that a document has no fields beside those that are judged.

    Raises:
        Unmodelled: it has.
    """
    more = sorted(set(document) - set(fields))
    if more:
        raise Unmodelled(f"{where}: {', '.join(more)}")


def selects(selector: Mapping[str, Any] | None, labels: Labels) -> bool:
    """Whether a label selector selects what carries these labels; an empty one selects everything."""
    selector = selector or {}
    known(selector, "matchLabels", "matchExpressions", where="selector")
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    return all(_holds(one, labels) for one in selector.get("matchExpressions", ()))


def _holds(expression: Mapping[str, Any], labels: Labels) -> bool:
    value, operator = labels.get(expression["key"]), expression["operator"]
    if operator == "In":
        return value in expression["values"]
    if operator == "NotIn":
        return value not in expression["values"]
    if operator == "Exists":
        return value is not None
    if operator == "DoesNotExist":
        return value is None
    raise Unmodelled(f"selector: operator {operator}")


@dataclass(frozen=True)
class Workload:
    """Pods of one kind."""

    space: str
    name: str
    labels: tuple[tuple[str, str], ...]
    account: str
    ports: frozenset[int]
    gateway: bool = False

    @property
    def wears(self) -> Labels:
        return dict(self.labels)

    def __str__(self) -> str:
        return f"{self.space}/{self.name}"


class Cluster:
    """The documents of a cell.

    Attributes:
        name: of the cell.
    """

    def __init__(self, name: str, documents: Iterable[Document]) -> None:
        self.name = name
        self._kinds: dict[str, list[Document]] = {}
        self._placed: dict[tuple[str, str], list[Document]] = {}
        for document in documents:
            kind, space = document["kind"], document["metadata"].get("namespace", "")
            self._kinds.setdefault(kind, []).append(document)
            self._placed.setdefault((kind, space), []).append(document)

    def of(self, kind: str, space: str | None = None) -> list[Document]:
        """Documents of a kind, of one namespace or of all."""
        return self._kinds.get(kind, []) if space is None else self._placed.get((kind, space), [])

    def one(self, kind: str, space: str, name: str) -> Document | None:
        return next((one for one in self.of(kind, space) if one["metadata"]["name"] == name), None)

    @cached_property
    def spaces(self) -> dict[str, Labels]:
        """Namespace to its labels, with the one that Kubernetes gives it itself."""
        return {
            one["metadata"]["name"]: {
                **one["metadata"].get("labels", {}),
                "kubernetes.io/metadata.name": one["metadata"]["name"],
            }
            for one in self.of("Namespace")
        }

    def values(self, release: str) -> Mapping[str, Any]:
        """Values of an installed chart; empty when it is not installed."""
        for one in self.of("Application"):
            if one["metadata"]["name"] == release:
                found: Mapping[str, Any] = one["spec"]["source"]["helm"]["valuesObject"]
                return found
        return {}

    @cached_property
    def istiod(self) -> Mapping[str, Any]:
        return self.values("istiod")

    @property
    def trust_domain(self) -> str:
        return str(self.istiod["meshConfig"]["trustDomain"])

    @property
    def network(self) -> str:
        """Empty without a mesh."""
        return str(self.istiod.get("global", {}).get("network", ""))

    @cached_property
    def gateways_of(self) -> dict[str, tuple[str, int]]:
        """Network to address and port of its gateway, as this cell's istiod is told."""
        found = {}
        for network, told in self.istiod.get("global", {}).get("meshNetworks", {}).items():
            (gateway,) = told["gateways"]
            found[network] = (str(gateway["address"]), int(gateway["port"]))
        return found

    @cached_property
    def discovers(self) -> frozenset[str]:
        """Other cells whose endpoints this cell's istiod learns of: it has a kubeconfig for them."""
        found = set()
        for one in self.of("ExternalSecret", ROOT):
            template = one["spec"]["target"].get("template", {}).get("metadata", {})
            if template.get("labels", {}).get("istio/multiCluster") == "true":
                found.add(template["annotations"]["networking.istio.io/cluster"])
        return frozenset(found)

    @cached_property
    def workloads(self) -> list[Workload]:
        """Pods of services, and of the gateways."""
        return [*map(_deployed, self.of("Deployment")), *self._gateways()]

    def _gateways(self) -> list[Workload]:
        found = []
        for one in self.of("Application"):
            if not _chart(one["spec"]["source"]).endswith("gateway"):
                continue
            values = one["spec"]["source"]["helm"]["valuesObject"]
            found.append(
                Workload(
                    space=one["spec"]["destination"]["namespace"],
                    name=values["name"],
                    labels=tuple(sorted({"app": values["name"], **values["labels"]}.items())),
                    account=values["serviceAccount"]["name"],
                    ports=frozenset(port["targetPort"] for port in values["service"]["ports"]),
                    gateway=True,
                )
            )
        return found

    def meshed(self, space: str) -> bool:
        """Whether pods of a namespace get a proxy, and so an identity that other cells can ask for."""
        return self.spaces.get(space, {}).get("istio-injection") == "enabled"

    def backing(self, service: Document) -> list[Workload]:
        """The pods behind a Service, in this cell."""
        selector = {"matchLabels": service["spec"]["selector"]}
        space = service["metadata"]["namespace"]
        return [w for w in self.workloads if w.space == space and selects(selector, w.wears)]


def _deployed(document: Document) -> Workload:
    template = document["spec"]["template"]
    pod = template["spec"]
    ports = {port["containerPort"] for container in pod["containers"] for port in container.get("ports", ())}
    return Workload(
        space=document["metadata"].get("namespace", ""),
        name=document["metadata"]["name"],
        labels=tuple(sorted(template["metadata"].get("labels", {}).items())),
        account=pod.get("serviceAccountName", "default"),
        ports=frozenset(ports),
    )


def _chart(source: Mapping[str, Any]) -> str:
    """Name of the chart of an Application: asked of a Helm repository by name, or an OCI artifact by its address."""
    return str(source.get("chart") or source["repoURL"].rpartition("/")[2])
