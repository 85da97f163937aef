"""EC2's catalogue as moto ships it, cut to the Spot types that the fleet's node pools admit.

`python -m local.catalogue` writes fleet/tables/spot.json. Run it when moto or the pools' requirements change.
"""

from __future__ import annotations

import gzip
import json
import re
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from typing import Any

from fleet import spot

TABLE = Path(__file__).parents[1] / "fleet" / "tables" / "spot.json"

# Karpenter's own rule for the labels instance-category and instance-generation (pkg/providers/instancetype/types.go).
_LABELS = re.compile(r"(^[a-z]+)(-[0-9]+tb)?([0-9]+).*\.")
_ARCHITECTURES = {"x86_64": "amd64", "arm64": "arm64"}


def table() -> str:
    """The table's text."""
    folder = files("moto") / "ec2" / "resources"
    catalogue: dict[str, dict[str, Any]] = json.loads(gzip.decompress((folder / "instance_types.json.gz").read_bytes()))
    admitted: dict[str, list[str]] = {architecture: [] for architecture in spot.ARCHITECTURES}
    for name, facts in sorted(catalogue.items()):
        for architecture in _architectures(name, facts):
            admitted[architecture].append(name)
    places = {name: bit for bit, name in enumerate(n for names in admitted.values() for n in names)}
    zones: dict[str, int] = {}
    for offerings in sorted((folder / "instance_type_offerings" / "availability-zone-id").iterdir(), key=str):
        for offer in json.loads(gzip.decompress(offerings.read_bytes())):
            if offer["InstanceType"] in places:
                zones[offer["Location"]] = zones.get(offer["Location"], 0) | 1 << places[offer["InstanceType"]]
    content = {
        "source": f"EC2's instance types and their offerings by zone ID, from moto {version('moto')}",
        "types": admitted,
        "zones": {zone: f"{mask:x}" for zone, mask in sorted(zones.items())},
    }
    return json.dumps(content, indent=1) + "\n"


def _architectures(name: str, facts: dict[str, Any]) -> list[str]:
    """The architectures under which the node pools admit a type; none for metal, GPUs and accelerators."""
    labels = _LABELS.match(name)
    usable = (
        labels is not None
        and not facts["BareMetal"]
        and not {"GpuInfo", "NeuronInfo", "InferenceAcceleratorInfo", "FpgaInfo"} & facts.keys()
        and "spot" in facts["SupportedUsageClasses"]
        and "hvm" in facts["SupportedVirtualizationTypes"]
        and spot.admits(labels[1], int(labels[3]), facts["VCpuInfo"]["DefaultVCpus"], facts.get("Hypervisor", ""))
    )
    found = facts["ProcessorInfo"]["SupportedArchitectures"] if usable else []
    return [_ARCHITECTURES[architecture] for architecture in found if architecture in _ARCHITECTURES]


if __name__ == "__main__":
    TABLE.write_text(table(), encoding="utf-8")
