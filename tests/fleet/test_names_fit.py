"""Names that no rule needs to check: the longest keys the model takes keep them within AWS's limits."""

from __future__ import annotations

import importlib
import pkgutil

from fleet import geography, names, phases
from fleet.load import load

STACK, ROLE, FUNCTION = 128, 64, 64


def test_stacks_and_the_roles_of_services_fit_with_the_longest_keys(edited):
    service, cell, fleet = "s" * 40, "c" * 6, "f" * 12
    edits = [
        ("fleet.yaml", "fleet: skyline", f"fleet: {fleet}"),
        ("fleet.yaml", "      f: {slot: 5}", f"      f: {{slot: 5}}\n      {cell[:2]}: {{slot: 6}}"),
        ("services/flights.yaml", "  who-to-ask:\n", f"  {service}:\n"),
        ("services/flights.yaml", "who-to-ask", service),
    ]
    folder = edited("hypergrowth", edits)
    (folder / "images" / "who-to-ask.yaml").rename(folder / "images" / f"{service}.yaml")
    placements = folder / "placements.yaml"
    placements.write_text(placements.read_text().replace("who-to-ask", service))
    loaded = load(folder)
    assert max(len(plan.name) for plan in phases.every_stack(loaded)) <= STACK
    for region in loaded.regions.values():
        longest = loaded.services[service]
        assert len(names.caller_role(longest, region)) <= ROLE
        assert len(names.service_role(longest, region)) <= ROLE


def test_the_functions_of_every_way_out_fit_with_the_longest_names(edited):
    fleet = "f" * 12
    loaded = load(edited("hypergrowth", [("fleet.yaml", "fleet: skyline", f"fleet: {fleet}")]))
    region = loaded.regions["us-east-1"]
    longest = max((zone for name in geography.regions() for zone in geography.zones(name)), key=len)
    functions = [names.nat_ticks(region), names.nat_events(region)]
    functions += [names.nat_prober(region, longest, path) for path in names.PROBED_PATHS]
    assert max(map(len, functions)) <= FUNCTION
    assert names.nat_alarm(region, "use1-az1", "AllowanceExceeded") == f"{fleet}-use1-az1-nat-allowance-exceeded"
    assert names.nat_alarm(region, "use1-az1", "InsertFailed") == f"{fleet}-use1-az1-nat-insert-failed"


def test_no_module_of_the_names_hides_a_name():
    """A module of the package would take the place of a function of the same name."""
    modules = {module.name for module in pkgutil.iter_modules(names.__path__)}
    for module in modules:
        for name in vars(importlib.import_module(f"fleet.names.{module}")):
            assert name not in modules, f"fleet/names/{module}.py defines {name}"
