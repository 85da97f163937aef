"""EC2's catalogue as moto ships it, cut to the instance types and the labels that Karpenter knows them by.

`python -m local.catalogue` writes fleet/tables/instances.json. Run it when moto changes.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from fleet import instances

TABLE = Path(__file__).parents[1] / "fleet" / "tables" / "instances.json"
_EC2 = files("moto") / "ec2" / "resources"

Facts = dict[str, Any]
"""A type as DescribeInstanceTypes describes it."""

_ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}
_CAPACITY = ("on-demand", "spot")
_ACCELERATORS = {"GpuInfo", "NeuronInfo", "InferenceAcceleratorInfo"}


@cache
def catalogue() -> dict[str, Facts]:
    """Every type that moto knows, by name."""
    found: dict[str, Facts] = json.loads(gzip.decompress((_EC2 / "instance_types.json.gz").read_bytes()))
    return dict(sorted(found.items()))


@cache
def offerings() -> dict[str, set[str]]:
    """Zone ID to the names of the types it offers."""
    found: dict[str, set[str]] = {}
    for file in (_EC2 / "instance_type_offerings" / "availability-zone-id").iterdir():
        for offer in json.loads(gzip.decompress(file.read_bytes())):
            found.setdefault(offer["Location"], set()).add(offer["InstanceType"])
    return dict(sorted(found.items()))


def considered(name: str, facts: Facts) -> bool:
    """Whether Karpenter starts a type for pods that ask for nothing but processors and memory.

    It asks EC2 for hvm on the two architectures (pkg/providers/instancetype/instancetype.go), and leaves out metal
    and accelerators as long as anything else will do (ExoticInstanceTypeFilter, pkg/providers/instance/filter).
    """
    return (
        "hvm" in facts["SupportedVirtualizationTypes"]
        and bool(_ARCHITECTURES.keys() & facts["ProcessorInfo"]["SupportedArchitectures"])
        and "metal" not in name.partition(".")[2]
        and not _ACCELERATORS & facts.keys()
    )


def described(facts: Facts) -> dict[str, str]:
    """The labels that do not follow from a type's name (computeRequirements, pkg/providers/instancetype/types.go).

    Left out: network and EBS bandwidth and the clock, which no pool of ours asks for.
    """
    storage = facts.get("InstanceStorageInfo", {})
    nvme = storage.get("NvmeSupport", "unsupported") != "unsupported"
    architectures = facts["ProcessorInfo"]["SupportedArchitectures"]
    return {
        instances.ARCHITECTURE: next(_ARCHITECTURES[one] for one in architectures if one in _ARCHITECTURES),
        instances.CAPACITY_TYPE: ",".join(one for one in facts["SupportedUsageClasses"] if one in _CAPACITY),
        f"{instances.OWN}cpu": str(facts["VCpuInfo"]["DefaultVCpus"]),
        f"{instances.OWN}memory": str(facts["MemoryInfo"]["SizeInMiB"]),
        f"{instances.OWN}hypervisor": facts.get("Hypervisor", ""),
        f"{instances.OWN}cpu-manufacturer": facts["ProcessorInfo"]["Manufacturer"].lower().replace(" ", "-"),
        f"{instances.OWN}local-nvme": str(storage["TotalSizeInGB"]) if nvme else "",
        f"{instances.OWN}encryption-in-transit-supported": str(
            facts["NetworkInfo"]["EncryptionInTransitSupported"]
        ).lower(),
    }


def table() -> str:
    """The table's text, a line a type and a line a zone."""
    types = {name: described(facts) for name, facts in catalogue().items() if considered(name, facts)}
    places = {name: bit for bit, name in enumerate(types)}
    zones = {zone: sum(1 << places[name] for name in names & places.keys()) for zone, names in offerings().items()}
    labels = list(next(iter(types.values())))
    source = f"EC2 instance types and their offerings by zone ID, from moto {version('moto')}"
    lines = [
        f'"source": {json.dumps(source)}',
        f'"labels": {json.dumps(labels)}',
        f'"types": {{\n{_lines({name: [*found.values()] for name, found in types.items()})}\n}}',
        f'"zones": {{\n{_lines({zone: f"{mask:x}" for zone, mask in zones.items()})}\n}}',
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _lines(content: dict[str, Any]) -> str:
    return ",\n".join(
        f"{json.dumps(key)}: {json.dumps(value, separators=(',', ':'))}" for key, value in content.items()
    )


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
