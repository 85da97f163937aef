"""What happens to one resource or one manifest object."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Action(IntEnum):
    """In order of what it may cost; of two opinions the greater holds."""

    CREATE = 0
    UPDATE = 1
    ORPHAN = 2
    """It leaves the template and stays in AWS (DeletionPolicy Retain), or leaves a bundle and stays in the cluster."""
    MAY_REPLACE = 3
    REPLACE = 4
    DELETE = 5

    def __str__(self) -> str:
        return self.name.lower().replace("_", " ")


@dataclass(frozen=True)
class Change:
    """One resource of a stack, or one object of a bundle, that differs."""

    action: Action
    home: str
    """Name of the stack; of an object `<cell>/<channel>`."""
    name: str
    """Logical id; of an object `Kind.group namespace/name`, as `ops.delta.objects.title` has it."""
    type: str
    """`AWS::EC2::VPC`; of an object its `kind`, with the group where Kubernetes itself has no such kind."""
    stateful: bool = False
    """Whether it holds what nobody can make again: data, keys, addresses, names."""
    fields: tuple[str, ...] = ()
    """What differs, as paths: `Properties.CidrBlock`, `DeletionPolicy`, `spec.replicas`."""
    why: str = ""
    """Why it is this action and no milder one: `CidrBlock is fixed at creation`, `refers to Vpc, which is replaced`."""

    @property
    def path(self) -> str:
        """As exceptions name it: `skyline-use1-network/Vpc`, `use1-a/platform/Namespace sessions`."""
        return f"{self.home}/{self.name}"

    @property
    def in_cluster(self) -> bool:
        return "/" in self.home
