"""Secrets: where they come from, and who may read which. No secret ever stands in a bundle.

One store for the cell's own secrets and one a service, each closed to the namespaces that own it and bound to a
prefix of names, so that a service cannot ask for another's. The stores use External Secrets' own identity (EKS Pod
Identity), whose role is bounded by the same prefixes.
"""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from fleet.service import Service
from k8s.documents import Body, Document
from k8s.reach import hosted
from k8s.vocabulary import ARGOCD, BEFORE_ITS_KIND, INGRESS, ISTIO, WAVE, meta, obj, sync

CELL_STORE = "cell"
"""Secrets Manager, under the cell's own prefix."""
REGION_STORE = "mesh"
"""Secrets Manager, for the readers' tokens of the region's other cells."""
PARAMETER_STORE = "parameters"
"""Parameter Store, for the API servers' addresses."""

API = "external-secrets.io/v1"

EARLY = 2
"""Wave of what istiod must find when it starts: after External Secrets, before istiod."""


def service_store(service: Service) -> str:
    return f"service-{service.name}"


def secrets(cell: Cell) -> list[Document]:
    """The stores of a cell."""
    prefix = names.secret(cell, "")
    stores = [_store(cell, CELL_STORE, "SecretsManager", [ARGOCD, INGRESS, ISTIO], prefix, wave=EARLY)]
    if cell.region.meshed:
        stores += [
            _store(cell, REGION_STORE, "SecretsManager", [ISTIO]),
            _store(cell, PARAMETER_STORE, "ParameterStore", [ISTIO]),
        ]
    for service in hosted(cell):
        if service.secrets:
            prefix = names.service_secret(service, "")
            stores.append(_store(cell, service_store(service), "SecretsManager", [names.namespace(service)], prefix))
    return stores


def _store(
    cell: Cell, name: str, service: str, spaces: list[str], prefix: str | None = None, *, wave: int | None = None
) -> Document:
    provider: dict[str, object] = {"service": service, "region": cell.region.name}
    if prefix is not None:
        provider["prefix"] = prefix
    return obj(
        API,
        "ClusterSecretStore",
        meta(name, annotations=_annotations(wave)),
        {"provider": {"aws": provider}, "conditions": [{"namespaces": spaces}], "refreshInterval": 3600},
    )


def external(
    name: str,
    space: str,
    store: str,
    data: list[Body],
    *,
    template: Body | None = None,
    every: str = "1h",
    wave: int | None = None,
) -> Document:
    """A secret kept in step with its source.

    Args:
        data: `secretKey` and `remoteRef` of each entry.
        template: how the entries become the secret's own keys, when not as they are.
        every: how often the source is asked.
        wave: its place, when not its layer's.
    """
    target: dict[str, object] = {"name": name, "creationPolicy": "Owner", "deletionPolicy": "Retain"}
    if template is not None:
        target["template"] = template
    return obj(
        API,
        "ExternalSecret",
        meta(name, space, annotations=_annotations(wave)),
        {
            "refreshInterval": every,
            "secretStoreRef": {"kind": "ClusterSecretStore", "name": store},
            "target": target,
            "data": data,
        },
    )


def _annotations(wave: int | None) -> dict[str, str]:
    return sync(BEFORE_ITS_KIND) | ({} if wave is None else {WAVE: str(wave)})


def entry(key: str, remote: str, field: str | None = None) -> Body:
    """One entry: the key in the secret, the name at the source, the field of the JSON there."""
    reference: dict[str, object] = {"key": remote}
    if field is not None:
        reference["property"] = field
    return {"secretKey": key, "remoteRef": reference}
