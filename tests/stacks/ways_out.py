"""The egress stacks as tests read them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from fleet import names
from fleet.load import Source, judge, read_folder
from fleet.model import Fleet
from fleet.phases import every_stack
from fleet.region import Region
from stacks.templates import write_templates

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"
Template = dict[str, Any]


def of_type(template: Template, kind: str) -> dict[str, Any]:
    """Logical id to properties."""
    return {key: r.get("Properties", {}) for key, r in template["Resources"].items() if r["Type"] == kind}


def regions(synthesized: Any, fleet: Fleet, of: str = "hypergrowth") -> list[tuple[Region, Template]]:
    """Each region and the template of its ways out."""
    templates = synthesized("egress", of=of)
    return [(region, templates[names.stack(fleet, region.code, "egress")]) for region in fleet.regions.values()]


def written(folder: Path, **egress: Any) -> tuple[Region, Template]:
    """The first region of growth with fields of its egress changed."""
    source = read_folder(BLUEPRINTS / "growth")
    tree = copy.deepcopy(source.tree)
    tree["regions"]["us-east-1"]["egress"].update(egress)
    fleet = judge(Source(tree, source.places)).fleet
    (plan,) = (plan for plan in every_stack(fleet) if plan.name.endswith("use1-egress"))
    write_templates(fleet, (plan,), folder, judged=False)
    return fleet.regions["us-east-1"], json.loads((folder / f"{plan.name}.template.json").read_text())


def functions(template: Template) -> dict[str, Any]:
    """Name to the properties of a function."""
    return {f["FunctionName"]: f for f in of_type(template, "AWS::Lambda::Function").values()}


def function_id(template: Template, name: str) -> str:
    """Logical id of a function."""
    found = of_type(template, "AWS::Lambda::Function").items()
    return next(key for key, function in found if function["FunctionName"] == name)


def probers(region: Region) -> dict[tuple[str, str], str]:
    """Zone and path to the name of the prober."""
    return {(zone, path): names.nat_prober(region, zone, path) for zone in region.zones for path in names.PROBED_PATHS}
