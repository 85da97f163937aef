"""Caches are encrypted in flight, guarded, spread and saved."""

import pytest

from hypercell.guards.rules.sound_caches import RULE

SOUND = {
    "TransitEncryptionEnabled": True,
    "UserGroupIds": ["quotes"],
    "MultiAZEnabled": True,
    "AutomaticFailoverEnabled": True,
    "SnapshotRetentionLimit": 15,
}


def cache(**properties):
    return {"Cache": {"Type": "AWS::ElastiCache::ReplicationGroup", "Properties": {**SOUND, **properties}}}


def test_a_sound_cache_passes(broken):
    assert broken(RULE, cache()) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"TransitEncryptionEnabled": False}, "talks in the clear"),
        ({"TransitEncryptionMode": "preferred"}, "talks in the clear"),
        ({"UserGroupIds": []}, "lets everybody in who reaches it"),
        ({"MultiAZEnabled": False}, "lives in one zone"),
        ({"AutomaticFailoverEnabled": False}, "lives in one zone"),
        ({"SnapshotRetentionLimit": 14}, "keeps snapshots for less than 15 days"),
    ],
)
def test_each_gap_is_named(broken, change, said):
    assert broken(RULE, cache(**change)) == [("Cache", said)]
