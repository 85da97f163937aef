"""Kubernetes' own kinds: the strict schemas of a version, tightened to what its code refuses, compiled once."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jsonschema_rs

from admission.forms import QUANTITY
from admission.keywords import Validator
from admission.relations import EXPRESSIONS, RELATIONS
from admission.structural import INTEGERS, OBJECT_META, Schema
from admission.tighter import FIELDS, MISSING, enumerations


def _bundled() -> Path:
    """The schemas of kubernetes-validate. Its code is not imported: it would load another validator first."""
    spec = find_spec("kubernetes_validate")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("kubernetes-validate is not installed; run `make setup`")
    return Path(spec.origin).parent / "kubernetes-json-schema"


_BUNDLED = _bundled()
_ADDRESS = "json-schema:///kubernetes.json"

META: Schema = {"$ref": f"{_ADDRESS}#/$defs/{OBJECT_META}", "type": "object"}
"""The schema of `metadata`, for objects of other kinds too."""

CLUSTER_SCOPED = frozenset({
    "APIService", "CSIDriver", "CSINode", "CertificateSigningRequest", "ClusterRole", "ClusterRoleBinding",
    "ClusterTrustBundle", "ComponentStatus", "CustomResourceDefinition", "DeviceClass", "FlowSchema", "IPAddress",
    "IngressClass", "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "MutatingWebhookConfiguration",
    "Namespace", "Node", "PersistentVolume", "PriorityClass", "PriorityLevelConfiguration", "ResourceSlice",
    "RuntimeClass", "SelfSubjectAccessReview", "SelfSubjectReview", "SelfSubjectRulesReview", "ServiceCIDR",
    "StorageClass", "StorageVersion", "SubjectAccessReview", "TokenReview", "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "VolumeAttachment",
    "VolumeAttributesClass"
})  # fmt: skip
"""Kinds that stand in no namespace. The schemas do not say; from the paths of Kubernetes' OpenAPI document, 1.35."""


@cache
def versions() -> tuple[str, ...]:
    """Minor versions whose schemas are at hand, oldest first."""
    found = (folder.name.split(".0-")[0].removeprefix("v") for folder in _BUNDLED.glob("v1.*.0-local-strict"))
    return tuple(sorted(found, key=_minor))


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def following(version: str) -> str | None:
    """The next minor version, where its schemas are at hand."""
    later = f"1.{_minor(version) + 1}"
    return later if later in versions() else None


def judged_by(version: str) -> tuple[str, ...]:
    """The versions that the objects of a cell are judged by: its own and, where its schemas are at hand, the next.

    Raises:
        KeyError: no schemas of its own are at hand.
    """
    if version not in versions():
        raise KeyError(version)
    later = following(version)
    return (version, later) if later else (version,)


@dataclass(frozen=True)
class Builtin:
    """The kinds of one version."""

    version: str
    registry: Any
    definitions: dict[str, Schema]
    kinds: dict[tuple[str, str], str]
    """apiVersion and kind to the definition."""
    groups: frozenset[str]
    _compiled: dict[tuple[str, str], Validator | None] = field(default_factory=dict)

    def validator(self, api_version: str, kind: str) -> Validator | None:
        """The compiled validator of a kind, or None: this version has no such kind."""
        key = api_version, kind
        if key not in self._compiled:
            name = self.kinds.get(key)
            schema = {"$ref": f"{_ADDRESS}#/$defs/{name}"}
            self._compiled[key] = Validator(schema, self.registry) if name else None
        return self._compiled[key]


@cache
def builtin(version: str) -> Builtin:
    """The kinds of a version, one of `versions`."""
    file = _BUNDLED / f"v{version}.0-local-strict" / "_definitions.json"
    definitions: dict[str, Schema] = json.loads(file.read_text("utf-8"))["$defs"]
    for schema in definitions.values():
        _strict(schema)
    _tighten(definitions)
    kinds = {
        (f"{one['group']}/{one['version']}" if one["group"] else one["version"], one["kind"]): name
        for name, schema in definitions.items()
        for one in schema.get("x-kubernetes-group-version-kind", ())
    }
    registry = jsonschema_rs.Registry([(_ADDRESS, {"$defs": definitions})])
    groups = frozenset(api_version.rpartition("/")[0] for api_version, _ in kinds)
    return Builtin(version, registry, definitions, kinds, groups)


def _strict(schema: Any) -> None:
    """What the schemas write in words of their own, as JSON schema asks for it; prose is left out."""
    if isinstance(schema, list):
        for one in schema:
            _strict(one)
    if not isinstance(schema, dict):
        return
    if isinstance(schema.get("description"), str):
        del schema["description"]
    if schema.get("x-kubernetes-list-type") == "set":
        schema["uniqueItems"] = True
    if isinstance(schema.get("format"), str) and schema["format"] in INTEGERS:
        schema["minimum"], schema["maximum"] = INTEGERS[schema["format"]]
    for part in schema.values():
        _strict(part)


def _tighten(definitions: dict[str, Schema]) -> None:
    """Definitions that a version does not have yet, or no more, are passed over."""
    for name, fields in enumerations().items():
        for key, values in fields.items():
            part = definitions.get(name, {}).get("properties", {}).get(key)
            if part is not None:
                members = part.get("items", part)
                members["enum"] = [*values, None]
    for name, tighter in FIELDS.items():
        for key, schema in tighter.items():
            part = definitions.get(name, {}).get("properties", {}).get(key)
            if part is not None:
                part.update(schema)
    for name, required in MISSING.items():
        if name in definitions:
            definitions[name]["required"] = sorted({*definitions[name].get("required", ()), *required})
    for name, rules in RELATIONS.items():
        if name in definitions:
            asked = [{"rule": rule, "message": message} for rule, message in rules]
            definitions[name]["x-kubernetes-validations"] = asked
    for name, (key, known) in EXPRESSIONS.items():
        part = definitions.get(name, {}).get("properties", {}).get(key)
        if part is not None:
            part["x-cel-variables"] = list(known)
    for branch in definitions["io.k8s.apimachinery.pkg.api.resource.Quantity"]["oneOf"]:
        if "string" in branch["type"]:
            branch.update(QUANTITY)
