"""The table of instance types is the catalogue of the pinned moto, labelled by Karpenter's rules."""

from __future__ import annotations

import pytest

from fleet import geography, instances
from local import catalogue

OWN = instances.OWN


def test_the_committed_table_is_the_catalogue_of_the_pinned_moto():
    assert catalogue.TABLE.read_text(encoding="utf-8") == catalogue.table(), "run `python -m local.catalogue`"


@pytest.mark.parametrize(
    ("name", "category", "generation", "family", "size", "flex"),
    [
        ("c6gn.xlarge", "c", "6", "c6gn", "xlarge", "false"),
        ("m8i-flex.2xlarge", "m", "8", "m8i-flex", "2xlarge", "true"),
        ("r7iz.12xlarge", "r", "7", "r7iz", "12xlarge", "false"),
        ("im4gn.large", "im", "4", "im4gn", "large", "false"),
        ("u-12tb1.112xlarge", "u", "1", "u-12tb1", "112xlarge", "false"),
        ("hpc7g.4xlarge", "hpc", "7", "hpc7g", "4xlarge", "false"),
        ("m10g.large", "m", "10", "m10g", "large", "false"),
    ],
)
def test_a_types_name_decides_category_generation_family_and_size(name, category, generation, family, size, flex):
    values = {"category": category, "generation": generation, "family": family, "size": size, "capability-flex": flex}
    found = instances.named(name)
    assert {key: found[f"{OWN}{key}"] for key in values} == {key: {value} for key, value in values.items()}


def test_a_name_without_a_generation_has_no_such_label():
    assert f"{OWN}generation" not in instances.named("mac-m4.metal")


def test_a_label_without_a_value_is_not_given():
    assert f"{OWN}local-nvme" not in instances.labels()["m7g.large"]
    assert instances.labels()["m7gd.large"][f"{OWN}local-nvme"] == {"118"}


def test_metal_accelerators_macs_and_paravirtual_types_are_left_to_who_asks_for_them():
    facts = catalogue.catalogue()
    left = set(facts) - set(instances.labels())
    assert {"m7g.metal", "c7i.metal-24xl", "g6.xlarge", "p5.48xlarge", "inf2.xlarge", "trn1.2xlarge"} <= left
    for name in left:
        plain = "metal" not in name and not {"GpuInfo", "NeuronInfo", "InferenceAcceleratorInfo"} & set(facts[name])
        assert not plain or facts[name]["SupportedVirtualizationTypes"] == ["paravirtual"], name


def test_every_zone_that_can_host_a_cell_is_in_the_table_and_offers_system_nodes():
    from fleet.capacity import SYSTEM_NODE_TYPES

    for region in geography.regions():
        for zone in geography.eks_zones(region):
            assert set(SYSTEM_NODE_TYPES) & instances.offered(zone), zone


def test_a_zone_nobody_knows_offers_nothing():
    assert instances.offered("mars1-az1") == frozenset()


def test_system_nodes_have_the_processors_that_are_counted():
    from fleet.capacity import SYSTEM_NODE_CPU, SYSTEM_NODE_TYPES

    for name in SYSTEM_NODE_TYPES:
        assert instances.labels()[name][f"{OWN}cpu"] == {str(SYSTEM_NODE_CPU // 1000)}
