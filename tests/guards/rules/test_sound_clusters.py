"""EKS clusters are born right."""

import pytest

from hypercell.guards.rules.sound_clusters import LOG_TYPES, RULE

SOUND = {
    "ResourcesVpcConfig": {"EndpointPublicAccess": False, "EndpointPrivateAccess": True},
    "Logging": {"ClusterLogging": {"EnabledTypes": [{"Type": type} for type in sorted(LOG_TYPES)]}},
    "AccessConfig": {"AuthenticationMode": "API", "BootstrapClusterCreatorAdminPermissions": False},
    "EncryptionConfig": [{"Provider": {"KeyArn": "arn"}, "Resources": ["secrets"]}],
    "ZonalShiftConfig": {"Enabled": True},
    "UpgradePolicy": {"SupportType": "STANDARD"},
    "BootstrapSelfManagedAddons": False,
    "KubernetesNetworkConfig": {"ServiceIpv4Cidr": "172.20.0.0/22"},
}


def cluster(**properties):
    return {"Cluster": {"Type": "AWS::EKS::Cluster", "Properties": {**SOUND, **properties}}}


def test_a_sound_cluster_passes(broken):
    assert broken(RULE, cluster()) == []


@pytest.mark.parametrize("left_out", SOUND)
def test_each_of_its_properties_is_needed(broken, left_out):
    assert broken(RULE, cluster(**{left_out: {}}))


def test_a_public_endpoint_is_named(broken):
    public = {"EndpointPublicAccess": True, "EndpointPrivateAccess": True}
    assert broken(RULE, cluster(ResourcesVpcConfig=public)) == [("Cluster", "answers on a public endpoint")]


def test_missing_logs_are_named(broken):
    some = {"ClusterLogging": {"EnabledTypes": [{"Type": "api"}, {"Type": "audit"}, {"Type": "scheduler"}]}}
    assert broken(RULE, cluster(Logging=some)) == [("Cluster", "does not log authenticator, controllerManager")]
