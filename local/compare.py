"""What was read back, held against the templates: each property that the picture shows must be what was asked for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from local.assembly import Synthesized
from local.deploy import Deployment, Stood
from local.made import Missing, at
from local.readings import READINGS, Reading, Thing, Things, record_key, route_key
from local.schemas import schema
from local.types import ROWS

Place = tuple[str, str]
"""Account id and region."""
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, order=True)
class Difference:
    """A property that stands otherwise than the template says."""

    stack: str
    resource: str
    property: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.stack}: {self.resource}.{self.property}: the template says {self.expected}, {self.found} stands"


@dataclass
class ReadBack:
    """Everything that was read, by type and place."""

    deployment: Deployment
    things: dict[tuple[str, Place], Things] = field(default_factory=dict)
    compared: int = 0
    """Properties compared."""
    differences: list[Difference] = field(default_factory=list)

    def of(self, type_name: str, account: str, region: str) -> Things:
        """The things of a type in a place, by key."""
        return self.things.get((type_name, (account, region)), {})

    def one(self, stack: Stood, logical_id: str) -> Thing | None:
        """What stands for a resource of a stack, when its type is one that is read."""
        plan, definition = stack.synthesized.plan, stack.synthesized.resources[logical_id]
        things = self.of(definition["Type"], plan.account, plan.region)
        return things.get(stack.ids[logical_id])


def read_back(deployment: Deployment, progress: Progress | None = None) -> ReadBack:
    """Read every type that the picture shows, everywhere it was deployed, and compare it with the templates."""
    wanted: dict[tuple[Reading, Place], None] = {}
    for stack in deployment.stacks.values():
        plan = stack.synthesized.plan
        types = {definition["Type"] for definition in stack.synthesized.resources.values()}
        wanted.update({(reading, (plan.account, plan.region)): None for reading in READINGS if reading.type in types})
    read = ReadBack(deployment)
    for done, (reading, place) in enumerate(wanted, start=1):
        read.things[reading.type, place] = reading.list(_clients(deployment, place))
        if progress is not None:
            progress(done, len(wanted), f"{reading.type.removeprefix('AWS::')} in {place[1]}")
    by_type = {reading.type: reading for reading in READINGS}
    for stack in deployment.stacks.values():
        for logical_id, definition in stack.synthesized.resources.items():
            if definition["Type"] in by_type:
                _compare(read, stack, logical_id, by_type[definition["Type"]])
    return read


def _clients(deployment: Deployment, place: Place) -> Callable[[str], Any]:
    return lambda service: deployment.client(service, *place)


def _compare(read: ReadBack, stack: Stood, logical_id: str, reading: Reading) -> None:
    properties = stack.synthesized.resources[logical_id].get("Properties", {})
    plan = stack.synthesized.plan
    resolved = Resolver(read, stack)
    key = stack.ids[logical_id]
    if reading.key:
        parts = [str(resolved(properties.get(name, ""))) for name in reading.key]
        key = route_key(*parts) if len(parts) == 2 else record_key(*parts)
    thing = read.of(reading.type, plan.account, plan.region).get(key)
    if thing is None:
        read.differences.append(Difference(plan.name, logical_id, "Ref", key, "nothing"))
        return
    for name, path in reading.compared.items():
        try:
            expected = resolved(at(properties, name))
        except Missing:
            continue  # the template leaves it to AWS
        read.compared += 1
        try:
            found = at(thing, path)
        except Missing:
            found = None
        if plain(expected) != plain(found):
            read.differences.append(Difference(plan.name, logical_id, name, str(plain(expected)), str(plain(found))))


def plain(value: Any) -> Any:
    """A value as both sides would write it: numbers and booleans as text, names without the last dot, lists sorted."""
    if isinstance(value, list):
        return sorted(str(plain(one)) for one in value)
    if isinstance(value, bool):
        return str(value).lower()
    return "nothing" if value is None else str(value).removesuffix(".")


class Unresolved(LookupError):
    """An intrinsic function that cannot be resolved from what CloudFormation and the APIs answer."""


class Resolver:
    """The values of a template's intrinsic functions, from physical ids, outputs and what was read."""

    def __init__(self, read: ReadBack, stack: Stood) -> None:
        self._read, self._stack = read, stack

    def __call__(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self(one) for one in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            (function, argument), *_ = value.items()
            if function == "Ref":
                return self._ref(argument)
            if function == "Fn::GetAtt":
                return self._attribute(*argument)
            if function == "Fn::GetStackOutput":
                return self._output(argument)
            if function == "Fn::Join":
                return argument[0].join(str(one) for one in self(argument[1]))
            if function == "Fn::Select":
                return self(argument[1])[int(argument[0])]
            if function == "Fn::Split":
                return str(self(argument[1])).split(argument[0])
            if function.startswith("Fn::"):
                raise Unresolved(f"{self._stack.synthesized.plan.name}: {function}")
        return {key: self(one) for key, one in value.items()}

    def _ref(self, name: str) -> str:
        plan = self._stack.synthesized.plan
        pseudo = {"AWS::AccountId": plan.account, "AWS::Region": plan.region, "AWS::Partition": "aws"}
        return pseudo.get(name) or self._stack.ids[name]

    def _output(self, wanted: dict[str, Any]) -> str:
        return self._read.deployment.stacks[self(wanted["StackName"])].outputs[self(wanted["OutputName"])]

    def _attribute(self, logical_id: str, name: str) -> Any:
        """From what was read; or the physical id, where the attribute is what identifies the resource."""
        type_name = self._stack.synthesized.resources[logical_id]["Type"]
        thing = self._read.one(self._stack, logical_id)
        row = ROWS.get(type_name)
        for path in (name, row.attributes.get(name, name) if row else name):
            try:
                return at(thing, path)
            except Missing:
                continue
        known = schema(type_name)
        if known is not None and name in known.identifier:
            return self._stack.ids[logical_id]
        raise Unresolved(f"{self._stack.synthesized.plan.name}: Fn::GetAtt {logical_id}.{name}")


def stacks_of(read: ReadBack, kind: str) -> list[tuple[Synthesized, Stood]]:
    """The stacks of a kind, in deployment order."""
    return [
        (stack.synthesized, stack) for stack in read.deployment.stacks.values() if stack.synthesized.plan.kind == kind
    ]
