"""Our own rules over finished templates: what no scanner knows about this platform.

A rule is a file, registered here, with its test beside it under `tests/guards/rules/`.
"""

from __future__ import annotations

from hypercell.guards.rule import Rule
from hypercell.guards.rules import (
    bounded_roles,
    checked_records,
    closed_ingress,
    encrypted_data,
    instance_metadata,
    kept_logs,
    locked_vaults,
    narrow_policies,
    no_automatic_references,
    no_custom_resources,
    no_exports,
    own_security_groups,
    private_buckets,
    protected_stacks,
    readable_outputs,
    retained_state,
    sound_caches,
    sound_clusters,
    sound_keys,
    stack_size,
    strict_edge,
    traffic_reads_one_thing,
    trusted_principals,
    watched_networks,
    zones_by_id,
)

RULES: tuple[Rule, ...] = (
    no_exports.RULE,
    no_custom_resources.RULE,
    no_automatic_references.RULE,
    readable_outputs.RULE,
    traffic_reads_one_thing.RULE,
    protected_stacks.RULE,
    stack_size.RULE,
    retained_state.RULE,
    encrypted_data.RULE,
    private_buckets.RULE,
    kept_logs.RULE,
    locked_vaults.RULE,
    sound_keys.RULE,
    bounded_roles.RULE,
    trusted_principals.RULE,
    narrow_policies.RULE,
    closed_ingress.RULE,
    own_security_groups.RULE,
    instance_metadata.RULE,
    watched_networks.RULE,
    zones_by_id.RULE,
    sound_clusters.RULE,
    sound_caches.RULE,
    strict_edge.RULE,
    checked_records.RULE,
)
