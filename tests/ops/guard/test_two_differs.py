"""The guard's judgement beside that of the AWS CDK's own differ, over every property of the fleet's templates.

Where the two differ, the guard is the stricter one; a row in `ops.guard.silences` makes it so.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ops.guard.change import Action
from ops.guard.classify import classify
from ops.guard.schemas import schema
from ops.guard.stateful import STATEFUL
from tests.goldens.stacks import STACKS
from tests.ops.guard.mutants import Mutant, mutants, other
from tests.ops.guard.small import snapshot, stack

PROJECT = Path(__file__).parents[3]
IMPACTS = {
    "NO_CHANGE": Action.CREATE,
    "WILL_UPDATE": Action.UPDATE,
    "WILL_CREATE": Action.CREATE,
    "WILL_ORPHAN": Action.ORPHAN,
    "MAY_REPLACE": Action.MAY_REPLACE,
    "WILL_REPLACE": Action.REPLACE,
    "WILL_DESTROY": Action.DELETE,
}
POLICIES = {"PolicyDocument", "Policies", "AssumeRolePolicyDocument", "ManagedPolicyArns"}
"""Properties that the other differ reads as policies, and fails at where they are none."""

pytestmark = [
    pytest.mark.whole,
    pytest.mark.skipif(
        not (PROJECT / "node_modules" / ".ready").exists(),
        reason="no node_modules/@aws-cdk/cloudformation-diff: `make node_modules` brings it (it needs an npm registry)",
    ),
]

Pairs = Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]]


def theirs(pairs: Pairs) -> dict[str, dict[str, str]]:
    """Key to logical id to impact: one start of Node for all."""
    done = subprocess.run(
        [os.environ["JSII_NODE"], str(Path(__file__).with_name("impacts.cjs"))],
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, dict[str, str]] = json.loads(done.stdout)
    return found


def ours(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Action]:
    """Logical id to action."""
    base, head = snapshot(stack("one", **before)), snapshot(stack("one", **after))
    return {change.name: change.action for change in classify(base, head)}


@pytest.fixture(scope="session")
def templates(whole) -> dict[str, Any]:
    """The canonical stacks of hypergrowth."""
    names = [f"skyline-{name}" for stacks in STACKS.values() for name in stacks]
    folder = whole("hypergrowth").templates
    return {name: json.loads((folder / f"{name}.template.json").read_text()) for name in names}


@pytest.fixture(scope="session")
def everything(whole) -> list[dict[str, Any]]:
    """Every resource of hypergrowth."""
    files = sorted(whole("hypergrowth").templates.glob("*.template.json"))
    return [one for file in files for one in json.loads(file.read_text())["Resources"].values()]


def judged(found: list[Mutant]) -> Iterator[str]:
    """What the guard takes too lightly."""
    pairs = {one.key: one.templates() for one in found}
    for key, impacts in theirs(pairs).items():
        if "error" in impacts:
            assert key.split()[1] in POLICIES, f"{key}: {impacts['error']}"
            continue
        mine = ours(*pairs[key]).get("It", Action.CREATE)
        impact = impacts.get("It", "NO_CHANGE")
        if mine < IMPACTS[impact]:
            yield f"{key}: {impact}, and the guard says {mine}"


def test_no_property_of_the_fleet_is_taken_more_lightly_than_the_other_differ_takes_it(everything):
    found = list(mutants(everything))
    assert len(found) > 1500, "every property, as a whole and below"
    assert list(judged(found)) == []


def test_nor_is_a_property_that_a_type_of_the_fleet_or_a_store_could_have(everything):
    written = {one["Type"]: one["Properties"] for one in everything}
    known = [found for kind in sorted({*written, *STATEFUL}) if (found := schema(kind)) is not None]
    found = [
        Mutant(one.type, name, "set", {**given, name: "a"}, {**given, name: "b"})
        for one in known
        for given in [written.get(one.type, {})]
        for name in sorted(one.properties - given.keys())
    ]
    assert len(found) > 1000
    assert list(judged(found)) == []


def test_what_leaves_a_template_is_taken_no_more_lightly(templates):
    pairs: dict[str, Any] = {}
    for name, template in templates.items():
        for key, one in _one_of_each_type(template).items():
            pairs[f"{name} {key}"] = ({"Resources": {key: one}}, {"Resources": {}})
    for key, impacts in theirs(pairs).items():
        ((id, impact),) = impacts.items()
        assert ours(*pairs[key])[id] >= IMPACTS[impact], key


def test_replacement_reaches_at_least_as_far_as_the_other_differ_follows_it(templates):
    pairs, reached = {}, 0
    for name, template in templates.items():
        resources = template["Resources"]
        for key, one in _one_of_each_type(template).items():
            changed = {**resources, key: {**one, "Properties": other(one["Properties"])}}
            pairs[f"{name} {key}"] = ({"Resources": resources}, {"Resources": changed})
    for key, impacts in theirs(pairs).items():
        mine = ours(*pairs[key])
        for id, impact in impacts.items():
            reached += impact == "WILL_REPLACE" and id != key.split()[1]
            assert mine.get(id, Action.CREATE) >= IMPACTS[impact], f"{key}: {id} {impact}"
    assert reached > 20, "some of them were reached by references"


def _one_of_each_type(template: Mapping[str, Any]) -> dict[str, Any]:
    """Logical id to resource, the last of its type."""
    last = {one["Type"]: key for key, one in template["Resources"].items()}
    return {key: template["Resources"][key] for key in last.values()}
