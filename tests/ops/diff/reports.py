"""Reports made by hand, upon the hypergrowth fleet: what the guard could say, without asking it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

from fleet.load import load
from fleet.record import Record, record
from ops.guard.change import Action, Change
from ops.guard.report import Input, Radius, Reason, Report, Shared, Step, Verdict

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"
HOSTILE = "<script>alert(1)</script> | `x` | ```\n# you @octocat #1 [a](javascript:0) \x1b[31mred \u202etxet &amp; \"' {{7*7}}"
"""A name that tries every form of output at once."""


@cache
def hypergrowth() -> Record:
    return record(load(BLUEPRINTS / "hypergrowth"))


def radius(*cells: str, everywhere: bool = False) -> Radius:
    one = hypergrowth()
    return Radius(
        cells=frozenset(cells),
        zones=frozenset(zone for cell in cells for zone in one.cells[cell].zones),
        regions=frozenset(one.cells[cell].region for cell in cells),
        share=sum(one.weights[cell] for cell in cells),
        everywhere=everywhere,
    )


def cells(region: str = "") -> tuple[str, ...]:
    return tuple(name for name, cell in hypergrowth().cells.items() if region in ("", cell.region))


def addon(cell: str) -> Change:
    """A new version of one add-on."""
    return Change(
        Action.UPDATE, f"skyline-{cell}-cell", "VpcCni", "AWS::EKS::Addon", fields=("Properties.AddonVersion",)
    )


def report(*changes: Change, **more: object) -> Report:
    touched = {change.home.split("/")[0].removeprefix("skyline-").removesuffix("-cell") for change in changes}
    made = Report(
        fleet="skyline",
        base="main (1f3c9ab)",
        head="change (9ab1f3c)",
        verdict=Verdict.ALLOWED,
        reasons=(),
        changes=changes,
        radius=radius(*(touched & hypergrowth().cells.keys())),
    )
    return replace(made, **more)  # type: ignore[arg-type]


def calm() -> Report:
    """A new image of one service in one cell."""
    return report(
        Change(
            Action.UPDATE,
            "use1-a/service-sessions",
            "Deployment sessions/sessions",
            "Deployment",
            fields=("spec.template.spec.containers.sessions.image",),
        )
    )


def rolling() -> Report:
    """A new version of an add-on in all cells."""
    steps = [("first cell", ("use1-a",)), *((f"cell {name}", (name,)) for name in cells()[1:])]
    return report(
        *map(addon, cells()),
        verdict=Verdict.ROLLOUT,
        inputs=(
            Input("fleet.yaml", "releases.2026-10.addons.vpc-cni", radius(*cells()), "release 2026-10 of 24 cells"),
            Input("charts/istiod.yaml", "", radius(*cells("us-east-1")), "chart table of 6 cells"),
        ),
        waves=tuple(
            Step(
                title,
                tuple(f"skyline-{one}-cell" for one in some),
                tuple((one, "platform") for one in some),
                radius(*some),
            )
            for title, some in steps
        ),
        radii={addon(cell).path: radius(cell) for cell in cells()},
    )


def refused() -> Report:
    """A network that would be made anew, a table that would be gone, a cell without tombstone, and some of no harm."""
    vpc = Change(
        Action.REPLACE,
        "skyline-use1-network",
        "Vpc",
        "AWS::EC2::VPC",
        stateful=True,
        fields=("Properties.CidrBlock",),
        why="CidrBlock is fixed at creation",
    )
    subnets = tuple(
        Change(
            Action.REPLACE,
            "skyline-use1-network",
            f"Private{zone}",
            "AWS::EC2::Subnet",
            fields=("Properties.VpcId",),
            why="refers to Vpc, which is replaced",
        )
        for zone in "124"
    )
    table = Change(Action.DELETE, "skyline-use1-service-sessions", "Table", "AWS::DynamoDB::Table", stateful=True)
    gone = Change(Action.DELETE, "skyline-usw2-f-cell", "Cluster", "AWS::EKS::Cluster", stateful=True)
    namespace = Change(Action.DELETE, "usw2-f/platform", "Namespace sessions", "Namespace")
    weight = Change(
        Action.UPDATE, "skyline-edge-traffic-usw2", "RecordF", "AWS::Route53::RecordSet", fields=("Properties.Weight",)
    )
    zone = Change(
        Action.UPDATE,
        "skyline-edge-dns",
        "Zone",
        "AWS::Route53::HostedZone",
        fields=("Properties.HostedZoneConfig.Comment",),
    )
    alarm = Change(Action.CREATE, "skyline-euw1-observability", "Silence", "AWS::CloudWatch::Alarm")
    role = Change(
        Action.MAY_REPLACE, "skyline-euc1-egress", "Nats", "AWS::EC2::Instance", fields=("Properties.UserData",)
    )
    kept = Change(
        Action.ORPHAN, "skyline-euc1-streams", "Debug", "AWS::Kinesis::Stream", why="DeletionPolicy is Retain"
    )
    east = radius(*cells("us-east-1"))
    made = report(
        vpc,
        *subnets,
        table,
        gone,
        namespace,
        weight,
        zone,
        alarm,
        role,
        kept,
        *map(addon, cells("eu-west-1")),
        verdict=Verdict.REFUSED,
        reasons=(
            Reason(
                "stateful",
                vpc.path,
                "a VPC with 6 cells in it would be made anew",
                "give the region a second network; or sign for it in exceptions/<id>.yaml",
            ),
            Reason(
                "stateful",
                table.path,
                "the table and its items would be deleted",
                "retain it; or sign for it in exceptions/<id>.yaml",
            ),
            Reason(
                "absence",
                "fleet.yaml regions.us-west-2.cells.f",
                "cell usw2-f is gone and has no tombstone",
                "set its state to draining, then retired, then list us-west-2/f in removed",
            ),
            Reason("scope", vpc.path, "6 cells would be touched at once; change_scope is cell", "split the change"),
            Reason(
                "unreadable",
                "skyline-euc1-egress/Nats",
                "whether it is replaced depends on the instance",
                "read the change set",
                refuses=False,
            ),
        ),
        radius=radius(*cells("us-east-1"), "usw2-f", *cells("eu-west-1"), *cells("eu-central-1"), everywhere=True),
        shared=(
            Shared(vpc.path, frozenset(cells("us-east-1")), "one network a region"),
            Shared(role.path, frozenset(cells("eu-central-1")), None),
        ),
        exempted=(("retire-debug", kept.path),),
    )
    radii = {one.path: east for one in (vpc, *subnets, table)}
    radii |= {gone.path: radius("usw2-f"), namespace.path: radius("usw2-f"), zone.path: radius(everywhere=True)}
    radii |= {role.path: radius(*cells("eu-central-1")), weight.path: radius("usw2-f")}
    return replace(made, radii=radii)


def hostile(name: str = HOSTILE) -> Report:
    """Names, files and sentences that are no friends."""
    return report(
        Change(Action.DELETE, "use1-a/platform", name, name, fields=(name,), why=name),
        Change(Action.DELETE, name, name, name, stateful=True),
        fleet=name,
        base=name,
        head=name,
        verdict=Verdict.REFUSED,
        reasons=(Reason("stateful", name, name, name), Reason(name, "x", "y", "z", refuses=False)),
        shared=(Shared(name, frozenset(("use1-a", name)), name),),
        inputs=(Input(name, name, radius("use1-a"), name),),
        waves=(Step(name, (name,), ((name, name),), Radius(frozenset((name,)))),),
        exempted=((name, name),),
        scope=name,
    )


def huge(number: int = 20_000) -> Report:
    """So many changes that nothing puts two of them into one line."""
    changes = tuple(
        Change(
            Action.UPDATE,
            f"{cells()[at % 24]}/service-s{at}",
            f"ConfigMap s{at}/c{at}",
            "ConfigMap",
            fields=(f"data.k{at}",),
        )
        for at in range(number)
    )
    reasons = tuple(
        Reason("wipe", f"use1-a/service-s{at}/ConfigMap", f"reason {at} " * 20, "undo it") for at in range(900)
    )
    return report(*changes, verdict=Verdict.REFUSED, reasons=reasons, radius=radius(*cells()))


SAMPLES = {"calm": calm, "rolling": rolling, "refused": refused, "hostile": hostile}
