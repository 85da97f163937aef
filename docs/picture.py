"""Draw docs/fleet.png from a blueprint: `.venv/bin/python docs/picture.py [blueprint]`. Wants Graphviz's `dot`."""

from __future__ import annotations

import sys
from pathlib import Path

from diagrams import Cluster, Diagram, Edge
from diagrams.aws.analytics import KinesisDataStreams
from diagrams.aws.compute import EC2Instance, ElasticKubernetesService
from diagrams.aws.database import Aurora
from diagrams.aws.network import CloudFront, NATGateway, Route53
from diagrams.aws.security import WAF
from diagrams.onprem.client import Users

from fleet.load import load
from fleet.model import Fleet

_FONT = {"fontsize": "15", "fontname": "Helvetica"}


def draw(fleet: Fleet, file: Path) -> None:
    """Viewers, the edge, markets, regions with their cells and zones, databases with their witnesses."""
    attributes = {"pad": "0.3", "nodesep": "0.45", "ranksep": "0.7", "dpi": "80", **_FONT}
    with Diagram(
        "", filename=str(file.with_suffix("")), show=False, direction="TB", graph_attr=attributes, node_attr=_FONT
    ):
        viewers = Users("viewers")
        with Cluster("edge", graph_attr=_FONT):
            site = CloudFront("one distribution\na host family")
            firewall = WAF("web ACLs")
            zone = Route53("market, region\nand cell weights")
        viewers >> site
        site - Edge(style="dotted") - firewall
        site >> zone
        for market, regions in fleet.markets.items():
            with Cluster(f"market {market}", graph_attr=_FONT):
                last = {}
                for region in regions:
                    with Cluster(f"{region.name}, {len(region.zones)} zones, weight {region.weight}", graph_attr=_FONT):
                        cells = ElasticKubernetesService(
                            f"{len(region.standing_cells)} cells\n"
                            + " ".join(cell.key for cell in region.standing_cells)
                        )
                        out = "own NAT\na zone" if region.egress.path == "instances" else "NAT gateway\na zone"
                        egress = EC2Instance(out) if region.egress.path == "instances" else NATGateway(out)
                        cells >> Edge(style="dashed") >> egress
                        if fleet.streams:
                            cells >> KinesisDataStreams("streams\nto the lake")
                    zone >> cells
                    last[region.name] = cells
                for database in fleet.databases.values():
                    peers = database.serving.regions
                    if set(peers) & set(last):
                        witness = database.serving.witness
                        store = Aurora(
                            f"{database.name}\n" + (f"witness {witness}" if witness else "Aurora DSQL, one region")
                        )
                        for peer in peers:
                            if peer in last:
                                last[peer] >> store


if __name__ == "__main__":
    draw(load(sys.argv[1] if sys.argv[1:] else "blueprints/hypergrowth"), Path(__file__).with_name("fleet.png"))
