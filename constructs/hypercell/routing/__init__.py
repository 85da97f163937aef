"""The one zone and the tree of records market, region, cell, with their health checks."""
