"""How each resource type is made through an API, one row a type, in a module for each part of the platform."""

from local.api import Row
from local.types import cell, data, edge, functions, network, region, routing

_MODULES = (network, cell, data, edge, routing, region, functions)

ROWS: dict[str, Row] = {row.type: row for module in _MODULES for row in module.ROWS}
"""Resource type -> its row. What is in none of the modules is moto's own model, or a record."""
