"""The first deployment, step by step: which stacks, in which order, with which command.

A step is one `cdk deploy --exclusively`. The CDK CLI orders the stacks of one account and region; what crosses
accounts and regions is ordered by the steps, which follow `fleet.phases`.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path

from fleet import names, phases
from fleet.model import Fleet
from fleet.phases import StackPlan


@dataclass(frozen=True)
class Step:
    """One command of a deployment."""

    title: str
    patterns: tuple[str, ...]
    """Stack names as the CDK CLI matches them."""
    stacks: tuple[str, ...]
    """What the patterns select and no earlier step has deployed, in deployment order."""
    peering: str | None = None
    """`pending` for the first of the two deployments of linked databases."""
    why: str = ""

    def command(self, blueprint: Path) -> str:
        """The command line, for the fleet of a folder."""
        quoted = " ".join(f"'{pattern}'" for pattern in self.patterns)
        context = f"-c blueprint={blueprint.as_posix()} " + (f"-c peering={self.peering} " if self.peering else "")
        return f"npx cdk deploy {context}--exclusively {quoted}"


def steps(fleet: Fleet) -> tuple[Step, ...]:
    """The steps of a first deployment; together they select every stack, and linked databases twice."""
    plans = phases.every_stack(fleet)
    linked = any(g.peering == "linked" for d in fleet.databases.values() for g in d.generations.values())
    found: list[Step] = []

    standing: set[str] = set()

    def step(title: str, why: str, *patterns: str, peering: str | None = None, again: bool = False) -> None:
        selected = _selected(plans, patterns)
        stacks = selected if again else tuple(stack for stack in selected if stack not in standing)
        standing.update(stacks)
        if stacks:
            used = tuple(pattern for pattern in patterns if any(fnmatch(stack, pattern) for stack in selected))
            found.append(Step(title, used, stacks, peering, why))

    def name(*parts: str) -> str:
        return names.stack(fleet, *parts)

    step("accounts", "boundaries and the roles that read outputs come before everything", name("account-*"))
    step("zone", "certificates wait for a zone that resolves: delegate the domain to it now", name("edge-dns"))
    networks = [name(region.code, kind) for region in fleet.regions.values() for kind in ("keys", "network")]
    step("networks", "databases admit the networks that call them, by their ids", *networks)
    keys = name("data-keys-*")
    if linked:
        step(
            "databases, pending",
            "each peer must exist before the other names it",
            keys,
            name("dsql-*"),
            peering="pending",
        )
        step("databases, linked", "the second deployment links the peers", name("dsql-*"), again=True)
    else:
        step("databases", "services connect to them", keys, name("dsql-*"))
    for region in fleet.regions.values():
        step(
            f"region {region.name}",
            "egress, then cells; what stands already is left as it is",
            name(f"{region.code}-*"),
        )
    step("database callers", "roles that the regions' services take", name("data-callers-*"), name("data-backup-*"))
    for region in fleet.regions.values():
        patterns = name(f"edge-addresses-{region.code}"), name(f"edge-traffic-{region.code}")
        step(f"traffic {region.name}", "records point at load balancers that stand", *patterns)
    step("site", "viewers come last", name("edge-site"))
    return tuple(found)


def _selected(plans: tuple[StackPlan, ...], patterns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(plan.name for plan in plans if any(fnmatch(plan.name, pattern) for pattern in patterns))


def show(blueprint: Path, *, as_json: bool) -> int:
    """Print the steps of a folder's fleet."""
    from fleet.load import load
    from ops.console import print_json

    found = steps(load(blueprint))
    if as_json:
        print_json([{**asdict(step), "command": step.command(blueprint)} for step in found])
        return 0
    for number, step in enumerate(found, 1):
        stacks = "1 stack" if len(step.stacks) == 1 else f"{len(step.stacks)} stacks"
        print(f"# {number}. {step.title} ({stacks}): {step.why}")
        print(step.command(blueprint))
    return 0
