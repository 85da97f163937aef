"""What the API servers would say: the strict schemas of Kubernetes, the definitions of the custom resources, CEL.

Kubernetes' own kinds come from the package kubernetes-validate, one validator a version and kind, built once. Custom
resources come from HYPERCELL_CRDS, or from ../shared/crds beside the repository; their structural schemas are closed
(an unknown field is an error, where the API server would only drop it) and their rules in CEL are evaluated, those
about a change (`oldSelf`) excepted.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import cel
import jsonschema_rs
import kubernetes_validate

WITHOUT_SCHEMA: dict[tuple[str, str], str] = {
    ("cert-manager.io/v1", "Certificate"): "cert-manager's definitions are not among the collected ones",
    ("cert-manager.io/v1", "ClusterIssuer"): "cert-manager's definitions are not among the collected ones",
    ("generators.external-secrets.io/v1alpha1", "ECRAuthorizationToken"): "only the stores' definitions are collected",
    ("eks.amazonaws.com/v1", "NodeClass"): "AWS publishes no definition of Auto Mode's kinds",
    ("eks.amazonaws.com/v1", "TargetGroupBinding"): "AWS publishes no definition of Auto Mode's kinds",
}
"""Kinds that nothing here can check against a schema, and why."""

_HERE = Path(__file__).parents[2]
CRDS = Path(os.environ.get("HYPERCELL_CRDS") or _HERE.parent / "shared" / "crds")
_BUNDLED = Path(kubernetes_validate.__file__).parent / "kubernetes-json-schema"


# --- Kubernetes' own kinds --------------------------------------------------------------------------------------


@cache
def _registry(version: str) -> Any:
    definitions = json.loads((_BUNDLED / f"v{version}.0-local-strict" / "_definitions.json").read_text("utf-8"))
    return jsonschema_rs.Registry([("json-schema:///api/_definitions.json", definitions)])


@cache
def _core(version: str, api_version: str, kind: str) -> Any:
    """The validator of a built-in kind, or None: the version does not know it."""
    group = re.sub(r"^([^./]*)(?:\.[^/]*)?/", r"\1-", api_version)
    file = _BUNDLED / f"v{version}.0-local-strict" / f"{kind.lower()}-{group}.json"
    if not file.is_file():
        return None
    schema = json.loads(file.read_text("utf-8")) | {"$id": f"json-schema:///api/{file.name}"}
    return jsonschema_rs.Draft202012Validator(schema, registry=_registry(version))


def knows(version: str, document: dict[str, Any]) -> bool:
    """Whether this Kubernetes has the kind itself."""
    return _core(version, document["apiVersion"], document["kind"]) is not None


def core_errors(version: str, document: dict[str, Any]) -> list[str]:
    """What the strict schema of this Kubernetes refuses in a document of a built-in kind."""
    return [_said(error) for error in _core(version, document["apiVersion"], document["kind"]).iter_errors(document)]


def _said(error: Any) -> str:
    return f"{'.'.join(map(str, error.instance_path))}: {error.message}"[:400]


def following(version: str) -> str:
    """The next minor version."""
    major, minor = version.split(".")
    return f"{major}.{int(minor) + 1}"


# --- custom resources -------------------------------------------------------------------------------------------


@cache
def _definitions() -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for file in sorted(CRDS.glob("*/*.json")):
        crd = json.loads(file.read_text("utf-8"))
        group, kind = crd["spec"]["group"], crd["spec"]["names"]["kind"]
        for version in crd["spec"]["versions"]:
            if version.get("served"):
                found[f"{group}/{version['name']}", kind] = version["schema"]["openAPIV3Schema"]
    return found


def defined(document: dict[str, Any]) -> bool:
    """Whether a definition of the custom kind was collected."""
    return (document["apiVersion"], document["kind"]) in _definitions()


@cache
def _custom(api_version: str, kind: str) -> Any:
    return jsonschema_rs.Draft202012Validator(_closed(_definitions()[api_version, kind], top=True))


def custom_errors(document: dict[str, Any], *, rules: bool = True) -> list[str]:
    """What the definition of a custom kind refuses, its CEL rules included."""
    key = document["apiVersion"], document["kind"]
    errors = [_said(error) for error in _custom(*key).iter_errors(document)]
    if not errors and rules:
        schema = _definitions()[key]
        errors += _broken_rules(schema, _with_defaults(schema, document), "")
    return errors


def _closed(schema: dict[str, Any], *, top: bool = False) -> dict[str, Any]:
    """A structural schema as a JSON schema that knows every field there may be.

    Inside `anyOf`, `oneOf` and `not` a definition only says what is required: nothing is closed there.
    """
    kept = {key: value for key, value in schema.items() if not key.startswith("x-") and key not in _PROSE}
    if schema.get("x-kubernetes-int-or-string"):
        return {"type": ["integer", "string"], **({"pattern": kept["pattern"]} if "pattern" in kept else {})}
    if "properties" in kept:
        kept["properties"] = {name: _closed(part) for name, part in kept["properties"].items()}
        if top:
            kept["properties"] |= {"apiVersion": {}, "kind": {}, "metadata": {}}
        if "additionalProperties" not in kept and not schema.get("x-kubernetes-preserve-unknown-fields"):
            kept["additionalProperties"] = False
    if isinstance(kept.get("additionalProperties"), dict):
        kept["additionalProperties"] = _closed(kept["additionalProperties"])
    if isinstance(kept.get("items"), dict):
        kept["items"] = _closed(kept["items"])
    if schema.get("x-kubernetes-list-type") == "set":
        kept["uniqueItems"] = True
    if schema.get("nullable"):
        return {"anyOf": [{"type": "null"}, kept]}
    return kept


_PROSE = frozenset({"description", "default", "example", "format", "nullable", "externalDocs", "title"})


def _with_defaults(schema: dict[str, Any], value: Any) -> Any:
    """The value as the API server stores it: rules are asked after defaults are in."""
    if isinstance(value, dict) and "properties" in schema:
        filled = dict(value)
        for name, part in schema["properties"].items():
            if name not in filled and "default" in part:
                filled[name] = part["default"]
            if name in filled:
                filled[name] = _with_defaults(part, filled[name])
        return filled
    if isinstance(value, dict) and isinstance(schema.get("additionalProperties"), dict):
        return {name: _with_defaults(schema["additionalProperties"], part) for name, part in value.items()}
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        return [_with_defaults(schema["items"], part) for part in value]
    return value


def _broken_rules(schema: dict[str, Any], value: Any, path: str) -> list[str]:
    return [
        f"{path or '.'}: {rule.get('message', rule['rule'])}"
        for rule in schema.get("x-kubernetes-validations", ())
        if "oldSelf" not in rule["rule"] and not _holds(rule["rule"], value)
    ] + [broken for part, child, name in _children(schema, value) for broken in _broken_rules(part, child, name)]


def _holds(rule: str, value: Any) -> bool:
    """A rule that cannot be evaluated is broken: the API server refuses the object as well."""
    try:
        return evaluate(rule, self=value) is True
    except RuntimeError:
        return False


def _children(schema: dict[str, Any], value: Any) -> Iterator[tuple[dict[str, Any], Any, str]]:
    if isinstance(value, dict):
        for name, part in schema.get("properties", {}).items():
            if name in value:
                yield part, value[name], name
        if isinstance(schema.get("additionalProperties"), dict):
            for name, child in value.items():
                yield schema["additionalProperties"], child, name
    if isinstance(value, list) and isinstance(schema.get("items"), dict):
        for place, child in enumerate(value):
            yield schema["items"], child, str(place)


# --- CEL --------------------------------------------------------------------------------------------------------


@cache
def _compiled(expression: str) -> Any:
    return cel.compile(expression)


def evaluate(expression: str, **variables: Any) -> Any:
    """The value of a CEL expression, with the functions that Kubernetes adds and the rules use."""
    return _compiled(expression).execute(cel.Context(variables=variables, functions=_FUNCTIONS))


def _find(text: str, pattern: str) -> str:
    found = re.search(pattern, text)
    return found[0] if found else ""


_FUNCTIONS = {
    "find": _find,
    "findAll": lambda text, pattern: re.findall(pattern, text),
    "isURL": lambda text: bool(urlparse(text).scheme and urlparse(text).netloc),
    "url": urlparse,
    "getScheme": lambda url: url.scheme,
    "split": lambda text, by: text.split(by),
    "isSorted": lambda values: list(values) == sorted(values),
    "sum": lambda values: sum(values),
    "lowerAscii": lambda text: text.lower(),
    "trim": lambda text: text.strip(),
}
