"""One document before the API servers it is meant for: those of a version and of the next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from admission import metadata, pods, podsecurity, wording
from admission.builtin import CLUSTER_SCOPED, Builtin, builtin, judged_by
from admission.custom import Definition, Definitions
from admission.finding import NOTHING, Document, Finding
from admission.keywords import Validator


@dataclass(frozen=True)
class Judged:
    """What was found in a document, and what its cell needs to know of it."""

    api_version: str
    kind: str
    namespace: str
    name: str
    findings: tuple[Finding, ...] = ()
    unchecked: bool = False
    """No schema of its kind is at hand: only its metadata was looked at."""
    pods: bool = False
    """It makes pods, as far as that is known here."""
    unrestricted: tuple[Finding, ...] = ()
    """What Pod Security `restricted` refuses in them."""
    above_baseline: tuple[Finding, ...] = ()
    """What `baseline` refuses in them."""
    security: podsecurity.Levels | None = None
    """Of a Namespace: the levels its labels name."""

    @property
    def identity(self) -> tuple[str, str, str, str]:
        """What may stand once in a cluster."""
        return self.api_version.rpartition("/")[0], self.kind, self.namespace, self.name

    @property
    def title(self) -> str:
        """`Deployment sessions/sessions`."""
        return f"{self.kind} {f'{self.namespace}/' if self.namespace else ''}{self.name or '(without a name)'}"


class Judge:
    """Everything compiled that documents of one version are judged by.

    Args:
        version: minor version of the cell's Kubernetes.
        definitions: the custom kinds at hand.

    Raises:
        KeyError: no schemas of that version are at hand.
    """

    def __init__(self, version: str, definitions: Definitions) -> None:
        self._versions = [builtin(one) for one in judged_by(version)]
        self._definitions = definitions
        self._custom: dict[tuple[str, str], Validator] = {}

    def judge(self, document: Any) -> Judged:
        """All that is wrong with a document, as far as it can be told from itself."""
        broken = _misshapen(document)
        if broken:
            return Judged("", _word(document, "kind"), "", "", (broken,))
        api_version, kind = document["apiVersion"], document["kind"]
        found, namespaced, unchecked = self._kind(document, api_version, kind)
        found = [*metadata.check(document, namespaced=namespaced), *found]
        space = (api_version, kind) == ("v1", "Namespace")
        if space and not found:
            found += podsecurity.wrong_levels(document)
        well = not found and not unchecked  # what may be of any shape has no pods and no levels to read
        makes = well and pods.makes_pods(document)
        return Judged(
            api_version,
            kind,
            str(document["metadata"].get("namespace") or ""),
            str(document["metadata"].get("name") or ""),
            tuple({(one.place, one.message): one for one in found}.values()),
            unchecked,
            makes,
            pods.refused(document, "restricted") if makes else (),
            pods.refused(document, "baseline") if makes else (),
            podsecurity.levels(document) if well and space else None,
        )

    def _kind(self, document: Document, api_version: str, kind: str) -> tuple[list[Finding], bool | None, bool]:
        """Findings by the kind's schema, whether the kind stands in namespaces, and whether it went unchecked."""
        group = api_version.rpartition("/")[0]
        if any(group in one.groups for one in self._versions):
            return self._by_version(document, api_version, kind), kind not in CLUSTER_SCOPED, False
        definition = self._definitions.kinds.get((api_version, kind))
        if definition is not None:
            return self._by_definition(document, definition), definition.namespaced, False
        served = self._definitions.served(group, kind)
        if served:
            text = f"is not served; its definition serves {', '.join(served)}: write one of them"
            return [Finding(("apiVersion",), api_version, text)], None, False
        return [], None, True

    def _by_version(self, document: Document, api_version: str, kind: str) -> list[Finding]:
        """What is said by both versions is said once, without a version. Rules are ours, and those of every version."""
        said: dict[Finding, list[str]] = {}
        for one in self._versions:
            for finding in _by_structure(document, api_version, kind, one):
                said.setdefault(finding, []).append(one.version)
        if not said:
            first = self._versions[0]
            validator = first.validator(api_version, kind)
            return wording.findings(validator.rules(document), {"$defs": first.definitions}) if validator else []
        return [
            finding
            if len(versions) == len(self._versions)
            else Finding(finding.place, finding.value, f"{finding.message} (Kubernetes {versions[0]})")
            for finding, versions in said.items()
        ]

    def _by_definition(self, document: Document, definition: Definition) -> list[Finding]:
        key = f"{definition.group}/{definition.version}", definition.kind
        if key not in self._custom:
            self._custom[key] = Validator(definition.closed, self._versions[0].registry)
        filled = definition.fill(document) if definition.fill else document
        errors = self._custom[key].structure(filled) or self._custom[key].rules(filled)
        return wording.findings(errors, {**definition.closed, "$defs": self._versions[0].definitions})


def _by_structure(document: Document, api_version: str, kind: str, version: Builtin) -> list[Finding]:
    validator = version.validator(api_version, kind)
    if validator is None:
        text = f"{kind} of {api_version} is no kind that Kubernetes has; write a version that it serves"
        return [Finding(("apiVersion",), NOTHING, text)]
    return wording.findings(validator.structure(document), {"$defs": version.definitions})


def _misshapen(document: Any) -> Finding | None:
    """A document that is no object at all."""
    if not isinstance(document, dict):
        return Finding((), document, "is no object; write a mapping with apiVersion, kind and metadata")
    for name in ("apiVersion", "kind"):
        if not isinstance(document.get(name), str) or not document[name]:
            return Finding((name,), document.get(name, NOTHING), "says no kind; write it as text")
    if not isinstance(document.get("metadata"), dict):
        return Finding(("metadata",), document.get("metadata", NOTHING), "is no mapping; give the object a name in it")
    return None


def _word(document: Any, field: str) -> str:
    word = document.get(field) if isinstance(document, dict) else None
    return word if isinstance(word, str) else "(of no kind)"
