"""What every object has: a name of its kind's form, a namespace or none, and annotations that fit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from admission.finding import NOTHING, Finding
from admission.forms import LABEL, SUBDOMAIN

ANNOTATIONS_MOST = 256 * 1024
"""Bytes of all annotations of an object, keys and values (apimachinery's TotalAnnotationSizeLimitB)."""

_LABEL, _SUBDOMAIN = re.compile(LABEL["pattern"]), re.compile(SUBDOMAIN["pattern"])
_SERVICE = re.compile("^[a-z]([-a-z0-9]*[a-z0-9])?$")

_LABEL_NAMED = frozenset({"Namespace", "Service"})
_FREELY_NAMED = frozenset({"ClusterRole", "ClusterRoleBinding", "Role", "RoleBinding"})
"""Kinds of rbac.authorization.k8s.io: any segment of a path will do."""


def check(document: dict[str, Any], *, namespaced: bool | None) -> Iterator[Finding]:
    """Findings in an object whose metadata is a mapping.

    Args:
        namespaced: whether its kind stands in namespaces; None where nobody knows.
    """
    metadata = document["metadata"]
    yield from _name(document["apiVersion"], document["kind"], metadata.get("name", NOTHING))
    space = metadata.get("namespace")
    if namespaced and not space:
        text = "is missing; objects of this kind stand in a namespace: name it"
        yield Finding(("metadata", "namespace"), NOTHING, text)
    if namespaced is False and space:
        text = "objects of this kind stand in no namespace; remove it"
        yield Finding(("metadata", "namespace"), space, text)
    annotations = metadata.get("annotations")
    if isinstance(annotations, dict):
        size = sum(len(str(text).encode()) for pair in annotations.items() for text in pair)
        if size > ANNOTATIONS_MOST:
            text = f"{size:,} bytes are more than {ANNOTATIONS_MOST:,}; shorten them"
            yield Finding(("metadata", "annotations"), NOTHING, text)


def _name(api_version: str, kind: str, name: Any) -> Iterator[Finding]:
    place = ("metadata", "name")
    if name is NOTHING or not isinstance(name, str) or not name:
        yield Finding(place, name, "an object that is applied has a name; give it one")
    elif api_version.startswith("rbac.authorization.k8s.io/") and kind in _FREELY_NAMED:
        if name in (".", "..") or re.search("[/%]", name):
            yield Finding(place, name, "is no segment of a path; use no `/` and no `%`")
    elif api_version == "v1" and kind in _LABEL_NAMED:
        form = _SERVICE if kind == "Service" else _LABEL
        if not form.search(name) or len(name) > 63:
            start = ", a letter first" if kind == "Service" else ""
            text = f"is no DNS label; use at most 63 lower case letters, digits and dashes{start}"
            yield Finding(place, name, text)
    elif not _SUBDOMAIN.search(name) or len(name) > 253:
        yield Finding(place, name, "is no DNS name; use at most 253 lower case letters, digits, dashes and dots")
