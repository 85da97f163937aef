"""`python -m benchmarks.mutation FOLDER [--json FILE]`: the kill rate of the guard over a synthesized fleet.

Ends with 1 when a dangerous mutant survives.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from benchmarks.mutation.run import by_class, by_kind, every_mutant, run
from ops.diff.folder import read


def main() -> int:
    parser = argparse.ArgumentParser(prog="benchmarks.mutation", description=__doc__)
    parser.add_argument("folder", type=Path, help="a stored assembly: `hypercell synth --out FOLDER`")
    parser.add_argument("--json", type=Path, help="write the report there too")
    parser.add_argument("--processes", type=int, default=2)
    given = parser.parse_args()
    base = read(given.folder)
    groups = every_mutant(base)
    result = run(base, groups, processes=given.processes)
    rows, survivors = by_class(result), by_kind(result.survivors)
    print(f"{'kills':<10} {'judged':>8} {'refused':>8} {'stand for':>10} {'refused':>8} {'rate':>7}")
    for name, judged, dead, whole, whole_dead in rows:
        rate = f"{whole_dead / whole:.1%}" if whole else "-"
        print(f"{name:<10} {judged:>8,} {dead:>8,} {whole:>10,} {whole_dead:>8,} {rate:>7}")
    print(f"{len(result.judged):,} judged in {result.seconds:.0f} s")
    for name, type_, how, count, example in survivors:
        print(f"survives: {name} {type_} {how} x{count} ({example})")
    if given.json:
        report = {
            "classes": [
                dict(zip(("kills", "judged", "refused", "stand_for", "stand_for_refused"), row, strict=True))
                for row in rows
            ],
            "seconds": round(result.seconds, 1),
            "survivors": [
                dict(zip(("kills", "type", "how", "count", "example"), row, strict=True)) for row in survivors
            ],
        }
        given.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 1 if survivors else 0


if __name__ == "__main__":
    sys.exit(main())
