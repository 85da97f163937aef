"""Texts of both sides, each parsed once and not before somebody looks: most of a fleet is the same before and after."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from fleet.load import load
from fleet.model import Fleet
from fleet.problem import FleetError
from ops.delta.objects import Files, Object
from ops.guard.snapshot import Template
from ops.promotion.image import Unusable

# Nothing inside of a document can look like this: YAML itself takes it for the end of one.
_BETWEEN = re.compile(rb"^---[ \t]*$\n?", re.MULTILINE)


class Parsed:
    """What two sides share. Equal texts become one and the same object, so that `is` answers most questions."""

    def __init__(self) -> None:
        self._templates: dict[bytes, Template] = {}
        self._documents: dict[bytes, Object | None] = {}
        self._files: dict[tuple[tuple[str, bytes], ...], LazyFiles] = {}
        self._fleets: dict[tuple[tuple[str, str], ...], Fleet | None] = {}

    def template(self, text: bytes) -> Template:
        """A template.

        Raises:
            ValueError: it is no JSON, or no mapping with resources.
        """
        key = sha256(text).digest()
        if key not in self._templates:
            found = json.loads(text)
            if not isinstance(found, dict) or not isinstance(found.get("Resources"), dict):
                raise ValueError("it has no Resources")
            self._templates[key] = found
        return self._templates[key]

    def fleet(self, texts: Mapping[str, str], folder: Path) -> Fleet | None:
        """The fleet of a folder with these files; None when the code of now cannot read them."""
        key = tuple(texts.items())
        if key not in self._fleets:
            try:
                self._fleets[key] = load(folder)
            except FleetError:
                self._fleets[key] = None
        return self._fleets[key]

    def files(self, texts: Mapping[str, bytes], where: str) -> Files:
        """The files of a bundle.

        Args:
            texts: name without the ending to text.
            where: they lie, for who has to look.
        """
        key = tuple((name, sha256(text).digest()) for name, text in sorted(texts.items()))
        return self._files.setdefault(key, LazyFiles(self, texts, where))

    def objects(self, text: bytes, where: str) -> Sequence[Object]:
        """The objects of a file of manifests.

        Raises:
            Unusable: it is no YAML with objects in it.
        """
        found = (self._document(document, where) for document in _BETWEEN.split(text))
        return [one for one in found if one is not None]

    def _document(self, text: bytes, where: str) -> Object | None:
        if text not in self._documents:
            try:
                found = yaml.load(text, Loader=yaml.CSafeLoader)
            except yaml.YAMLError as error:
                raise Unusable(f"{where} cannot be read as manifests ({error}); write them again") from None
            if found is not None and not isinstance(found, Mapping):
                raise Unusable(f"{where} holds a document that is no object; write the manifests again")
            self._documents[text] = found
        return self._documents[text]


class LazyFiles(Mapping[str, Sequence[Object]]):
    """A bundle whose files are parsed when they are asked for.

    Asking raises `Unusable` where a file cannot be read. It equals any mapping with the same objects.
    """

    def __init__(self, parsed: Parsed, texts: Mapping[str, bytes], where: str) -> None:
        self._parsed, self._texts, self._where = parsed, texts, where
        self._found: dict[str, Sequence[Object]] = {}

    def __getitem__(self, name: str) -> Sequence[Object]:
        if name not in self._found:
            self._found[name] = self._parsed.objects(self._texts[name], f"{self._where}/{name}.yaml")
        return self._found[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, name: object) -> bool:
        return name in self._texts

    def __eq__(self, other: Any) -> bool:
        return self is other or super().__eq__(other)

    __hash__ = None  # type: ignore[assignment]
