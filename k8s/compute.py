"""Compute: the kinds of nodes a cell may start, and the bounds of each kind.

Spot carries the services over every instance type `fleet.spot` admits; a second pool, for services that need much
memory to a processor, is tainted so that nothing else lands there. The gateways stand on on-demand nodes of their
own. `ondemand-burst` is empty in normal times: it holds what a lost cell leaves to this one in the hour in which
Spot has nothing to offer. Karpenter has no ratio field; the share of Spot is what these pools are made of.
"""

from __future__ import annotations

from collections.abc import Mapping

from fleet import capacity, names, spot
from fleet.cell import Cell
from fleet.sizing import BURST, GATEWAY_SIZES, GENERAL, INGRESS_POOL, SPOT, SPOT_MEMORY, mixes, nodes_of
from k8s.documents import Body, Budget, Document, NodeClassReference, NodePool, NodeTemplateSpec, Requirement, Taint
from k8s.vocabulary import ASK_FIRST, BEFORE_ITS_KIND, POOL_LABEL, meta, sync

NODE_CLASS = "cell"

# 16 to 21 h UTC is Europe's evening and America's midday: nothing is moved then that need not be.
_QUIET = "0 16 * * *"
_QUIET_FOR = "5h"
_BUDGETS: list[Budget] = [
    {"nodes": "10%", "reasons": ["Empty", "Drifted"]},
    {"nodes": "5%", "reasons": ["Underutilized"]},
    {"nodes": "0", "reasons": ["Underutilized", "Drifted"], "schedule": _QUIET, "duration": _QUIET_FOR},
]
_ONE_AT_A_TIME: list[Budget] = [
    {"nodes": "1", "reasons": ["Empty", "Drifted", "Underutilized"]},
    {"nodes": "0", "reasons": ["Underutilized", "Drifted"], "schedule": _QUIET, "duration": _QUIET_FOR},
]


def pool_taint(pool: str) -> Taint:
    return {"key": POOL_LABEL, "value": pool, "effect": "NoSchedule"}


def pool_toleration(pool: str) -> Body:
    return {"key": POOL_LABEL, "operator": "Equal", "value": pool, "effect": "NoSchedule"}


def compute(cell: Cell) -> list[Document]:
    """The node class and the node pools of a cell."""
    return [_auto_class(cell) if cell.capacity == "auto-mode" else _node_class(cell), *_pools(cell)]


def _pools(cell: Cell) -> list[NodePool]:
    wide = [_in("category", *spot.CATEGORIES), *_sizes(spot.CPU_FROM, spot.CPU_TO)]
    memory = [_in("category", "r"), *_sizes(spot.CPU_FROM, spot.CPU_TO)]
    small = [_in("category", "c", "m"), _in("cpu", *map(str, GATEWAY_SIZES))]
    if not mixes(cell):
        general = [_in("category", *spot.CATEGORIES), *_sizes(2, spot.CPU_TO)]
        return [_pool(cell, GENERAL, "on-demand", general, weight=50, budgets=_ONE_AT_A_TIME)]
    return [
        _pool(cell, SPOT, "spot", wide, weight=50),
        _pool(cell, SPOT_MEMORY, "spot", memory, weight=50, taint=True),
        _pool(cell, INGRESS_POOL, "on-demand", small, weight=50, taint=True, budgets=_ONE_AT_A_TIME),
        _pool(cell, BURST, "on-demand", wide, weight=1),
    ]


