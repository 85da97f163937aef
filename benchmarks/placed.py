"""300 services on 24 cells: how good the proposed placement is, how long it takes, and how long the proof does.

    python -m benchmarks.placed [--services 300] [--seed 7 ...] [--json]

For comparison, services in turn: the first in cells a, b, c, the next from b on. "No placement below" is what four
survivors of six cells carry at least; calls in turn stay in their cell as often as chance has it.
"""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass

from benchmarks.crowd import source
from fleet.load import Source, judge, shaped
from fleet.placement import propose
from fleet.proof import prove


@dataclass(frozen=True)
class Placed:
    """Figures of one crowd, the worst of its regions where they differ."""

    seed: int
    services: int
    cells: int
    worst: float
    """Highest load of a survivor with two cells lost, as a multiple of the mean load with none lost."""
    bound: float
    local: float
    vital: float
    in_turn_worst: float
    in_turn_local: float
    moves: int
    """From services in turn to the proposal, over all regions."""
    place_seconds: float
    """Processor seconds of a proposal from nothing."""
    rebalance_seconds: float
    prove_seconds: float
    """Processor seconds, and nothing remembered from before."""
    tried: int
    holds: bool


def placed(services: int, seed: int) -> Placed:
    """Place a crowd and prove it."""
    crowd = source(services, seed)
    began = time.process_time()
    fresh = propose(shaped(Source({**crowd.tree, "placements": {}}, crowd.places)))
    placing = time.process_time() - began
    began = time.process_time()
    moved = propose(shaped(crowd), rebalance=True)
    rebalancing = time.process_time() - began
    fleet = judge(Source({**crowd.tree, "placements": fresh.placements}, crowd.places)).fleet
    fleet._numbers.clear()  # what the rules have computed already
    began = time.process_time()
    proof = prove(fleet)
    proving = time.process_time() - began
    now = [region.recorded for region in moved.regions if region.recorded]
    then = [region.proposed for region in fresh.regions]
    return Placed(
        seed,
        services,
        len(fleet.cells),
        max(figures.worst for figures in then),
        max(region.bound for region in fresh.regions),
        min(figures.local for figures in then),
        min(figures.vital for figures in then),
        max(figures.worst for figures in now),
        min(figures.local for figures in now),
        moved.moves,
        placing,
        rebalancing,
        proving,
        sum(claim.tried for claim in proof.claims),
        proof.holds,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="benchmarks.placed", description="Placement and proof of a crowd of services."
    )
    parser.add_argument("--services", type=int, default=300, help="services of the fleet (300)")
    parser.add_argument("--seed", type=int, nargs="+", default=[7], help="seeds of the crowd (7)")
    parser.add_argument("--json", action="store_true", help="print one line of JSON a seed")
    arguments = parser.parse_args()
    for seed in arguments.seed:
        found = placed(arguments.services, seed)
        if arguments.json:
            print(json.dumps(asdict(found)))
            continue
        print(f"{found.services} services on {found.cells} cells, seed {seed}")
        print(f"  worst loss {found.worst:.3f} times the mean, no placement below {found.bound:.3f}")
        print(f"  calls in their cell {found.local:.1%}, of those to tier 0 {found.vital:.1%}")
        print(f"  in turn: worst loss {found.in_turn_worst:.3f}, calls in their cell {found.in_turn_local:.1%}")
        print(
            f"  placed in {found.place_seconds:.1f} s, rebalanced in {found.rebalance_seconds:.1f} s ({found.moves} moves)"
        )
        verdict = "holds" if found.holds else "does not hold"
        print(f"  proof of {found.tried:,} losses {verdict}, in {found.prove_seconds:.2f} s")


if __name__ == "__main__":
    main()
