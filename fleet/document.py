"""The base of every noun in the fleet's files: frozen, closed, and no guessing of types."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints


class Document(BaseModel):
    """A mapping of the fleet's files. Unknown fields are errors; values never change after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=False, use_attribute_docstrings=True)


# `true` is not 1 and "3" is not 3: a quoted number in YAML is a mistake somebody wants to hear about.
Whole = Annotated[int, Field(strict=True)]
Positive = Annotated[int, Field(strict=True, ge=1)]
Flag = Annotated[bool, Field(strict=True)]

Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$", max_length=40)]
"""A name in the fleet's files: lower case letters, digits and single dashes, a DNS label."""

RegionName = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}(-[a-z]+)+-\d$")]
AccountId = Annotated[str, StringConstraints(pattern=r"^\d{12}$")]
HostName = Annotated[
    str,
    StringConstraints(pattern=r"^(\*\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$", max_length=253),
]
