"""The plan becomes an app: one class for each kind of stack."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import aws_cdk as cdk

from fleet.model import Fleet
from fleet.phases import StackPlan
from stacks.stack import FleetStack

# Kind of stack -> module and class. Imported when first needed: a cell alone does not load the edge.
KINDS: dict[str, tuple[str, str]] = {
    "account": ("stacks.account", "AccountStack"),
    "edge-dns": ("stacks.edge_dns", "EdgeDnsStack"),
    "edge-addresses": ("stacks.edge_addresses", "EdgeAddressesStack"),
    "edge-traffic": ("stacks.edge_traffic", "EdgeTrafficStack"),
    "edge-site": ("stacks.edge_site", "EdgeSiteStack"),
    "data-keys": ("stacks.data_keys", "DataKeysStack"),
    "data-callers": ("stacks.data_callers", "DataCallersStack"),
    "data-backup": ("stacks.data_backup", "DataBackupStack"),
    "dsql": ("stacks.dsql", "DsqlStack"),
    "keys": ("stacks.keys", "KeysStack"),
    "registry": ("stacks.registry", "RegistryStack"),
    "network": ("stacks.network", "NetworkStack"),
    "egress": ("stacks.egress", "EgressStack"),
    "streams": ("stacks.streams", "StreamsStack"),
    "backup": ("stacks.backup", "BackupStack"),
    "database": ("stacks.database", "DatabaseStack"),
    "service": ("stacks.service", "ServiceStack"),
    "cell": ("stacks.cell", "CellStack"),
    "services": ("stacks.services", "ServicesStack"),
    "observability": ("stacks.observability", "ObservabilityStack"),
}

# Feature flags of the CDK that the templates depend on. They stand here and not in cdk.json, so that `app.py`
# writes the same bytes with and without the CDK CLI.
CONTEXT: dict[str, object] = {
    "@aws-cdk/core:explicitStackTags": True,
    "@aws-cdk/core:defaultCrossStackReferences": "weak",
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
    "aws:cdk:enable-path-metadata": False,
    "aws:cdk:enable-asset-metadata": False,
    "aws:cdk:disable-version-reporting": True,
}


def assemble(
    app: cdk.App, fleet: Fleet, plans: tuple[StackPlan, ...], *, step: Callable[[str], None] = lambda _: None
) -> dict[str, FleetStack]:
    """Build the stacks of the plans into the app, with the order among those of one account and region.

    Args:
        step: told the name of each stack that is built.
    """
    built: dict[str, FleetStack] = {}
    for plan in plans:
        module, name = KINDS[plan.kind]
        if find_spec(module) is None:
            continue
        stack_class: type[FleetStack] = getattr(import_module(module), name)
        built[plan.name] = stack_class(app, plan, fleet)
        step(plan.name)
    for plan in plans:
        for earlier in plan.after:
            if plan.name in built and earlier in built:
                built[plan.name].add_stack_dependency(built[earlier])
    return built
