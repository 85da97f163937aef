"""Compute: the kinds of nodes a cell may start, and the bounds of each kind.

Spot carries the services over every instance type `fleet.nodepools` asks for; a second pool, for services that need much
memory to a processor, is tainted so that nothing else lands there. The gateways stand on on-demand nodes of their
own. `ondemand-burst` is empty in normal times: it holds what a lost cell leaves to this one in the hour in which
Spot has nothing to offer. Karpenter has no ratio field; the share of Spot is what these pools are made of.
"""

from __future__ import annotations

from collections.abc import Mapping

from fleet import capacity, names, nodepools
from fleet.cell import Cell
from fleet.sizing import BURST, GENERAL, INGRESS_POOL, SPOT_MEMORY, nodes_of
from k8s.documents import Body, Budget, Document, NodeClassReference, NodePool, NodeTemplateSpec, Taint
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

_CLOSED = (SPOT_MEMORY, INGRESS_POOL)
"""Pools that only those land on who say so."""
_SMALL = (INGRESS_POOL, GENERAL)
"""Pools of so few nodes that a tenth of them is one."""


def pool_taint(pool: str) -> Taint:
    return {"key": POOL_LABEL, "value": pool, "effect": "NoSchedule"}


def pool_toleration(pool: str) -> Body:
    return {"key": POOL_LABEL, "operator": "Equal", "value": pool, "effect": "NoSchedule"}


def compute(cell: Cell) -> list[Document]:
    """The node class and the node pools of a cell."""
    made = _auto_class(cell) if cell.capacity == "auto-mode" else _node_class(cell)
    return [made, *(_pool(cell, pool) for pool in nodepools.pools(cell))]


def _pool(cell: Cell, pool: nodepools.NodePool) -> NodePool:
    reference: NodeClassReference = (
        {"group": "eks.amazonaws.com", "kind": "NodeClass", "name": NODE_CLASS}
        if cell.capacity == "auto-mode"
        else {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": NODE_CLASS}
    )
    template: NodeTemplateSpec = {
        "nodeClassRef": reference,
        "requirements": [
            {"key": one.key, "operator": one.operator, "values": list(one.values)} for one in pool.requirements
        ],
        # Auto Mode replaces a node after 21 days at most; a Spot node seldom sees its second week.
        "expireAfter": "336h",
        # Without it a pod that must not be disrupted keeps an expired node for ever.
        "terminationGracePeriod": "15m",
    }
    if pool.name in _CLOSED:
        template["taints"] = [pool_taint(pool.name)]
    return {
        "apiVersion": "karpenter.sh/v1",
        "kind": "NodePool",
        "metadata": meta(pool.name, annotations=sync(BEFORE_ITS_KIND, ASK_FIRST)),
        "spec": {
            # The heaviest pool that fits is bought first: burst only when no other is to be had.
            "weight": 1 if pool.name == BURST else 50,
            "template": {
                "metadata": {"labels": {POOL_LABEL: pool.name}},
                "spec": template,
            },
            "disruption": {
                "consolidationPolicy": "WhenEmptyOrUnderutilized",
                "consolidateAfter": "5m",
                "budgets": _ONE_AT_A_TIME if pool.name in _SMALL else _BUDGETS,
            },
            "limits": _limits(pool.name, nodes_of(cell)[pool.name]),
        },
    }


def _limits(pool: str, nodes: int) -> dict[str, str]:
    """As many mean nodes as the pool is planned with. Memory never ends first: a cheap hour of the family r is welcome."""
    processors = nodes * (capacity.GATEWAY_SIZES[-1] if pool == INGRESS_POOL else capacity.NODE_CPU // 1000)
    memory = processors * 1000 * capacity.MEMORY_NODE_MEMORY // capacity.NODE_CPU
    return {"nodes": str(nodes), "cpu": str(processors), "memory": f"{memory >> 30}Gi"}


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
