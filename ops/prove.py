"""`hypercell prove`: the fleet's promises one by one, how tight each of them is, and what they cost."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from fleet import rules
from fleet.arrivals import unevenness
from fleet.load import judge, read_folder
from fleet.model import Fleet
from fleet.proof import Claim, Margin, Proof, prove
from fleet.reserve import Reserve, monthly, reserves
from ops.console import print_json, print_table

EXIT_BROKEN = 1
CLAIMS = ("what carries the peak", "when what is lost", "tried", "at least", "where it is tightest")
PRICE = ("cells", "services", "running x peak", "limits x peak", "vCPUs at peak", "running", "limits")


def show(blueprint: Path, *, as_json: bool) -> int:
    """Print the proof of a folder's fleet. Exit code 0, or 1 with the counter-examples."""
    source = read_folder(blueprint)
    # What breaks the proof is what is asked for; every other rule stops here as it does everywhere.
    fleet = judge(source, passing=(rules.proof.check,)).fleet
    proof = prove(fleet)
    problems = sorted(source.problem(finding) for finding in proof.findings())
    if as_json:
        print_json(
            {
                **plain(proof),
                "counter_examples": [problem.__dict__ for problem in problems],
                **_price(fleet),
                "uneven": unevenness(fleet),
            }
        )
    else:
        print_proof(proof)
        print_price(fleet)
        print_uneven(fleet)
        for problem in problems:
            print(problem, file=sys.stderr)
    return 0 if proof.holds else EXIT_BROKEN


def print_proof(proof: Proof) -> None:
    """One row for each kind of promise, over all regions: where it is tightest."""
    kinds: dict[tuple[str, str], list[Claim]] = {}
    for claim in proof.claims:
        kinds.setdefault((claim.what, claim.lost), []).append(claim)
    rows = []
    for (what, lost), claims in kinds.items():
        tightest = min((c.tightest for c in claims if c.tightest), key=lambda margin: margin.ratio)
        tried, broken = sum(c.tried for c in claims), sum(len(c.broken) for c in claims)
        verdict = _times(tightest) + (f", {broken} short" if broken else "")
        rows.append((what, lost, f"{tried:,}", verdict, f"{tightest.where}: {tightest.lost}"))
    title = "Every loss is carried" if proof.holds else "Not every loss is carried"
    print_table(title, CLAIMS, rows, right=("tried", "at least"))


def print_price(fleet: Fleet) -> None:
    """What the reserve takes, by the number of cells that services live in."""
    rows = reserves(fleet)
    print_table("What it costs", PRICE, [_row(row) for row in rows], right=PRICE)
    if fleet.policies.spot.share:
        usd = f"{monthly(rows):,.0f} USD a month at the price of Spot (docs/cost.md)"
        print(f"what runs beyond the peak is about {usd}; limits cost nothing until something is lost")


def print_uneven(fleet: Fleet) -> None:
    """How far the proof's even calls are from calls that prefer their own cell."""
    found = unevenness(fleet)
    if not found:
        return
    most, beyond = found[0], sum(uneven.rps > uneven.full for uneven in found)
    print(
        f"calls prefer their own cell, which is not even: in its worst loss, {len(found)} services are asked for more "
        f"somewhere than their limit is for,\n{beyond} of them for more than those pods have processors; most of all "
        f"{most.service} in {most.cell}, {most.ratio:.2f} times when {most.lost}"
    )


def _row(row: Reserve) -> tuple[str, ...]:
    cpu = (f"{amount / 1000:,.0f}" for amount in (row.peak_cpu, row.running_cpu, row.limit_cpu))
    return str(row.cells), str(row.services), f"{row.running:.2f}", f"{row.limits:.2f}", *cpu


def _times(margin: Margin) -> str:
    return "unbounded" if margin.needed == 0 else f"{margin.ratio:.2f} x"


def plain(proof: Proof) -> dict[str, Any]:
    """The proof for programs: every claim of every region."""
    claims = []
    for claim in proof.claims:
        tightest = claim.tightest
        margin = (
            {"where": tightest.where, "when": tightest.lost, "offered": tightest.offered, "needed": tightest.needed}
            if tightest
            else None
        )
        short = len(claim.broken)
        row = {"region": claim.region, "what": claim.what, "lost": claim.lost, "tried": claim.tried}
        claims.append({**row, "short": short, "tightest": margin})
    return {"holds": proof.holds, "claims": claims}


def _price(fleet: Fleet) -> dict[str, Any]:
    rows = reserves(fleet)
    return {"price": [row.__dict__ for row in rows], "monthly": round(monthly(rows), 2)}
