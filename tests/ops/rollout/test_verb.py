"""A whole roll-out of day one, from nothing to its end, in the local AWS: interrupted, resumed, and refused."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from fleet import names
from fleet.record import record
from local import assembly, aws
from local.clients import client
from local.deploy import deploy
from ops import ledger
from ops.guard.change import Action
from ops.rollout import verb
from ops.rollout.cdk import CLI
from ops.rollout.engine import StackFailed
from ops.rollout.here import Nothing
from ops.rollout.lock import Lock

PROJECT = Path(__file__).parents[3]


@pytest.fixture
def cloud() -> Iterator[None]:
    with aws.standing():
        yield


@dataclass
class Creates:
    """An engine that creates each stack as it lies in the assembly."""

    of: Any
    stops: Callable[[str], None] = lambda _name: None
    did: list[str] = field(default_factory=list)

    def deploy(self, stacks: Sequence[str], announced: dict[str, Action], _alive: object) -> None:
        by_name = {one.plan.name: one for one in assembly.read(self.of.folder / "cdk.out", self.of.fleet)}
        for name in stacks:
            assert all(announced[f"{name}/{logical}"] is Action.CREATE for logical in by_name[name].resources)
            self.stops(name)
            deploy([by_name[name]], endpoint=None)
            self.did.append(name)

    def running(self, stacks: Collection[str]) -> list[str]:
        return [name for name in stacks if name not in self.did][:1]

    def assure(self, _stacks: Collection[str]) -> list[str]:
        return []


@dataclass
class World:
    """What a run is given, and the engines that it made."""

    stops: Callable[[str], None] = lambda _name: None
    engines: list[Creates] = field(default_factory=list)

    def __call__(self) -> verb.World:
        def engine(of: Any, _run: str) -> Any:
            self.engines.append(Creates(of, self.stops))
            return self.engines[-1]

        return verb.World(
            client_for=client,
            promotes=lambda _of: (Nothing(), dict),
            engine=engine,
            ask=None,
            evaluated=False,
            bake=timedelta(0),
        )

    @property
    def did(self) -> list[str]:
        return [name for engine in self.engines for name in engine.did]


def ssm(fleet: Any) -> Any:
    return client("ssm", fleet.accounts["edge"], fleet.edge.control_region)


def wish(stored: Path, **more: Any) -> verb.Wish:
    return verb.Wish(assembly=stored, yes=True, **more)


@pytest.mark.usefixtures("cloud")
def test_a_roll_out_that_is_interrupted_goes_on_from_what_stands_and_leaves_its_record(stored, fleet_of, capsys):
    fleet = fleet_of("day-one")
    stops: list[BaseException] = [KeyboardInterrupt()]

    def stop(name: str) -> None:
        if name == names.stack(fleet, "use1", "egress") and stops:
            raise stops.pop()

    first = World(stop)
    assert verb.run(wish(stored), first()) == verb.INTERRUPTED
    said = capsys.readouterr()
    assert "interrupted in wave" in said.err
    assert "goes on with" in said.err
    assert ledger.read(fleet.name, ssm(fleet)) is None
    assert first.did

    second = World()
    assert verb.run(wish(stored), second()) == verb.DONE
    assert not set(first.did) & set(second.did)
    assert set(first.did) | set(second.did) == {one.plan.name for one in assembly.read(stored / "cdk.out", fleet)}
    entry = ledger.read(fleet.name, ssm(fleet))
    assert entry is not None
    assert set(entry.record.stacks) == set(first.did) | set(second.did)

    third = World()
    assert verb.run(wish(stored), third()) == verb.DONE
    assert third.engines == [] or third.did == []
    assert "nothing to do" in capsys.readouterr().out


@pytest.mark.usefixtures("cloud")
def test_two_platform_roll_outs_at_once_the_second_is_refused_and_told_whose_it_is(stored, fleet_of, capsys):
    fleet = fleet_of("day-one")
    lock = Lock(ssm(fleet), names.rollout_lock(fleet))
    lock.take(owner="arn:aws:sts::111111111111:assumed-role/platform/anna", run="r1", what="sha256:other")
    world = World()
    assert verb.run(wish(stored), world()) == verb.REFUSED
    said = capsys.readouterr().err
    assert "platform/anna" in said
    assert "until" in said
    assert world.did == []
    lock.release()
    # A service's roll-out has a lock of its own; here nothing of it differs.
    lock.take(owner="anna", run="r2", what="sha256:other")
    assert verb.run(wish(stored, service="sessions"), World()()) == verb.DONE


@pytest.mark.usefixtures("cloud")
def test_a_stack_that_fails_stops_the_waves_and_gives_the_lock_back(stored, fleet_of, capsys):
    fleet = fleet_of("day-one")

    def stop(name: str) -> None:
        if name == "skyline-edge-dns":
            raise StackFailed(f"{name} is ROLLBACK_COMPLETE: Zone: no")

    world = World(stop)
    assert verb.run(wish(stored), world()) == verb.STOPPED
    assert "skyline-edge-dns is ROLLBACK_COMPLETE" in capsys.readouterr().err
    assert all(name.startswith("skyline-account-") for name in world.did)
    again = Lock(ssm(fleet), names.rollout_lock(fleet))
    again.take(owner="anna", run="r1", what="sha256:other")


@pytest.mark.usefixtures("cloud")
def test_what_the_guard_refuses_of_what_stands_is_not_begun(stored, fleet_of, capsys):
    """The last roll-out left a cell of which the assembly says nothing: no tombstone, no state."""
    fleet = fleet_of("day-one")
    was = record(fleet)
    (name, cell) = next(iter(was.cells.items()))
    left = was.model_copy(update={"cells": was.cells | {"use1-y": cell.model_copy(update={"slot": 7})}})
    ledger.write(ledger.Entry(assembly="sha256:before", record=left), ssm(fleet))
    world = World()
    assert verb.run(wish(stored), world()) == verb.REFUSED
    said = capsys.readouterr().err
    assert "us-east-1/y" in said or "use1-y" in said
    assert world.did == []
    assert name != "use1-y"


@pytest.mark.usefixtures("cloud")
def test_an_assembly_that_somebody_touched_is_not_rolled_out(stored, capsys, tmp_path):
    touched = tmp_path / "touched"
    shutil.copytree(stored, touched)
    file = touched / "cdk.out/skyline-edge-dns.template.json"
    file.write_text(file.read_text().replace("skyline", "skylime", 1))
    assert verb.run(wish(touched), World()()) == verb.UNSEEN
    assert "skyline-edge-dns.template.json" in capsys.readouterr().err


def test_read_only_without_yes(stored, capsys, cloud):
    world = World()
    assert verb.run(replace(wish(stored), yes=False), world()) == verb.DONE
    assert "nothing was changed" in capsys.readouterr().out
    assert world.engines == []


@pytest.mark.skipif(not CLI.exists(), reason=f"no CDK CLI at {CLI.relative_to(PROJECT)}: `make node_modules` brings it")
def test_the_real_cdk_cli_rolls_day_one_out_into_the_local_aws(stored, tmp_path, capsys):
    from ops.rollout import here

    with here.world(tmp_path / "rollout.log") as world:
        assert verb.run(wish(stored), world) == verb.DONE
    said = capsys.readouterr().out
    assert "the fleet is as" in said
    log = (tmp_path / "rollout.log").read_text()
    assert "--exclusively" in log
    assert "revert-drift" not in log
