"""Every loss of 24 cells and hundreds of services, played on a stored assembly.

    python -m benchmarks.played ASSEMBLY [--runs 3]

Prints a line of JSON: losses, services, and medians of the processor seconds of reading and of playing.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from ops.diff.folder import read
from ops.simulation.play import Player
from ops.simulation.reading import world
from ops.simulation.scenario import scenarios


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.played")
    parser.add_argument("assembly", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    began = time.process_time()
    played = world(read(arguments.assembly))
    reading = time.process_time() - began
    seconds, losses = [], 0
    for _ in range(arguments.runs):
        began = time.process_time()
        player = Player(played)
        losses = len([player.play(one) for one in scenarios(played)])
        seconds.append(time.process_time() - began)
    print(
        json.dumps(
            {
                "losses": losses,
                "services": len(played.fleet.services),
                "cells": sum(len(region.cells) for region in played.regions.values()),
                "read_seconds": reading,
                "play_seconds": sorted(seconds)[len(seconds) // 2],
            }
        )
    )


if __name__ == "__main__":
    main()
