"""`hypercell demo`: the whole fleet in an AWS inside this process, and the picture of what stands."""

from __future__ import annotations

from pathlib import Path

from ops.console import print_json
from ops.standing import DIST, Stages, run, stand


def show(blueprint: Path, *, as_json: bool) -> int:
    """Synthesize, deploy, read back and print the picture. The exit code (`ops.standing`)."""

    def verb() -> None:
        from local import aws
        from local.look import picture

        stages = Stages()
        with aws.standing():
            fleet, read = stand(blueprint, stages)
            seen = picture(fleet, read)
        if as_json:
            print_json(seen)
            return
        from ops import picture as printed

        out = printed.console()
        printed.show(seen, out)
        cells = [cell.name for market in seen.markets for region in market.regions for cell in region.cells]
        region, _, key = cells[0].partition("-")
        out.print(f"Manifests of {len(cells)} cells: {DIST}/<region>/<cell>/, e.g. {DIST / region / key}/")

    return run(verb)
