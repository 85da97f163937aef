"""What holds of every comparison, whatever is compared."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from ops.guard.classify import classify
from ops.guard.snapshot import Snapshot
from tests.ops.guard.small import snapshot, stack

KINDS = ["AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::DSQL::Cluster", "AWS::S3::Bucket", "AWS::IAM::Role", "Custom::It"]
NAMES = ["A", "B", "C"]

plain = st.none() | st.booleans() | st.integers(2, 9) | st.sampled_from(["x", "y", "${A}", "us-east-1"])
functions = st.one_of(
    st.sampled_from(NAMES).map(lambda name: {"Ref": name}),
    st.sampled_from(NAMES).map(lambda name: {"Fn::GetAtt": [name, "Arn"]}),
    st.sampled_from(["one", "two"]).map(lambda name: {"Fn::GetStackOutput": {"StackName": name, "OutputName": "Out"}}),
)
values = st.recursive(
    plain | functions,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["Name", "Tags", "Fixed"]), inner),
    max_leaves=6,
)
properties = st.dictionaries(
    st.sampled_from(["CidrBlock", "VpcId", "Tags", "MultiRegionProperties"]), values, max_size=3
)
resources = st.fixed_dictionaries(
    {"Type": st.sampled_from(KINDS), "Properties": properties},
    optional={
        "DeletionPolicy": st.sampled_from(["Retain", "Delete", "Snapshot"]),
        "DependsOn": st.sampled_from(NAMES),
        "Condition": st.just("If"),
        "Metadata": values,
    },
)
templates = st.fixed_dictionaries(
    {"Resources": st.dictionaries(st.sampled_from(NAMES), resources, min_size=1)},
    optional={
        "Outputs": st.dictionaries(st.just("Out"), st.fixed_dictionaries({"Value": values}), min_size=1),
        "Parameters": st.dictionaries(st.sampled_from(NAMES), values, min_size=1),
        "Conditions": st.dictionaries(st.just("If"), values, min_size=1),
        "Description": st.text("xy", min_size=1),
    },
)
objects = st.fixed_dictionaries(
    {
        "apiVersion": st.just("v1"),
        "kind": st.sampled_from(["Namespace", "Service", "PersistentVolumeClaim"]),
        "metadata": st.fixed_dictionaries({"name": st.sampled_from(NAMES)}),
    },
    optional={"spec": values},
)
files = st.dictionaries(st.sampled_from(["a", "b"]), st.lists(objects, max_size=3))


@st.composite
def snapshots(draw: st.DrawFn) -> Snapshot:
    stacks = [
        stack(name, region=draw(st.sampled_from(["us-east-1", "eu-west-1"])), **draw(templates))
        for name in draw(st.sets(st.sampled_from(["one", "two"])))
    ]
    return snapshot(*stacks, bundles={("use1-a", "platform"): draw(files)})


def said(one: Snapshot) -> Any:
    """All of it that is compared; a file of no objects is as good as none."""
    stacks = {name: (each.account, each.region, each.template) for name, each in one.stacks.items()}
    bundles = {
        " ".join(key): {file: found for file, found in each.items() if found} for key, each in one.bundles.items()
    }
    return stacks, bundles


def turned(value: Any) -> Any:
    """The same, every dictionary written the other way round."""
    if isinstance(value, dict):
        return {key: turned(part) for key, part in reversed(value.items())}
    return [turned(part) for part in value] if isinstance(value, list) else value


def rewritten(one: Snapshot) -> Snapshot:
    stacks = [
        stack(each.name, account=each.account, region=each.region, **turned(json.loads(json.dumps(each.template))))
        for each in reversed(one.stacks.values())
    ]
    bundles = {key: {file: turned(list(found)) for file, found in each.items()} for key, each in one.bundles.items()}
    return snapshot(*stacks, bundles=bundles)


@given(one=snapshots())
def test_nothing_has_changed_between_a_fleet_and_itself(one):
    assert classify(one, one) == ()
    assert classify(one, rewritten(one)) == ()


@given(old=snapshots(), new=snapshots())
def test_whatever_changes_is_said(old, new):
    assume(said(old) != said(new))
    assert classify(old, new)


@given(old=snapshots(), new=snapshots())
def test_the_order_of_keys_says_nothing(old, new):
    def actions(base: Snapshot, head: Snapshot) -> list[tuple[object, ...]]:
        return [(one.action, one.path, one.stateful) for one in classify(base, head)]

    assert actions(old, new) == actions(rewritten(old), rewritten(new))
