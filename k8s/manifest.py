"""A document as a cdk8s object, a layer as a cdk8s chart."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from cdk8s import ApiObject, App, Chart
from constructs import Construct

from k8s.documents import Document
from k8s.writing import identity


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
