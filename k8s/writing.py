"""Documents as text, and what they are called in a cluster. No cdk8s in here: it starts Node, and whoever only needs
the text need not wait for it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, cast

import yaml

from k8s.documents import Document
from k8s.vocabulary import WAVE


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
