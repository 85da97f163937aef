"""Kinds by the names that access rules have for them."""

from __future__ import annotations

from typing import Any

from k8s.deployers import PLATFORM, SERVICES


def singular(resource: str) -> str:
    """`networkpolicies` -> `networkpolicy`."""
    for ending, single in (("policies", "policy"), ("entries", "entry"), ("sidecars", "sidecar"), ("classes", "class")):
        if resource.endswith(ending):
            return resource.removesuffix(ending) + single
    return {"telemetries": "telemetry", "gateways": "gateway"}.get(resource, resource.removesuffix("s"))


_PLURALS = {
    (group, singular(resource)): resource
    for granted in (PLATFORM, SERVICES)
    for group, resources in granted.items()
    for resource in resources
}


def plural(document: dict[str, Any]) -> str:
    """The resource of an object that a bundle may hold."""
    return _PLURALS[document["apiVersion"].rpartition("/")[0], document["kind"].lower()]
