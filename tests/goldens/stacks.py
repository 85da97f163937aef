"""The canonical stacks of hypergrowth: one of each kind, as a reviewer reads them and cfn-lint judges them."""

from __future__ import annotations

CELL = "use1-a"
SERVICE = "sessions"

# Folder to its stacks, without the fleet's name.
STACKS = {
    "cell": ["use1-a-cell", "use1-a-services"],
    "region": [
        "account-use1",
        "use1-keys",
        "use1-registry",
        "use1-network",
        "use1-egress",
        "use1-streams",
        "use1-backup",
        "use1-database-bookings-us",
        "use1-service-flights-pricing",
        "use1-observability",
    ],
    "edge": ["account-edge", "edge-dns", "edge-addresses-use1", "edge-traffic-use1", "edge-site"],
    "data": ["account-data", "data-keys-use1", "data-callers-use1", "data-backup-use1", "dsql-bookings-us-g2-use1"],
}