def _pool(
    cell: Cell,
    name: str,
    bought: str,
    requirements: list[Requirement],
    *,
    weight: int,
    taint: bool = False,
    budgets: list[Budget] | None = None,
) -> NodePool:
    nodes = nodes_of(cell)[name]
    auto = cell.capacity == "auto-mode"
    reference: NodeClassReference = (
        {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": NODE_CLASS}
        if auto
        else {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": NODE_CLASS}
    )
    prefix = "eks.amazonaws.com" if auto else "karpenter.k8s.aws"
    # Auto Mode runs Linux only and knows no zone ids: the subnets of its class say where. A label that it does not
    # know is taken for one of ours.
    placed = [] if auto else [_in("kubernetes.io/os", "linux"), _in("topology.k8s.aws/zone-id", *cell.region.zones)]
    template: NodeTemplateSpec = {
        "nodeClassRef": reference,
        "requirements": [
            _in("karpenter.sh/capacity-type", bought),
            _in("kubernetes.io/arch", *spot.ARCHITECTURES),
            *placed,
            *(_labelled(prefix, requirement) for requirement in [*_modern(), *requirements]),
        ],
        # Auto Mode replaces a node after 21 days at most; a Spot node seldom sees its second week.
        "expireAfter": "336h",
        # Without it a pod that must not be disrupted keeps an expired node for ever.
        "terminationGracePeriod": "15m",
    }
    if taint:
        template["taints"] = [pool_taint(name)]
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": meta(name, annotations=sync(BEFORE_ITS_KIND, ASK_FIRST)),
        "spec": {
            "weight": weight,
            "template": {
                "metadata": {"labels": {POOL_LABEL: name}},
                "spec": template,
            },
            "disruption": {
                "consolidationPolicy": "WhenEmptyOrUnderutilized",
                "consolidateAfter": "5m",
                "budgets": budgets or _BUDGETS,
            },
            "limits": {
                "nodes": str(nodes),
                "cpu": str(nodes * capacity.NODE_CPU // 1000),
                "memory": f"{nodes * (capacity.NODE_MEMORY >> 30)}Gi",
            },
        },
    }


def _modern() -> list[Requirement]:
    return [
        _in("hypervisor", spot.HYPERVISOR),
        {"key": "generation", "operator": "Gt", "values": [str(spot.NEWER_THAN)]},
    ]


def _in(label: str, *values: str) -> Requirement:
    return {"key": label, "operator": "In", "values": list(values)}


def _sizes(least: int, most: int) -> list[Requirement]:
    return [
        {"key": "cpu", "operator": "Gt", "values": [str(least - 1)]},
        {"key": "cpu", "operator": "Lt", "values": [str(most + 1)]},
    ]


def _labelled(prefix: str, requirement: Requirement) -> Requirement:
    """The requirement on an instance's own label: Karpenter's and Auto Mode's differ in the prefix alone."""
    return {**requirement, "key": f"{prefix}/instance-{requirement['key']}"}


def _discovered(cell: Cell) -> list[Body]:
    return [{"tags": {"karpenter.sh/discovery": names.cluster(cell)}}]


def _tags(cell: Cell) -> Mapping[str, str]:
    """What the stacks' own tags say, on what Karpenter starts; cost and alarms read them."""
    return {"fleet:name": cell.fleet.name, "fleet:region": cell.region.code, "fleet:cell": cell.name}


def _node_class(cell: Cell) -> Document:
    return {
        "apiVersion": "karpenter.k8s.aws/v1",
        "kind": "EC2NodeClass",
        "metadata": meta(NODE_CLASS, annotations=sync(BEFORE_ITS_KIND, ASK_FIRST)),
        "spec": {
            "amiSelectorTerms": [{"alias": cell.release.node_image}],
            "instanceProfile": names.instance_profile(cell),
            "subnetSelectorTerms": _discovered(cell),
            "securityGroupSelectorTerms": _discovered(cell),
            "associatePublicIPAddress": False,
            "metadataOptions": {
                "httpEndpoint": "enabled",
                "httpProtocolIPv6": "disabled",
                "httpPutResponseHopLimit": 1,
                "httpTokens": "required",
            },
            "blockDeviceMappings": [_disk(cell, "/dev/xvda", "100Gi")],
            "kubelet": {
                "maxPods": cell.pods_per_node,
                "evictionHard": {"memory.available": "5%", "nodefs.available": "10%"},
                "systemReserved": {"cpu": "100m", "memory": "200Mi"},
            },
            "tags": _tags(cell),
        },
    }


def _disk(cell: Cell, device: str, size: str) -> Body:
    return {
        "deviceName": device,
        "ebs": {
            "volumeType": "gp3",
            "volumeSize": size,
            "encrypted": True,
            "kmsKeyID": names.key_alias(cell.region, "cells"),
            "deleteOnTermination": True,
        },
    }


def _auto_class(cell: Cell) -> Document:
    """Auto Mode's node class: AWS owns the image, the metadata options and the kubelet."""
    return {
        "apiVersion": "eks.amazonaws.com/v1",
        "kind": "NodeClass",
        "metadata": meta(NODE_CLASS, annotations=sync(BEFORE_ITS_KIND, ASK_FIRST)),
        "spec": {
            "role": names.cell_role(cell, "node"),
            "subnetSelectorTerms": _discovered(cell),
            "securityGroupSelectorTerms": _discovered(cell),
            "networkPolicy": "DefaultAllow",
            "networkPolicyEventLogs": "Disabled",
            "snatPolicy": "Random",
            "ephemeralStorage": {"size": "100Gi"},
            "tags": _tags(cell),
        },
    }
