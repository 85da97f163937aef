"""Publish what a NAT instance did in the last ten seconds. One run a timer's tick; the last counters wait in /run.

The network card counts from its driver's last reset, the kernel from boot: CloudWatch gets differences, so that an
alarm above zero means "now" and not "once".
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

STATE = Path("/run/nat-metrics.json")

# ethtool's name (ENA driver) -> ours. Above zero: AWS queued and dropped packets, because a limit was reached.
CARD = {
    "bw_in_allowance_exceeded": "BandwidthInExceeded",
    "bw_out_allowance_exceeded": "BandwidthOutExceeded",
    "pps_allowance_exceeded": "PacketsExceeded",
    "conntrack_allowance_exceeded": "ConnectionsExceeded",
}
# /proc/net/stat/nf_conntrack -> ours. No free port; table full; old unanswered flows thrown out to make room.
TABLE = {"insert_failed": "InsertFailed", "drop": "Dropped", "early_drop": "EarlyDropped"}


def card(text: str) -> dict[str, int]:
    """Counters of `ethtool -S`, by its own names."""
    pairs = (line.split(":", 1) for line in text.splitlines() if ":" in line)
    return {name.strip(): int(value) for name, value in pairs if value.strip().isdigit()}


def table(text: str) -> dict[str, int]:
    """Sums over processors of /proc/net/stat/nf_conntrack, which is hexadecimal."""
    header, *rows = (line.split() for line in text.splitlines())
    return {name: sum(int(row[i], 16) for row in rows) for i, name in enumerate(header)}


def stale(text: str) -> int:
    """Connections that were told to start anew, from `nft -j list counters`."""
    counters = (entry["counter"] for entry in json.loads(text)["nftables"] if "counter" in entry)
    return sum(int(one["packets"]) for one in counters if one["name"] == "stale_tcp")


def counters(
    of_card: dict[str, int], of_table: dict[str, int], received: int, sent: int, resets: int
) -> dict[str, int]:
    """Everything that only grows, by the name it is published under."""
    found = {ours: of_card[name] for name, ours in CARD.items() if name in of_card}
    found.update({ours: of_table[name] for name, ours in TABLE.items() if name in of_table})
    return {**found, "BytesIn": received, "BytesOut": sent, "Resets": resets}


def since(before: dict[str, int], now: dict[str, int]) -> dict[str, int]:
    """Growth of each counter; one that fell was reset, and has grown from nothing. The first run knows no growth."""
    return {
        name: value - before[name] if value >= before[name] else value for name, value in now.items() if name in before
    }


def high_water(before: int, available: int | None) -> int:
    """The most connections that AWS still allowed at once since boot. The card says what is left and not of how many;
    a machine boots before any traffic is led to it, so this is all of them, or nearly."""
    return max(before, available or 0)


def metrics(growth: dict[str, int], used_percent: float, available: int | None, allowed: int) -> dict[str, float]:
    """What is published: growth, the sum of all limits reached, and the levels."""
    found: dict[str, float] = {"ConnectionsUsed": used_percent, **growth}
    if growth:
        found["AllowanceExceeded"] = sum(growth.get(name, 0) for name in CARD.values())
    if available is not None:
        found["ConnectionsAvailable"] = available
        found["ConnectionsFree"] = 100 * available / allowed if allowed else 0
    return found


def main(nic: str, region: str, namespace: str, zone: str) -> None:
    """Read, compare with the last run, publish."""
    of_card = card(_output("ethtool", "-S", nic))
    statistics, netfilter = Path("/sys/class/net", nic, "statistics"), Path("/proc/sys/net/netfilter")
    now = counters(
        of_card,
        table(Path("/proc/net/stat/nf_conntrack").read_text()),
        int((statistics / "rx_bytes").read_text()),
        int((statistics / "tx_bytes").read_text()),
        stale(_output("nft", "-j", "list", "counters", "table", "ip", "nat_egress")),
    )
    last: dict[str, Any] = json.loads(STATE.read_text()) if STATE.exists() else {"counters": {}, "most": 0}
    available = of_card.get("conntrack_allowance_available")
    allowed = high_water(last["most"], available)
    STATE.write_text(json.dumps({"counters": now, "most": allowed}))
    used = int((netfilter / "nf_conntrack_count").read_text()) / int((netfilter / "nf_conntrack_max").read_text())
    found = metrics(since(last["counters"], now), 100 * used, available, allowed)
    data: list[dict[str, Any]] = [
        {
            "MetricName": name,
            "Value": value,
            "StorageResolution": 1,
            "Dimensions": [{"Name": "Zone", "Value": zone}],
        }
        for name, value in sorted(found.items())
    ]
    put = ("aws", "cloudwatch", "put-metric-data", "--region", region, "--namespace", namespace)
    _output(*put, "--metric-data", json.dumps(data))


def _output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=6).stdout


if __name__ == "__main__":
    main(*sys.argv[1:])
