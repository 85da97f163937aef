"""Which inputs changed, and whom each reaches: field by field of the fleet's files, file by file of the code.

What is declared here is an upper bound, held against synthesis by a test: no cell is touched that no changed input
reaches. Where one is, it was the code, and the report says so.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from fleet import yamlfile
from fleet.problem import FleetUnreadable, spell
from ops.guard.comparison import Comparison
from ops.guard.pieces import Edit, edits
from ops.guard.reach import Reach
from ops.guard.report import Input
from ops.guard.spread import Spread

_NOWHERE = ("tests/", "docs/", "benchmarks/", "ops/", "local/", "admission/")
"""Code that makes no template and no manifest."""
_CODE = (
    ("constructs/hypercell/egress/runtime", "code of the egress controller, one a region"),
    ("constructs/hypercell/data/runtime", "code of the databases' keeper"),
    ("constructs/hypercell/edge", "code of the one site and the one zone"),
    ("constructs/hypercell/cell", "code of every cell's own stacks"),
    ("fleet/tables", "a table that every region looks up"),
    ("k8s/chart", "tables of the charts in every cell"),
    ("k8s/", "code of every cell's manifests"),
    ("fleet/", "words and arithmetic of the whole fleet"),
    ("stacks/", "code of every stack of its kind"),
    ("constructs/", "code of every stack that has such a part"),
)
"""Beginning of a path to what it is."""


def inputs(compared: Comparison, reach: Reach, touched: Iterable[str]) -> tuple[Input, ...]:
    """Inputs that changed and reach more than one cell, and what only the code can explain.

    Args:
        touched: cells that the change touches.
    """
    fields = tuple(_fields(compared))
    files = tuple(_files(compared))
    found = [
        Input(file, spell(_named(edit)), reach.radius(cells), why)
        for file, edit, cells, why in fields
        if len(cells & compared.cells.keys()) > 1
    ]
    everywhere = frozenset(compared.cells)
    found += [Input(file, "", reach.radius(everywhere), why) for file, why in files if len(everywhere) > 1]
    explained = frozenset(cell for _, _, cells, _ in fields for cell in cells)
    left = frozenset() if files else frozenset(touched) - explained
    if left and (compared.base.files or compared.head.files):
        why = "no changed field reaches these cells: the code that synthesized them is another"
        found.append(Input("code", "", reach.radius(left), why))
    return tuple(dict.fromkeys(found))


def _named(edit: Edit) -> tuple[str, ...]:
    """The field; members of lists have no name of their own."""
    return tuple(part for part in edit.path if not part.startswith("["))


def declared(compared: Comparison) -> frozenset[str]:
    """Cells that some changed field may reach, standing before or after."""
    return frozenset(cell for _, _, cells, _ in _fields(compared) for cell in cells)


def _fields(compared: Comparison) -> Iterator[tuple[str, Edit, frozenset[str], str]]:
    base, head = compared.base.files, compared.head.files
    contents = {side: {} for side in ("base", "head")}  # type: dict[str, dict[str, Any]]
    for file in dict.fromkeys([*base, *head]):
        if base.get(file) != head.get(file):
            contents["base"][file], contents["head"][file] = _content(file, base), _content(file, head)
    spread = Spread(compared, _fleet_file(base), _fleet_file(head))
    for file, before in contents["base"].items():
        for edit in edits(before, contents["head"][file]):
            cells, why = spread.of(file, edit)
            yield file, edit, cells, why


def _content(file: str, files: Mapping[str, str]) -> Any:
    try:
        return yamlfile.parse(files[file], file).content if file in files else {}
    except FleetUnreadable:
        return {}


def _fleet_file(files: Mapping[str, str]) -> dict[str, Any]:
    content = _content("fleet.yaml", files)
    return content if isinstance(content, dict) else {}


def _files(compared: Comparison) -> Iterator[tuple[str, str]]:
    base, head = compared.base.code, compared.head.code
    if not base or not head:
        return
    for file in sorted({*base, *head}):
        if base.get(file) != head.get(file) and not file.startswith(_NOWHERE):
            yield file, next((why for beginning, why in _CODE if file.startswith(beginning)), "code of the synthesis")
