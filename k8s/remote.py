"""Discovery among the cells of a region: each cell lends the others a reader, and reads with theirs.

The reader sees services, endpoints and mesh configuration, never a secret: Istio's stock reader role could. CDK
writes each API server's address to Parameter Store, each cell pushes its reader's token to Secrets Manager, and the
others put the two together. The graph is complete among the meshed cells of a region and ends there.
"""

from __future__ import annotations

from fleet import names
from fleet.cell import Cell
from k8s.documents import Body, Document
from k8s.secrets import CELL_STORE, PARAMETER_STORE, REGION_STORE, external
from k8s.vocabulary import BEFORE_ITS_KIND, ISTIO, meta, obj, sync

READER = "istio-remote-reader"
TOKEN = "istio-remote-reader-token"

_KUBECONFIG = """\
apiVersion: v1
kind: Config
clusters:
  - name: {cell}
    cluster:
      server: {{{{ .endpoint }}}}
      certificate-authority-data: {{{{ .ca }}}}
contexts:
  - name: {cell}
    context:
      cluster: {cell}
      user: {cell}
current-context: {cell}
users:
  - name: {cell}
    user:
      token: {{{{ .token }}}}
"""


def others(cell: Cell) -> list[Cell]:
    """The region's other standing cells, by name."""
    return sorted((other for other in cell.region.standing_cells if other is not cell), key=lambda other: other.name)


def siblings(cell: Cell) -> list[Document]:
    """A kubeconfig for each other cell of the region, in the form istiod looks for."""
    return [_sibling(other) for other in others(cell)]


def _sibling(other: Cell) -> Document:
    def read(key: str, store: str, source: str) -> Body:
        return {
            "secretKey": key,
            "remoteRef": {"key": source, "property": key},
            "sourceRef": {"storeRef": {"kind": "ClusterSecretStore", "name": store}},
        }

    parameter = names.apiserver_parameter(other)
    return external(
        f"istio-remote-secret-{other.name}",
        ISTIO,
        PARAMETER_STORE,
        [
            read("endpoint", PARAMETER_STORE, parameter),
            read("ca", PARAMETER_STORE, parameter),
            read("token", REGION_STORE, names.mesh_reader(other)),
        ],
        template={
            "metadata": {
                "labels": {"istio/multiCluster": "true"},
                "annotations": {"networking.istio.io/cluster": other.name},
            },
            "data": {other.name: _KUBECONFIG.format(cell=other.name)},
        },
        every="10m",
    )


def reader(cell: Cell) -> list[Document]:
    """The reader this cell lends, and the push of its token. The token secret holds no data here: Kubernetes
    fills it, the one object of kind Secret in a bundle."""
    rbac = "rbac.authorization.k8s.io/v1"
    stored = names.mesh_reader(cell).removeprefix(names.secret(cell, ""))
    return [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta(READER, ISTIO)},
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": meta(TOKEN, ISTIO, annotations={"kubernetes.io/service-account.name": READER}),
            "type": "kubernetes.io/service-account-token",
        },
        {"apiVersion": rbac, "kind": "ClusterRole", "metadata": meta(READER), "rules": _READS},
        {
            "apiVersion": rbac,
            "kind": "ClusterRoleBinding",
            "metadata": meta(READER),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": READER},
            "subjects": [{"kind": "ServiceAccount", "name": READER, "namespace": ISTIO}],
        },
        obj(
            "external-secrets.io/v1alpha1",
            "PushSecret",
            meta(READER, ISTIO, annotations=sync(BEFORE_ITS_KIND)),
            {
                "refreshInterval": "10m",
                "deletionPolicy": "None",
                "updatePolicy": "Replace",
                "secretStoreRefs": [{"kind": "ClusterSecretStore", "name": CELL_STORE}],
                "selector": {"secret": {"name": TOKEN}},
                "data": [
                    {
                        "match": {
                            "secretKey": "token",
                            "remoteRef": {"remoteKey": stored, "property": "token"},
                        },
                        # The account's default key would open it to every principal of the account.
                        "metadata": {
                            "apiVersion": "kubernetes.external-secrets.io/v1alpha1",
                            "kind": "PushSecretMetadata",
                            "spec": {
                                "kmsKeyID": names.key_alias(cell.region, "cells"),
                                "secretPushFormat": "string",
                            },
                        },
                    }
                ],
            },
        ),
    ]


def _reads(groups: list[str], resources: list[str]) -> Body:
    return {"apiGroups": groups, "resources": resources, "verbs": ["get", "list", "watch"]}


_READS = [
    _reads([""], ["endpoints", "namespaces", "nodes", "pods", "replicationcontrollers", "services"]),
    _reads(["apps"], ["replicasets"]),
    _reads(["discovery.k8s.io"], ["endpointslices"]),
    _reads(["apiextensions.k8s.io"], ["customresourcedefinitions"]),
    _reads(
        ["networking.istio.io"],
        ["destinationrules", "gateways", "serviceentries", "sidecars", "virtualservices", "workloadentries"],
    ),
    _reads(["security.istio.io"], ["authorizationpolicies", "peerauthentications", "requestauthentications"]),
]
