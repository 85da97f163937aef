"""Whether a cell, and a region, can take traffic, as seen from eight places of the world."""

from __future__ import annotations

from aws_cdk import aws_route53 as route53
from constructs import Construct

from fleet import names, traffic
from fleet.cell import Cell
from fleet.region import Region

PORT = 8443
"""Where load balancers let Route 53's checkers in, and them alone."""
INTERVAL_SECONDS = 10
FAILURES = 3
"""In a row, of one checker: 30 s until it changes its mind."""

# All there are. A cell counts as healthy while 18 % of the checkers reach it: a cable cut between two continents takes
# nobody out of traffic, and one broken checker region is an eighth of the opinion.
CHECKERS = (
    "ap-northeast-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-west-1",
    "us-west-2",
)


class CellCheck(Construct):
    """Asks the cell's gateway, by the path viewers take, whether it serves.

    The answer must hold the word: a gateway that answers 200 with somebody else's page is not serving. Route 53 speaks
    TLS 1.2 at most and does not verify the certificate.

    Attributes:
        check_id: minted by Route 53.
    """

    def __init__(self, scope: Construct, id: str, *, cell: Cell) -> None:
        super().__init__(scope, id)
        check = route53.CfnHealthCheck(
            self,
            "Resource",
            health_check_config=route53.CfnHealthCheck.HealthCheckConfigProperty(
                type="HTTPS_STR_MATCH",
                fully_qualified_domain_name=names.cell_origin(cell),
                port=PORT,
                resource_path=names.HEALTH_PATH,
                search_string=names.HEALTH_BODY,
                enable_sni=True,
                request_interval=INTERVAL_SECONDS,
                failure_threshold=FAILURES,
                regions=list(CHECKERS),
            ),
            health_check_tags=[_name(f"{cell.fleet.name}-{cell.name}")],
        )
        self.check_id = check.ref


class RegionCheck(Construct):
    """Healthy while enough of the region's cells are (`fleet.traffic`).

    Args:
        cell_checks: cell key to the id of its check.

    Attributes:
        check_id: minted by Route 53.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, cell_checks: dict[str, str]) -> None:
        super().__init__(scope, id)
        check = route53.CfnHealthCheck(
            self,
            "Resource",
            health_check_config=route53.CfnHealthCheck.HealthCheckConfigProperty(
                type="CALCULATED",
                child_health_checks=[cell_checks[cell.key] for cell in traffic.reporting_cells(region)],
                health_threshold=traffic.threshold(region),
            ),
            health_check_tags=[_name(f"{region.fleet.name}-{region.code}")],
        )
        self.check_id = check.ref


def _name(value: str) -> route53.CfnHealthCheck.HealthCheckTagProperty:
    """The console shows a health check by this tag and nothing else."""
    return route53.CfnHealthCheck.HealthCheckTagProperty(key="Name", value=value)
