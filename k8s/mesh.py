"""The mesh of a cell: everything denied, everything encrypted, and one gate to the region's other cells."""

from __future__ import annotations

from fleet import authority, names
from fleet.cell import Cell
from k8s import remote
from k8s.documents import Document
from k8s.secrets import CELL_STORE, EARLY, entry, external
from k8s.vocabulary import BEFORE_ITS_KIND, EASTWEST, INGRESS, ISTIO, meta, obj, sync

NETWORKING = "networking.istio.io/v1"
SECURITY = "security.istio.io/v1"


def mesh(cell: Cell) -> list[Document]:
    """The layer of a meshed cell; nothing where the region has no mesh."""
    if not cell.region.meshed:
        return []
    return [
        _authority(cell),
        istio(SECURITY, "PeerAuthentication", "default", ISTIO, {"mtls": {"mode": "STRICT"}}),
        # In the root namespace an empty policy allows nothing to anybody, both gateways included.
        istio(SECURITY, "AuthorizationPolicy", "deny-by-default", ISTIO, {}),
        _gate_opens(INGRESS, "ingress", names.WEB_PORT),
        _gate_opens(EASTWEST, "eastwest", names.MESH_PORT),
        _cross_network(),
        _scope(),
        _telemetry(),
        _amazon(cell),
        *remote.reader(cell),
        *remote.siblings(cell),
    ]


def istio(api: str, kind: str, name: str, space: str, spec: dict[str, object]) -> Document:
    """One of Istio's objects, whose kind the chart istio-base installs."""
    return obj(api, kind, meta(name, space, annotations=sync(BEFORE_ITS_KIND)), spec)


def _authority(cell: Cell) -> Document:
    """Before istiod: one that finds none makes an authority of its own, which no other cell knows, and keeps it."""
    stored = names.mesh_authority(cell).removeprefix(names.secret(cell, ""))
    entries = [entry(key, stored, key) for key in authority.KEYS]
    return external("cacerts", ISTIO, CELL_STORE, entries, every=f"{authority.READ_HOURS}h", wave=EARLY)


def _gate_opens(space: str, gateway: str, port: int) -> Document:
    """The gateway's exception from the denial. Passing through it is not enough: each service asks who calls."""
    return istio(
        SECURITY,
        "AuthorizationPolicy",
        "gateway",
        space,
        {
            "selector": {"matchLabels": {"istio": gateway}},
            "action": "ALLOW",
            "rules": [{"to": [{"operation": {"ports": [str(port)]}}]}],
        },
    )


def _cross_network() -> Document:
    """Other cells enter here, with the identity of the calling pod: the gateway passes their TLS through."""
    return istio(
        NETWORKING,
        "Gateway",
        "cross-network",
        EASTWEST,
        {
            "selector": {"istio": "eastwest"},
            "servers": [
                {
                    "port": {"number": names.MESH_PORT, "name": "tls", "protocol": "TLS"},
                    "tls": {"mode": "AUTO_PASSTHROUGH"},
                    "hosts": ["*.local"],
                }
            ],
        },
    )


def _scope() -> Document:
    """What a proxy knows unless its service says more: its own namespace and the mesh's. Keeps every push small."""
    return istio(
        NETWORKING,
        "Sidecar",
        "default",
        ISTIO,
        {"egress": [{"hosts": ["./*", f"{ISTIO}/*"]}], "outboundTrafficPolicy": {"mode": "REGISTRY_ONLY"}},
    )


def _telemetry() -> Document:
    return istio(
        "telemetry.istio.io/v1",
        "Telemetry",
        "default",
        ISTIO,
        {
            "metrics": [{"providers": [{"name": "prometheus"}]}],
            "tracing": [{"providers": [{"name": "collector"}], "randomSamplingPercentage": 1}],
            # Every answer is in the metrics already; a line is worth its money when something went wrong.
            "accessLogging": [
                {"providers": [{"name": "envoy"}], "filter": {"expression": "response.code >= 500"}},
            ],
        },
    )


def _amazon(cell: Cell) -> Document:
    """The AWS APIs, by name: a proxy reaches no other host outside the mesh."""
    region = cell.region.name
    return istio(
        NETWORKING,
        "ServiceEntry",
        "aws",
        ISTIO,
        {
            "hosts": [f"*.{region}.amazonaws.com", f"*.{region}.on.aws", f"*.{region}.api.aws"],
            "location": "MESH_EXTERNAL",
            "resolution": "NONE",
            "ports": [{"number": 443, "name": "tls", "protocol": "TLS"}],
            "exportTo": ["*"],
        },
    )
