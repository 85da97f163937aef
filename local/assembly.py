"""What was synthesized, read back from its folder: the templates of a fleet in deployment order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from fleet import phases
from fleet.model import Fleet
from fleet.phases import StackPlan

Template = dict[str, Any]


class AssemblyError(Exception):
    """A folder that is not the assembly of the fleet; the text says why."""


@dataclass(frozen=True)
class Asset:
    """A file or folder that a template refers to by its place in a bucket."""

    source: Path
    packaging: str
    """`file` or `zip`."""
    bucket: str
    key: str


@dataclass(frozen=True)
class Synthesized:
    """One stack of the assembly."""

    plan: StackPlan
    path: Path
    tags: dict[str, str]
    assets: tuple[Asset, ...]

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def template(self) -> Template:
        parsed: Template = json.loads(self.text)
        return parsed

    @property
    def resources(self) -> dict[str, Any]:
        """Logical id to definition."""
        found: dict[str, Any] = self.template["Resources"]
        return found

    def of_type(self, type_name: str) -> Iterator[tuple[str, Template]]:
        """Logical ids and properties of the resources of a type."""
        for logical_id, definition in self.resources.items():
            if definition["Type"] == type_name:
                yield logical_id, definition.get("Properties", {})


def read(folder: Path, fleet: Fleet) -> tuple[Synthesized, ...]:
    """The stacks of a fleet from `cdk.out`, in deployment order.

    Raises:
        AssemblyError: no assembly, a stack too many or too few, or an order that breaks a dependency.
    """
    manifest = _manifest(folder)
    artifacts = {
        name: artifact
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    plans = {plan.name: plan for plan in phases.every_stack(fleet)}
    if surplus := sorted(artifacts.keys() - plans.keys()):
        raise AssemblyError(f"{folder} holds stacks that are not the fleet's: {', '.join(surplus)}")
    if absent := sorted(plans.keys() - artifacts.keys()):
        raise AssemblyError(f"{folder} lacks stacks of the fleet: {', '.join(absent)}")
    before: set[str] = set()
    stacks = []
    for name in plans:
        late = [other for other in artifacts[name].get("dependencies", []) if other in plans and other not in before]
        if late:
            raise AssemblyError(f"{name} depends on {', '.join(late)}, which the phases deploy later")
        before.add(name)
        stacks.append(_stack(folder, manifest, plans[name], artifacts[name]))
    return tuple(stacks)


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise AssemblyError(f"{folder} holds no manifest.json: synthesize first") from None
    except json.JSONDecodeError as error:
        raise AssemblyError(f"{folder}/manifest.json is not JSON: {error}") from None
    return found


def _stack(folder: Path, manifest: dict[str, Any], plan: StackPlan, artifact: dict[str, Any]) -> Synthesized:
    account, _, region = artifact["environment"].removeprefix("aws://").partition("/")
    if (account, region) != (plan.account, plan.region):
        raise AssemblyError(f"{plan.name} is for {account}/{region}, and the fleet wants {plan.account}/{plan.region}")
    properties = artifact["properties"]
    template = properties["templateFile"]
    found = []
    listed = manifest["artifacts"].get(f"{plan.name}.assets")
    if listed is not None:
        assets = json.loads((folder / listed["properties"]["file"]).read_text(encoding="utf-8"))
        for file in assets.get("files", {}).values():
            if file["source"]["path"] != template:
                found += [
                    Asset(
                        folder / file["source"]["path"], file["source"]["packaging"], to["bucketName"], to["objectKey"]
                    )
                    for to in file["destinations"].values()
                ]
    return Synthesized(plan, folder / template, properties.get("tags", {}), tuple(found))
