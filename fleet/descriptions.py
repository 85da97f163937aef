"""What each field means: the text below it in the source, read when somebody asks.

Pydantic can do this for every class at import; that costs a tenth of a second on each start, and only an error
message, an editor's schema or a page of the docs wants it.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pydantic import BaseModel


@cache
def of(model: type[BaseModel]) -> dict[str, str]:
    """Field to its description, bases included; a field without a text below it is left out."""
    found: dict[str, str] = {}
    for one in reversed(model.__mro__):
        if one.__module__.partition(".")[0] == "fleet":
            found.update(_below(one))
    return {name: text for name, text in found.items() if name in model.model_fields}


def _below(model: type) -> dict[str, str]:
    tree = ast.parse(textwrap.dedent(inspect.getsource(model)))
    assert isinstance(tree.body[0], ast.ClassDef)
    body = tree.body[0].body
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }
