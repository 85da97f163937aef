"""Names of what a service has."""

from __future__ import annotations

from fleet.model import Fleet
from fleet.names.accounts import role_arn
from fleet.names.data import log_group
from fleet.region import Region
from fleet.service import Service


def namespace(service: Service) -> str:
    return service.name


def service_account(service: Service) -> str:
    return service.name


def service_role(service: Service, region: Region) -> str:
    """Role the service's pods take in the region's account."""
    return f"{region.fleet.name}-{region.code}-{service.name}"


def service_role_arn(service: Service, region: Region) -> str:
    return role_arn(region.account_id, service_role(service, region))


def caller_role(service: Service, region: Region) -> str:
    """Role in the data account that the service's pods chain into to reach their database."""
    return f"{region.fleet.name}-{region.code}-{service.name}-db"


def caller_role_arn(service: Service, region: Region) -> str:
    return role_arn(region.fleet.accounts["data"], caller_role(service, region))


def caller_roles(region: Region) -> str:
    """Pattern of the ARNs of all `caller_role`s of a region: a database's policy outlives its services."""
    return role_arn(region.fleet.accounts["data"], f"{region.fleet.name}-{region.code}-*-db")


KEEPER_USER = "keeper"
"""Role inside every database that the keeper logs in as; it may do nothing there."""


def database_keeper(fleet: Fleet, code: str) -> str:
    """Role, and function, of the data account that wakes a region's databases before their backup."""
    return f"{fleet.name}-data-{code}-keeper"


def database_keeper_arn(fleet: Fleet, code: str) -> str:
    return role_arn(fleet.accounts["data"], database_keeper(fleet, code))


def database_user(service: Service) -> str:
    """Role inside the database (PostgreSQL) that the caller's role may log in as."""
    return service.name.replace("-", "_")


def cache(service: Service, cache_name: str) -> str:
    """Replication group id, 40 characters at most."""
    return f"{service.fleet.name}-{service.name}-{cache_name}"


CACHE_PORT = 6380
"""Where every cache listens: not the port that scanners know."""
DATABASE_PORT = 5432
"""Where DSQL listens, PostgreSQL's own."""


def cache_user(service: Service) -> str:
    """Id and name (for IAM they are one) of the service's user in its caches, and id of the group it is in."""
    return f"{service.fleet.name}-{service.name}"


def cache_parameter(service: Service, cache_name: str) -> str:
    """SSM parameter with endpoint, port and user of a cache as JSON; its last part is the name in `CACHES`."""
    return f"/{service.fleet.name}/caches/{cache(service, cache_name)}"


def cache_log_group(service: Service, region: Region) -> str:
    """Engine and slow logs of a service's caches. Below /aws/vendedlogs the service that writes needs no share in the
    account's one resource policy of CloudWatch Logs, which has room for ten."""
    return f"/aws/vendedlogs{log_group(service.fleet, 'caches', region.code, service.name)}"


def table(service: Service, table_name: str) -> str:
    return f"{service.fleet.name}-{service.name}-{table_name}"


def queue(service: Service, queue_name: str, *, fifo: bool = False, dead: bool = False) -> str:
    name = f"{service.fleet.name}-{service.name}-{queue_name}" + ("-dead" if dead else "")
    return f"{name}.fifo" if fifo else name


def topic(service: Service, topic_name: str) -> str:
    return f"{service.fleet.name}-{service.name}-{topic_name}"


def service_secret(service: Service, secret_name: str) -> str:
    return f"{service.fleet.name}/services/{service.name}/{secret_name}"
