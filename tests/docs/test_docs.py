"""What the pages say is so: links lead somewhere, commands, files and fields exist, every room has its page."""

from __future__ import annotations

import re

import pytest
import typer

from fleet import addressing, endpoints, phases
from fleet.model import Fleet
from k8s.guard import guard
from ops.cli import app
from stacks.assemble import KINDS
from tests.docs.pages import ROOT, Page, page, pages

PAGES = pages()
COMPONENTS = ROOT / "docs" / "components"
BESIDE_THE_ROOMS = ("fleet", "local-aws", "manifests", "mesh")
"""Component pages about what is no room of constructs/hypercell."""
PARTS = (
    "What stands",
    "How it behaves",
    "Numbers",
    "What it costs",
    "Changing it",
    "Not verified on AWS",
    "Files",
)

each_page = pytest.mark.parametrize("one", PAGES, ids=lambda one: one.name)


def rooms() -> list[str]:
    return sorted(init.parent.name for init in ROOT.glob("constructs/hypercell/*/__init__.py"))


@each_page
def test_links_lead_to_files_and_headings_that_are_there(one: Page):
    broken = []
    for link in one.links:
        target, _, anchor = link.partition("#")
        file = (one.path.parent / target).resolve() if target else one.path
        if not file.exists() or (anchor and anchor not in Page(file).anchors):
            broken.append(link)
    assert not broken


# Names with a slash that are no paths: labels of Kubernetes objects start with the same word.
_PATH = re.compile(
    r"^(?:(?:stacks|constructs|k8s|admission|local|ops|docs|tests|blueprints|schemas|benchmarks)/[\w./*-]*|fleet/(?:[\w/-]+\.\w+|[\w/]+/))$"
)


@each_page
def test_files_that_a_page_names_are_there(one: Page):
    named = [span for span in one.spans if _PATH.match(span)]
    assert not [path for path in named if not (ROOT / path).exists() and not list(ROOT.glob(path))]


COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
VERBS = set(COMMANDS)
GROUPS = {name: set(command.commands) for name, command in COMMANDS.items() if hasattr(command, "commands")}
TARGETS = set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))


@each_page
def test_commands_that_a_page_names_are_there(one: Page):
    assert not set(re.findall(r"\bhypercell ([a-z][a-z-]*)", one.code)) - VERBS
    for group, verbs in GROUPS.items():
        assert not set(re.findall(rf"\bhypercell {group} ([a-z][a-z-]*)", one.code)) - verbs
    assert not set(re.findall(r"\bmake ([a-z][a-z-]*)", one.code)) - TARGETS


SCHEMA = Fleet.model_json_schema()
_ROOTS = {"access", "accounts", "cell_defaults", "databases", "edge", "egress", "policies", "quotas", "regions"} | {
    "releases", "rollout", "spot", "streams", "survive", "teams"
}  # fmt: skip


def known(path: str) -> bool:
    """Whether a dotted path leads through the fleet file, from its top or from any part of it."""
    parts = path.split(".")
    tops = [SCHEMA, *(part for part in SCHEMA["$defs"].values() if parts[0] in part.get("properties", {}))]
    return any(_reaches(top, parts) for top in tops)


def _reaches(part: dict[str, object], path: list[str]) -> bool:
    if not path:
        return True
    for option in part.get("anyOf", [part]):
        reference = re.search(r"#/\$defs/(\w+)$", option.get("$ref", ""))
        here = SCHEMA["$defs"][reference[1]] if reference else option
        inner = here.get("properties", {}).get(path[0])
        if inner is None and (path[0].startswith("<") or "properties" not in here):
            inner = here.get("additionalProperties") or next(iter(here.get("patternProperties", {}).values()), None)
        if isinstance(inner, dict) and _reaches(inner, path[1:]):
            return True
    return False


@each_page
def test_fields_that_a_page_names_are_there(one: Page):
    paths = [span.partition(":")[0] for span in one.spans if re.match(r"^[a-z_]+\.[\w.<>]+(:|$)", span)]
    assert not [path for path in paths if path.partition(".")[0] in _ROOTS and not known(path)]


