"""A fleet with a crowd of services: 300 by default, in 3 to 5 of the six cells of each of hypergrowth's regions.

Thirty domains of ten services: the first of a domain has a route, each of the others is called by one or two before
it, and every domain calls some of five services that everybody calls. Peaks are spread over four powers of ten, as
real ones are. The numbers come from a generator with a fixed seed: the same fleet everywhere.
"""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from fleet.load import Source, read_folder

DOMAIN = 10
SHARED = 5


def source(services: int = 300, seed: int = 7) -> Source:
    """Hypergrowth's platform with other services in it, placed in turn: the first in cells a, b, c, the next from b on."""
    found = read_folder(Path(__file__).parents[1] / "blueprints" / "hypergrowth")
    tree, crowd = found.tree, _services(services, random.Random(seed))
    tree["services"] = crowd
    tree["owners"] = dict.fromkeys(crowd, "flights")
    tree["images"] = {name: {"repository": name, "digest": f"sha256:{'0' * 64}"} for name in crowd}
    tree["placements"] = {
        region: {
            name: [*cells["cells"], *cells["cells"]][number % len(cells["cells"]) :][: service["cells"]]
            for number, (name, service) in enumerate(crowd.items())
        }
        for region, cells in tree["regions"].items()
    }
    tree["quotas"] = {**tree["quotas"], "roles": 5000}
    return found


def _services(count: int, draw: random.Random) -> dict[str, Any]:
    names = [f"shared-{n}" for n in range(SHARED)] + [f"d{n // DOMAIN:02}-{n % DOMAIN}" for n in range(count - SHARED)]
    calls: dict[str, list[str]] = {name: [] for name in names}
    for place, name in enumerate(names[SHARED:]):
        first = SHARED + place - place % DOMAIN
        for caller in sorted(draw.sample(names[first : SHARED + place], min(place % DOMAIN, draw.choice((1, 1, 2))))):
            calls[caller].append(name)
        if draw.random() < 0.2:
            calls[name].append(names[draw.randrange(SHARED)])
    made: dict[str, Any] = {}
    order = [*names[SHARED:], *names[:SHARED]]
    callers = {name: [caller for caller in order if name in calls[caller]] for name in names}
    first_route = order[0]
    for name in order:
        above = [made[caller] for caller in callers[name]]
        asked = sum(caller["demand"]["rps"] for caller in above)
        rps = int(asked * draw.uniform(0.5, 1.2)) if above else int(10 ** draw.uniform(1.0, 3.6))
        # Whom a tier 0 calls is tier 0 itself, and lives where its callers do: in no fewer cells.
        tier = 0 if any(caller["tier"] == 0 for caller in above) else draw.choice((1, 1, 2, 3))
        tier = 0 if not above and draw.random() < 0.2 else tier
        least = max((caller["cells"] for caller in above), default=3) if tier == 0 else 3
        made[name] = {
            "tier": tier,
            "cells": max(least, draw.choice((3, 3, 4, 4, 5) if rps < 2000 else (4, 5, 5))),
            "calls": calls[name],
            "demand": {
                "rps": max(1, rps),
                "per_pod": draw.choice((25, 50, 100, 200)),
                "cpu": draw.choice(("250m", "500m", "500m", "1")),
                "memory": draw.choice(("512Mi", "1Gi", "1Gi", "2Gi")),
            },
            **({"routes": [f"{'www' if name == first_route else 'api'}.skyline.example/{name}"]} if not above else {}),
        }
    return {name: made[name] for name in names}
