"""`make bench-egress`: the egress controller and the rules of NAT instances, on a real kernel, against their budgets.

    python -m benchmarks.egress [--runs N] [--seed N] [--json]

Needs root, iproute2, nftables and conntrack; iperf3 for the throughput.
"""

from __future__ import annotations

import argparse
import json
import signal
import statistics
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass

from benchmarks.egress import throughput
from benchmarks.egress.measures import DOWN_SECONDS, Connections, Egress, interleavings
from benchmarks.egress.zone import first_zone
from benchmarks.lab import first_boot, namespaces
from benchmarks.lab.laboratory import laboratory

OUTAGE_SECONDS = 3.1
SHARE = 0.25
FAILBACK_SHARE = 0.01
THROUGHPUT = 0.95


@dataclass(frozen=True)
class Figure:
    what: str
    budget: str
    result: str
    kept: bool | None
    """Whether the budget was kept; None: it is no budget, or could not be measured."""
    remark: str = ""
    samples: Sequence[float] = ()


def measure(runs: int, seed: int) -> list[Figure]:
    """Every line of the table."""
    few = max(1, runs // 4)
    with laboratory(first_zone()) as lab:
        egress = Egress(lab, seed)
        figures = _outages(egress, runs, few)
        figures.append(_swaps(egress.swaps(runs), runs))
        figures.append(_failbacks(egress.failbacks(few), few))
        calls, rounds = egress.calls_while_down()
        figures.append(
            Figure(
                "route calls while both ways are down",
                "0",
                str(calls),
                calls == 0 if rounds else None,
                f"{rounds} rounds saw it in {DOWN_SECONDS:.0f} s",
            )
        )
        figures.append(_interleavings())
        figures.append(_mirror(egress.delays))
    # A lab of its own: nothing else runs in it, and its routes are the lab's.
    figures.append(_throughput(2 * runs))
    return figures


def _outages(egress: Egress, runs: int, few: int) -> list[Figure]:
    ours = _told("outage", egress.outages(runs))
    theirs = _told("outage, sequential checks", egress.sequential_outages(few))
    median, other = statistics.median(ours), statistics.median(theirs)
    spread = f"{min(ours):.2f} to {max(ours):.2f} s in {runs} deaths"
    what = "outage when the instance dies"
    return [
        Figure(what, f"{OUTAGE_SECONDS} s", f"{median:.2f} s", median <= OUTAGE_SECONDS, spread, ours),
        Figure(
            "the same, checked with alternat's timing",
            "-",
            f"{other:.2f} s",
            None,
            f"{min(theirs):.2f} to {max(theirs):.2f} s in {few} deaths",
            theirs,
        ),
        Figure(
            "the first of these over the second",
            f"{SHARE:.2f}",
            f"{median / other:.2f}",
            median / other <= SHARE,
            "medians",
        ),
    ]


def _swaps(seen: Connections, times: int) -> Figure:
    remark = f"of {seen.attempts} in {times} swaps; {seen.reset} were open at a swap and told to start anew"
    return Figure("planned swaps: failed new connections", "0", str(seen.failed), seen.failed == 0, remark)


def _failbacks(seen: Connections, times: int) -> Figure:
    share = (seen.failed + seen.reset) / seen.attempts
    remark = f"of {seen.attempts} in {times} failbacks, with the {seen.reset} that were open at the swap"
    what, budget = "failback: failed new connections", f"{FAILBACK_SHARE:.0%}"
    return Figure(what, budget, f"{share:.2%}", share <= FAILBACK_SHARE, remark)


def _interleavings() -> Figure:
    orders, wrong = interleavings()
    remark = f"of {orders:,} orders of calls: a failback and one event, and two"
    return Figure("wrong end states over all interleavings", "0", str(wrong), wrong == 0, remark)


def _mirror(delays: Sequence[float]) -> Figure:
    late = sorted(delays)[int(0.95 * len(delays))]
    remark = f"95 % of {len(delays)} moves, the longest {1000 * max(delays):.0f} ms; AWS's own is in no figure"
    return Figure(
        "the lab's delay from EC2 to the kernel", "50 ms", f"{1000 * late:.0f} ms", late <= 0.05, remark, delays
    )


def _throughput(pairs: int) -> Figure:
    what, budget = "throughput of our rules over plain masquerading", f"{THROUGHPUT}"
    if reason := throughput.missing():
        return Figure(what, budget, "-", None, reason)
    with laboratory(first_zone()) as lab:
        seen = list(throughput.pairs(lab, next(iter(lab.zone.cells)), pairs))
    ratio = statistics.median(ours / plain for ours, plain in seen)
    gigabits = [statistics.median(column) for column in zip(*seen, strict=True)]
    remark = (
        f"median of {pairs} pairs of half seconds; {gigabits[0]:.1f} and {gigabits[1]:.1f} Gbps over virtual cables"
    )
    return Figure(what, budget, f"{ratio:.2f}", ratio >= THROUGHPUT, remark, [ours / plain for ours, plain in seen])


def _told(what: str, values: Iterable[float]) -> list[float]:
    """The values; each is told as it comes."""
    seen = []
    for value in values:
        seen.append(value)
        print(f"  {what} {len(seen)}: {value:.2f} s", file=sys.stderr)
    return seen


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.egress", description="Egress on a real kernel.")
    parser.add_argument(
        "--runs", type=int, default=20, help="deaths and swaps; of the slower things fewer are run (20)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of the moments at which things happen (1)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    if reason := namespaces.missing():
        sys.exit(reason)
    # A lab that is told to end takes its namespaces away, as after Ctrl-C.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    print(f"  not set in a namespace: {', '.join(first_boot.WITHHELD)}", file=sys.stderr)
    try:
        figures = measure(arguments.runs, arguments.seed)
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    if arguments.json:
        print(json.dumps([asdict(figure) for figure in figures], indent=2))
        return
    from ops.console import print_table

    words = {True: "kept", False: "EXCEEDED", None: ""}
    rows = [(one.what, one.budget, one.result, words[one.kept], one.remark) for one in figures]
    columns = ("what", "budget", "result", "", "remark")
    print_table(f"Egress on a real kernel, seed {arguments.seed}", columns, rows, right=("budget", "result"))


if __name__ == "__main__":
    main()