def test_fields_are_told_from_what_is_none():
    assert known("regions.<region>.cells.<cell>.weight")
    assert known("egress.monthly")
    assert not known("regions.<region>.colour")
    assert not known("egress.path.deeper")


@pytest.mark.parametrize("name", [*rooms(), *BESIDE_THE_ROOMS])
def test_every_room_has_a_page_with_all_its_parts(name: str):
    one = Page(COMPONENTS / f"{name}.md")
    assert one.path.is_file(), f"docs/components/{name}.md is missing"
    assert [heading for heading in one.headings if heading in PARTS] == list(PARTS)


@pytest.mark.parametrize("name", rooms())
def test_the_page_of_a_room_leads_to_each_of_its_modules_or_to_its_folder(name: str):
    folder = ROOT / "constructs" / "hypercell" / name
    one = Page(COMPONENTS / f"{name}.md")
    linked = {(one.path.parent / link.partition("#")[0]).resolve() for link in one.links}
    modules = {file for file in folder.glob("*.py") if file.name != "__init__.py"}
    helpers = {file for file in modules if re.search(r"(widgets|measures|policy)\.py$", file.name)}
    assert folder in linked or not modules - helpers - linked


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_stack_has_its_page(kind: str):
    module = ROOT / f"{KINDS[kind][0].replace('.', '/')}.py"
    leading = [
        one.name for one in map(Page, COMPONENTS.glob("*.md"))
        if module in {(one.path.parent / link).resolve() for link in one.links}
    ]  # fmt: skip
    assert leading, f"no page of docs/components/ leads to {module.relative_to(ROOT)}"


def test_every_module_of_rules_is_explained():
    said = set(re.findall(r"^\| `([a-z]+)` \|", page("docs/components/fleet.md").text, re.MULTILINE))
    assert said == {file.stem for file in (ROOT / "fleet" / "rules").glob("*.py")} - {"__init__"}


def test_the_phases_of_the_page_are_those_of_the_plan(fleet):
    rows = re.findall(r"^\| (`[A-Z]+`.*?) \| (.*?) \|$", page("docs/components/fleet.md").text, re.MULTILINE)
    said = {re.findall(r"`(\w+)`", phase)[0]: set(re.findall(r"`([\w-]+)`", kinds)) for phase, kinds in rows}
    planned: dict[str, set[str]] = {}
    for plan in phases.every_stack(fleet):
        planned.setdefault(plan.phase.name, set()).add(plan.kind)
    assert said == planned


def test_numbers_that_pages_state_follow_from_the_code(fleet_of):
    fleet = fleet_of("hypergrowth")
    region, cell = fleet.regions["us-east-1"], fleet.cell("use1-a")
    counts = [len(phases.every_stack(fleet_of(name))) for name in ("day-one", "growth", "hypergrowth")]
    policies = [one for one in guard(cell) if one["kind"] == "ValidatingAdmissionPolicy"]
    stated = {
        "local-aws": f"{counts[0]}, {counts[1]} and {counts[2]}",
        "network": f"| {len(endpoints.INTERFACE)}, in every zone",
        "cell": f"| {addressing.nodes_that_fit(cell)} of {cell.pods_per_node} pods with {'three' if len(region.zones) == 3 else ''}",
        "manifests": f"| {len(policies)} admission policies",
    }
    assert not [name for name, text in stated.items() if text not in Page(COMPONENTS / f"{name}.md").text]


_STATES = ("covered", "later", "out of scope")


def test_each_row_of_the_talk_says_its_state_and_its_files():
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page("docs/talk.md").text.splitlines()
        if line.startswith("| ") and not line.startswith("| element")
    ]
    assert rows
    for element, state, where in rows:
        assert state.startswith(_STATES), element
        files = [span.strip("`") for span in re.findall(r"`[^`]+`", where)]
        assert all((ROOT / file).exists() or known(file) for file in files), element
        assert files or not state.startswith("covered"), f"{element}: covered where?"
