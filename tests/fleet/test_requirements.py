"""Requirements mean what they mean to Karpenter."""

from __future__ import annotations

import pytest

from fleet import instances, requirements
from fleet.requirements import Requirement

OWN = instances.OWN


@pytest.mark.parametrize(
    ("operator", "values", "label", "met"),
    [
        ("In", ("c", "m"), {"m"}, True),
        ("In", ("c", "m"), {"r"}, False),
        ("In", ("c", "m"), set(), False),
        ("In", ("spot",), {"spot", "on-demand"}, True),
        ("NotIn", ("c",), {"m"}, True),
        ("NotIn", ("c",), {"c"}, False),
        ("NotIn", ("c",), set(), True),
        ("NotIn", ("spot",), {"spot", "on-demand"}, True),
        ("NotIn", ("spot", "on-demand"), {"spot", "on-demand"}, False),
        ("Exists", (), {"475"}, True),
        ("Exists", (), set(), False),
        ("DoesNotExist", (), {"475"}, False),
        ("DoesNotExist", (), set(), True),
        ("Gt", ("4",), {"5"}, True),
        ("Gt", ("4",), {"4"}, False),
        ("Gt", ("9",), {"10"}, True),
        ("Gt", ("4",), set(), False),
        ("Gt", ("4",), {"five"}, False),
        ("Gte", ("4",), {"4"}, True),
        ("Gte", ("4",), {"3"}, False),
        ("Lt", ("49",), {"48"}, True),
        ("Lt", ("49",), {"49"}, False),
        ("Lt", ("49",), set(), False),
        ("Lte", ("48",), {"48"}, True),
        ("Lte", ("48",), {"49"}, False),
    ],
)
def test_an_operator_meets_a_label_as_karpenter_intersects_them(operator, values, label, met):
    assert Requirement("label", operator, values).met_by(frozenset(label)) is met


def test_all_requirements_are_to_be_met_at_once_and_offered_where_one_is_placed():
    small = Requirement(f"{OWN}cpu", "In", ("2",))
    family = Requirement(f"{OWN}family", "In", ("m7g", "m7gd"))
    assert requirements.types([small, family], "use1-az1") == {"m7g.large", "m7gd.large"}
    without_disk = Requirement(f"{OWN}local-nvme", "DoesNotExist")
    assert requirements.types([small, family, without_disk], "use1-az1") == {"m7g.large"}
    assert requirements.types([small, family], "use1-az3") == frozenset()


def test_a_pool_that_is_told_its_zones_reaches_nothing_elsewhere():
    placed = Requirement(instances.ZONE_ID, "In", ("use1-az1", "use1-az2"))
    assert requirements.types([placed], "use1-az1")
    assert requirements.types([placed], "use1-az4") == frozenset()


def test_auto_modes_labels_are_karpenters_by_another_prefix():
    own, auto = (Requirement(f"{prefix}category", "In", ("c",)) for prefix in (OWN, requirements.AUTO_MODE))
    found = requirements.types([own], "euw1-az1")
    assert requirements.types([auto], "euw1-az1") == found != frozenset()


@pytest.mark.parametrize("label", [f"{OWN}network-bandwidth", "fleet/pool", "karpenter.k8s.aws/instance-categroy"])
def test_what_the_catalogue_cannot_count_is_never_counted_in_silence(label):
    with pytest.raises(LookupError, match=f"the catalogue does not hold {label}: nothing can be counted by it"):
        requirements.types([Requirement(label, "Exists")], "use1-az1")


def test_types_that_take_only_on_demand_requests_are_no_spot_types():
    def bought(kind):
        return requirements.types([Requirement(instances.CAPACITY_TYPE, "In", (kind,))], "use1-az1")

    assert bought("spot") < bought("on-demand")
