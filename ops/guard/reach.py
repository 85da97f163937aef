"""Blast radius: which cells, zones and regions a change touches, and what part of the traffic they carry.

By real references: a resource reaches the cells whose stacks come to read it, and those that it names, for names are
computed and a name is a reference. What neither names anybody nor is read serves whom its kind of stack serves. An edit
of a shared resource all of whose pieces are about single cells touches those cells. A creation touches the cells of
what it attaches itself to and no others. What watches or is looked at touches no cell: taking it away is judged apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from ops.guard.about import allows_more, cells_in, of_buried
from ops.guard.carries import Carries
from ops.guard.change import Action, Change
from ops.guard.comparison import Comparison, Resource
from ops.guard.declared import carries
from ops.guard.dependents import Dependents, references
from ops.guard.named import text_of
from ops.guard.pieces import Edit, Piece, edits, pieces_of
from ops.guard.report import Radius
from ops.guard.serving import serves
from ops.guard.snapshot import Snapshot

NOWHERE = Radius()

_ATTACHED_BY: dict[str, tuple[str, ...]] = {
    "AWS::EC2::Route": ("RouteTableId",),
    "AWS::EC2::SubnetRouteTableAssociation": ("SubnetId",),
    "AWS::EC2::SecurityGroupIngress": ("GroupId",),
    "AWS::EC2::SecurityGroupEgress": ("GroupId",),
    "AWS::EC2::EIPAssociation": ("NetworkInterfaceId",),
    "AWS::EC2::VPCGatewayAttachment": ("VpcId",),
    "AWS::EC2::SubnetNetworkAclAssociation": ("SubnetId",),
    "AWS::EC2::NetworkAclEntry": ("NetworkAclId",),
    "AWS::S3::BucketPolicy": ("Bucket",),
    "AWS::SQS::QueuePolicy": ("Queues",),
    "AWS::SNS::TopicPolicy": ("Topics",),
    "AWS::KMS::Alias": ("TargetKeyId",),
    "AWS::IAM::Policy": ("Roles", "Users", "Groups"),
    "AWS::IAM::ManagedPolicy": ("Roles", "Users", "Groups"),
    "AWS::IAM::RolePolicy": ("RoleName",),
    "AWS::ElasticLoadBalancingV2::Listener": ("LoadBalancerArn",),
    "AWS::ElasticLoadBalancingV2::ListenerRule": ("ListenerArn",),
    "AWS::WAFv2::WebACLAssociation": ("ResourceArn",),
    "AWS::EKS::Addon": ("ClusterName",),
    "AWS::EKS::Nodegroup": ("ClusterName",),
}
"""Type to the properties that name what a new resource works upon from the moment it exists."""

_COMPANIONS = ("Properties.HealthCheckConfig.HealthThreshold", "Properties.AlarmDescription")
"""Paths that change along with members and say nothing by themselves; a threshold is judged by what it lets through."""
_INERT = ("DependsOn", "Metadata", "DeletionPolicy", "UpdateReplacePolicy")
"""Parts of a definition that change nothing in AWS. What a policy no longer keeps is judged apart."""


class Reach:
    """Answers for one comparison."""

    def __init__(self, compared: Comparison) -> None:
        self._compared = compared
        self._names = compared.names

    def of(self, change: Change) -> Radius:
        """What a change touches of that which stands."""
        if change.in_cluster:
            return self._of_object(change)
        old, new = self._compared.old(change), self._compared.new(change)
        if old is None and new is None:
            return self._of_section(change)
        if old is None:
            return self._of_creation(change, new or {})
        if carries(self._kind(change.home), change.type) in (Carries.SIGHT, Carries.GUARD):
            return NOWHERE
        if change.action == Action.ORPHAN:
            return NOWHERE  # it stays as it is; that nobody owns it any more is judged apart
        if change.action == Action.UPDATE and new is not None:
            acting = [one for one in edits(old, new) if one.path[0] not in _INERT and not self._harmless(one)]
            edited = [piece for one in acting for piece in pieces_of(one)]
            members = self._members(change.home, edited)
            if not edited:
                return NOWHERE
            if members and self._cell_of(change.home) is None:
                return self.radius(members)
        return self.of_resource(self._compared.base, change.home, change.name)

    def of_resource(self, side: Snapshot, stack: str, name: str) -> Radius:
        """What a resource reaches, whatever happens to it."""
        cells, zones = self._reached(side, stack, name)
        radius = self.radius(cells, zones)
        if serves(side.record, stack) is None:
            return Radius(radius.cells, radius.zones, radius.regions, radius.share, everywhere=True)
        return radius

    def cells_of(self, side: Snapshot, stack: str, name: str) -> frozenset[str]:
        """Cells of a side that a resource reaches, standing before the change or not."""
        return self._reached(side, stack, name)[0]

    def radius(self, cells: Iterable[str], zones: frozenset[str] = frozenset()) -> Radius:
        """Of so many cells, in these zones alone or in all that they have."""
        compared = self._compared
        touched = frozenset(cell for cell in cells if cell in compared.cells)
        shares = (compared.base.record.weights, compared.head.record.weights)
        return Radius(
            cells=touched,
            zones=zones or frozenset(zone for cell in touched for zone in compared.cells[cell].zones),
            regions=frozenset(compared.cells[cell].region for cell in touched),
            share=max(sum(weights.get(cell, 0.0) for cell in touched) for weights in shares),
        )

    def all(self, radii: Iterable[Radius]) -> Radius:
        """Of several together, with the share that all their cells carry."""
        found = NOWHERE
        for radius in radii:
            found |= radius
        share = self.radius(found.cells).share
        return Radius(found.cells, found.zones, found.regions, share, found.everywhere)

    @cached_property
    def _dependents(self) -> dict[str, Dependents]:
        return {"base": Dependents(self._compared.base), "head": Dependents(self._compared.head)}

    def _of_object(self, change: Change) -> Radius:
        cell, _, channel = change.home.partition("/")
        # The first bundle of a channel is new as a whole: nothing stands there yet.
        return self.radius({cell}) if (cell, channel) in self._compared.base.bundles else NOWHERE

    def _of_section(self, change: Change) -> Radius:
        """Of an output the cells whose stacks read it. Tags and the rest of a template's text touch nobody."""
        section, _, output = change.name.partition(".")
        if section != "Outputs" or change.action == Action.CREATE:
            return NOWHERE
        return self.radius(self._dependents["base"].cells_reading((change.home, output)))

    def _of_creation(self, change: Change, new: Resource) -> Radius:
        fields = _ATTACHED_BY.get(change.type, ())
        properties = new.get("Properties", {})
        found = NOWHERE
        for kind, target in references([properties.get(field) for field in fields]):
            if kind is None and target in self._resources(change.home):
                found |= self.of_resource(self._compared.base, change.home, target)
            elif kind is not None:
                for place in self._published(kind, target):
                    found |= self.of_resource(self._compared.base, *place)
        cell = self._cell_of(change.home)
        named = any(isinstance(properties.get(field), str) for field in fields)
        if cell is not None and named:
            found |= self.radius({cell})
        return found

    def _published(self, stack: str, output: str) -> Iterator[tuple[str, str]]:
        there = self._compared.base.stacks.get(stack)
        definition = (there.template.get("Outputs") or {}).get(output) if there else None
        for kind, target in references(definition):
            if kind is None:
                yield stack, target

    def _resources(self, stack: str) -> frozenset[str]:
        there = self._compared.base.stacks.get(stack)
        return frozenset(there.resources) if there else frozenset()

    def _harmless(self, edit: Edit) -> bool:
        """Whether nobody who stands can notice: more is allowed, or what is gone is forgotten."""
        return allows_more(edit) or of_buried(self._compared, edit)

    def _members(self, stack: str, edited: Iterable[Piece]) -> frozenset[str]:
        """Cells that all the pieces of an edit are about; none: some piece is about no cell."""
        found: set[str] = set()
        for path, piece in edited:
            cells = cells_in(self._compared, stack, piece)
            if cells:
                found |= cells
            elif path not in _COMPANIONS:
                return frozenset()
        return frozenset(found)

    def _reached(self, side: Snapshot, stack: str, name: str) -> tuple[frozenset[str], frozenset[str]]:
        """Cells, and the zones where not all of a cell's are meant."""
        resource = side.stacks[stack].resources[name]
        text = text_of(name, resource)
        zones = self._names.zones(text)
        one_zone = zones if len(zones) == 1 else frozenset()
        reading = self._dependents["base" if side is self._compared.base else "head"].cells((stack, name))
        cell = self._cell_of(stack)
        if cell is not None:
            return reading | {cell}, one_zone
        named = self._names.cells(text)
        serving = serves(side.record, stack, resource)
        if serving is None:
            serving = frozenset(side.record.cells)
        return reading | (named or serving), one_zone

    def _kind(self, stack: str) -> str:
        return kind_of(self._compared, stack)

    def _cell_of(self, stack: str) -> str | None:
        for side in (self._compared.base, self._compared.head):
            plan = side.record.stacks.get(stack)
            if plan is not None:
                return plan.cell
        return None


def kind_of(compared: Comparison, stack: str) -> str:
    """`network`, `cell`; empty for a stack that neither record knows."""
    for side in (compared.base, compared.head):
        plan = side.record.stacks.get(stack)
        if plan is not None:
            return plan.kind
    return ""
