"""A cell."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from fleet import names, prefixlists
from hypercell.cell import load_balancers
from hypercell.cell.access import CellAccess
from hypercell.cell.addons import CellAddons
from hypercell.cell.alarms import CellAlarms
from hypercell.cell.auto_mode import AutoMode
from hypercell.cell.cluster import KARPENTER, CellCluster
from hypercell.cell.identities import CellIdentities, LoadBalancerController
from hypercell.cell.karpenter import Karpenter
from hypercell.cell.load_balancers import Door
from hypercell.cell.security_groups import CellGroups
from hypercell.cell.subnets import CellSubnets
from hypercell.cell.system_nodes import SystemNodes
from stacks.stack import CellStackBase


class CellStack(CellStackBase):
    """One bounded EKS cluster with its network, nodes, identities, doors and alarms."""

    about = "A cell: its network, its cluster, its doors and its alarms"

    def build(self) -> None:
        vpc_id = self.from_network(names.VPC_ID)
        subnets = self._subnets(vpc_id)
        groups = self._groups(vpc_id)
        auto = AutoMode(self, "AutoMode", cell=self.cell) if self.cell.capacity == "auto-mode" else None
        logs_key = self.key_arn("logs")
        cluster = CellCluster(
            self,
            "Cluster",
            cell=self.cell,
            subnets=list(subnets.control_plane.values()),
            security_group=groups.control_plane,
            logs_key_arn=logs_key,
            compute=KARPENTER if auto is None else auto.compute,
        )
        CellAccess(self, "Access", cell=self.cell, cluster_name=cluster.name, log_group=cluster.log_group)
        CellIdentities(
            self,
            "Identities",
            cell=self.cell,
            cluster_name=cluster.name,
            cells_key_arn=self.key_arn("cells"),
            logs_key_arn=logs_key,
        )
        alarms = CellAlarms(self, "Alarms", cell=self.cell)
        alarms.watch_control_plane()
        alarms.watch_registry_token()
        if self.home.meshed:
            alarms.watch_authority()
        doors = self._doors(vpc_id, subnets, groups, alarms)
        if auto is None:
            self._own_nodes(cluster, subnets, groups, alarms, doors)
        else:
            auto.admit(cluster.name)
            groups.join(cluster.group)
        alarms.roll_up()
        self.publish(names.CLUSTER_ENDPOINT, cluster.endpoint)
        self.publish(names.INGRESS_DNS, doors[0].dns_name)
        self.publish(names.INGRESS_ZONE, doors[0].hosted_zone_id)

    def _subnets(self, vpc_id: str) -> CellSubnets:
        egress = names.stack(self.fleet, self.home.code, "egress")

        def by_zone(output: Callable[[str], str]) -> dict[str, str]:
            return {zone: self.read(egress, output(zone)) for zone in self.home.zones}

        own_instances = self.home.egress.path == "instances"
        return CellSubnets(
            self,
            "Subnets",
            cell=self.cell,
            vpc_id=vpc_id,
            nat_gateways=by_zone(partial(names.nat_gateway_output, self.home)),
            nat_interfaces=by_zone(names.nat_interface_output) if own_instances else {},
        )

    def _groups(self, vpc_id: str) -> CellGroups:
        return CellGroups(
            self,
            "Groups",
            cell=self.cell,
            vpc_id=vpc_id,
            operators=self.from_network(names.OPERATORS_GROUP_ID),
            cloudfront=prefixlists.cloudfront(self.home.name),
            health_checkers=self.from_network(names.HEALTH_CHECKERS_LIST_ID),
        )

    def _doors(self, vpc_id: str, subnets: CellSubnets, groups: CellGroups, alarms: CellAlarms) -> list[Door]:
        ingress = load_balancers.ingress(
            self,
            "Ingress",
            cell=self.cell,
            vpc_id=vpc_id,
            subnets=[self.from_network(names.public_subnet_output(zone)) for zone in self.home.zones],
            security_groups=list(groups.doors.values()),
        )
        alarms.watch_resets(load_balancer=ingress.full_name)
        doors = {"web": ingress}
        if groups.eastwest is not None:
            doors["mesh"] = load_balancers.eastwest(
                self,
                "EastWest",
                cell=self.cell,
                vpc_id=vpc_id,
                subnets=list(subnets.nodes.values()),
                security_group=groups.eastwest,
                private_zone_id=self.from_network(names.PRIVATE_ZONE_ID),
            )
        for purpose, door in doors.items():
            alarms.watch_door(
                purpose,
                load_balancer=door.full_name,
                target_group=door.metrics[purpose],
                zone_names=subnets.zone_names,
            )
        return list(doors.values())

    def _own_nodes(
        self, cluster: CellCluster, subnets: CellSubnets, groups: CellGroups, alarms: CellAlarms, doors: list[Door]
    ) -> None:
        """System nodes between the two halves of the add-ons, then what Karpenter and the gateways' binding need."""
        addons = CellAddons(self, "Addons", cell=self.cell, cluster_name=cluster.name)
        nodes = SystemNodes(
            self,
            "SystemNodes",
            cell=self.cell,
            cluster_name=cluster.name,
            subnets=list(subnets.nodes.values()),
            security_group=groups.nodes,
            after=addons.before_nodes,
        )
        addons.follow(nodes.resource)
        karpenter = Karpenter(self, "Karpenter", cell=self.cell, cluster_name=cluster.name)
        alarms.watch_warnings(queue_name=karpenter.queue_name, rules=karpenter.rules)
        LoadBalancerController(
            self,
            "LoadBalancerController",
            cell=self.cell,
            cluster_name=cluster.name,
            target_groups=[arn for door in doors for arn in door.target_groups.values()],
        )
