"""EKS clusters: what cannot be changed later, and what must not be forgotten."""

from __future__ import annotations

from collections.abc import Iterator

from hypercell.guards.rule import Broken, Rule
from hypercell.guards.template import Assembly, Resource, Template

LOG_TYPES = {"api", "audit", "authenticator", "controllerManager", "scheduler"}


def check(template: Template, _assembly: Assembly) -> Iterator[Broken]:
    for cluster in template.of("AWS::EKS::Cluster"):
        yield from _judge(cluster)


def _judge(cluster: Resource) -> Iterator[Broken]:
    logged = {t["Type"] for t in cluster.at("Logging.ClusterLogging.EnabledTypes") or []}
    wanted = {
        "answers on a public endpoint": cluster.at("ResourcesVpcConfig.EndpointPublicAccess") is False,
        "does not answer on a private endpoint": cluster.at("ResourcesVpcConfig.EndpointPrivateAccess") is True,
        f"does not log {', '.join(sorted(LOG_TYPES - logged))}": logged >= LOG_TYPES,
        "still reads aws-auth": cluster.at("AccessConfig.AuthenticationMode") == "API",
        "makes whoever creates it an administrator": (
            cluster.at("AccessConfig.BootstrapClusterCreatorAdminPermissions") is False
        ),
        "keeps its secrets without a key of ours": bool(cluster.at("EncryptionConfig")),
        "cannot be shifted out of a zone": cluster.at("ZonalShiftConfig.Enabled") is True,
        "falls into extended support, which costs six times as much": (
            cluster.at("UpgradePolicy.SupportType") == "STANDARD"
        ),
        "brings add-ons that no release names": cluster.at("BootstrapSelfManagedAddons") is False,
        "takes whatever service network EKS picks": bool(cluster.at("KubernetesNetworkConfig.ServiceIpv4Cidr")),
    }
    for what, right in wanted.items():
        if not right:
            yield Broken(cluster.id, what)


RULE = Rule("sound-clusters", "set it in hypercell.cell, where every cluster is made", check)
