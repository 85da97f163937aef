"""A document as a cdk8s object, a layer as a cdk8s chart, and the text of both."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import yaml
from cdk8s import ApiObject, App, Chart
from constructs import Construct

from k8s.documents import Document
from k8s.vocabulary import WAVE


class Manifest(ApiObject):
    """One document. Its id is its identity in the cluster, so that nothing can be written twice."""

    def __init__(self, scope: Construct, document: Document) -> None:
        super().__init__(scope, identity(document), api_version=str(document["apiVersion"]), kind=str(document["kind"]))
        self.document = document

    def to_json(self) -> Any:
        """As plain JSON: cdk8s takes no tuples."""
        return json.loads(json.dumps(self.document))


class Layer(Chart):
    """What one room of the platform owns in a cell, applied after the layers before it."""

    def __init__(self, scope: App, name: str, documents: Sequence[Document]) -> None:
        super().__init__(scope, name, disable_resource_name_hashes=True)
        self.name = name
        self.documents = documents
        for document in self.documents:
            Manifest(self, document)


def identity(document: Document) -> str:
    """`Kind.group.namespace.name`: what may stand once in a cluster."""
    metadata = cast("Mapping[str, str]", document["metadata"])
    group = str(document["apiVersion"]).rpartition("/")[0]
    return ".".join((str(document["kind"]), group, metadata.get("namespace", ""), metadata["name"]))


def in_wave(document: Document, wave: int) -> Document:
    """The document with the annotation of its wave; a wave it names itself stays."""
    metadata = cast("Mapping[str, Any]", document["metadata"])
    annotations = {WAVE: str(wave), **metadata.get("annotations", {})}
    return {**document, "metadata": {**metadata, "annotations": annotations}}


class _Dumper(yaml.CSafeDumper):
    """libyaml: four times the speed of PyYAML's own emitter, and of cdk8s' by way of jsii."""

    def ignore_aliases(self, _data: object) -> bool:
        """Every value is written out: an anchor would tie together what is only equal by chance."""
        return True


_written: dict[str, str] = {}
"""Documents written before, by their content: half of a cell's are another cell's word for word, and finding one
again costs a tenth of writing it."""


def text(documents: Sequence[Document]) -> str:
    """The documents as one YAML stream, keys in the order they were written in."""
    return "".join(_text(document) for document in documents)


def _text(document: Document) -> str:
    content = json.dumps(document, separators=(",", ":"))
    written = _written.get(content)
    if written is None:
        written = yaml.dump(
            document, Dumper=_Dumper, sort_keys=False, explicit_start=True, allow_unicode=True, width=4096
        )
        _written[content] = written
    return written
