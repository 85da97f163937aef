"""The parts of a NAT instance's boot script that concern the kernel, run as they stand, in a namespace.

Nothing is copied: the statements are cut out of the script that EC2 gets. Metadata, packages, systemd and the answer
to the group are left out, because a namespace has none of them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

# First words of the statements. Each stands exactly once in the script, or the lab refuses to stand for it.
_STATEMENTS = (
    "mkdir -p /etc/nftables",
    "cat > /etc/nftables/egress.nft",
    "SOURCE=",
    "sed -i",
    "CONNECTIONS=",
    "cat > /etc/sysctl.d/90-egress.conf",
    "nft -f",
    "sysctl -q -p",
    "nft list chain ip nat_egress postrouting",
    '[ "$(sysctl -n net.ipv4.ip_forward)" = 1 ]',
)

WITHHELD = ("net.netfilter.nf_conntrack_max",)
"""Settings of the script that the kernel lets nobody change in a namespace (EINVAL). All others are set and read back."""

_SETTINGS = "/etc/sysctl.d/90-egress.conf"


def statements(script: str) -> list[str]:
    """The statements, each with its here-document, in the script's order.

    Raises:
        ValueError: one of them is missing or stands there twice: the script has changed, and this list must follow.
    """
    found: dict[str, list[str]] = {first: [] for first in _STATEMENTS}
    order: list[str] = []
    lines = iter(script.splitlines())
    for line in lines:
        whole = [line]
        if opened := re.search(r"<<'?(\w+)'?$", line):
            for further in lines:
                whole.append(further)
                if further == opened.group(1):
                    break
        for first in _STATEMENTS:
            if line.startswith(first):
                found[first].append("\n".join(whole))
                order.append(found[first][-1])
    wrong = [first for first, all_of_them in found.items() if len(all_of_them) != 1]
    if wrong:
        raise ValueError(f"the boot script has not exactly one statement that begins with: {', '.join(wrong)}")
    return order


def heredoc(script: str, name: str) -> str:
    """The text of a here-document of the script, e.g. `METRICS`.

    Raises:
        ValueError: the script has none of that name.
    """
    found = re.search(rf"<<'?{name}'?\n(.*?)^{name}$", script, re.MULTILINE | re.DOTALL)
    if not found:
        raise ValueError(f"the boot script has no here-document {name}")
    return found.group(1)


def shell(script: str, *, nic: str, root: Path, private: Sequence[str] = ("primary",)) -> str:
    """A script for bash that runs the statements with `root` in place of the machine's /etc.

    Args:
        private: what the metadata service would say of the interface's addresses. A single one is not looked at.
    """
    lines = []
    for statement in statements(script):
        if statement.startswith("sysctl -q -p"):
            lines += [f"sed -i '/^{re.escape(name)} /d' {_SETTINGS}" for name in WITHHELD]
        lines.append(statement)
    moved = "\n".join(lines).replace("/etc/", f"{root}/etc/")
    given = f"NIC={nic}\nPRIVATE='{' '.join(private)}'"
    return f"set -Eeuo pipefail\n{given}\nmkdir -p {root}/etc/sysctl.d\n{moved}\n"


def settings(script: str, *, nic: str) -> dict[str, str]:
    """Every kernel setting of the script, also the withheld ones; values that the script computes stay its words."""
    pairs = (line.split(" = ") for line in heredoc(script, "SYSCTL").splitlines())
    return {name.replace("$NIC", nic): value for name, value in pairs}
