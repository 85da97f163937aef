"""Resource types without any API in moto: recorded, and counted as such.

A record answers `Ref` and `Fn::GetAtt` as its schema says and holds nothing else. Ids are minted from the stack and the
logical id, so that the same fleet gets the same ids every time.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from local.made import Missing, Place, at
from local.schemas import TypeSchema


@dataclass(frozen=True)
class Record:
    """A resource that only CloudFormation knows."""

    place: Place
    schema: TypeSchema
    properties: dict[str, Any]

    @property
    def ref(self) -> str:
        return "|".join(str(self._value(name)) for name in self.schema.identifier)

    def attribute(self, name: str) -> Any:
        """What `Fn::GetAtt` answers.

        Raises:
            Missing: the type has no such attribute.
        """
        if name not in self.schema.attributes:
            raise Missing(name)
        return self._value(name)

    def _value(self, name: str) -> Any:
        """The property of that name, or a value AWS might have minted."""
        try:
            return at(self.properties, name)
        except Missing:
            pass
        kind = self.schema.kind_of(name)
        if kind in ("integer", "number"):
            return 0
        if kind == "boolean":
            return False
        text = self._text(name.rpartition(".")[2])
        return [text] if kind == "array" else text

    def _text(self, name: str) -> str:
        place = self.place
        _, service, noun = self.schema.name.split("::")
        if name.lower().endswith("arn"):
            return f"arn:aws:{service.lower()}:{place.region}:{place.account}:{noun.lower()}/{self._digest(17)}"
        if name.lower().endswith("id"):
            return f"{noun.lower()}-{self._digest(17)}"
        if name.lower().endswith("name") and name in self.schema.identifier:
            return f"{place.stack}-{place.logical_id}"
        return f"{noun.lower()}-{self._digest(12)}.{service.lower()}.{place.region}.local"

    def _digest(self, length: int) -> str:
        whole = f"{self.place.account}/{self.place.region}/{self.place.stack}/{self.place.logical_id}"
        return hashlib.sha256(whole.encode()).hexdigest()[:length]
