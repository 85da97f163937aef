"""What may come between a roll-out and its end, on a CloudFormation that does as it is told: locks, red, others, plans."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws

from fleet import names
from fleet.load import load
from fleet.phases import every_stack
from ops import ledger
from ops.rollout import verb
from ops.rollout.bake import Reading, State
from ops.rollout.engine import Engine
from ops.rollout.ground import Ground
from ops.rollout.lock import Lock
from ops.rollout.plan import Alarm, Stage
from ops.rollout.verb import Wish, World
from tests.ops.rollout.cloud import Cloud, Standing

BLUEPRINT = Path("blueprints/day-one")
FLEET = load(Path(__file__).parents[3] / BLUEPRINT)
STACKS = {plan.name for plan in every_stack(FLEET)}
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)

pytestmark = pytest.mark.whole


class Makes:
    """An engine that makes stacks stand as they are wanted, at once."""

    def __init__(self, cloud: Cloud, of: Ground, on: dict[str, Callable[[], None]]) -> None:
        self._cloud, self._wanted, self._on = cloud, of.snapshot.stacks, on
        self.did: list[str] = []

    def deploy(self, stacks: Sequence[str], _announced: object, _alive: object) -> None:
        for name in stacks:
            self._on.get(name, lambda: None)()
            wanted = self._wanted[name]
            self._cloud.stacks[name] = Standing("CREATE_COMPLETE", wanted.template, wanted.tags)
            self.did.append(name)

    def running(self, _stacks: Collection[str]) -> list[str]:
        return []

    def assure(self, stacks: Collection[str]) -> list[str]:
        bare = [name for name in stacks if not self._cloud.stacks[name].protected]
        for name in bare:
            self._cloud.stacks[name].protected = True
        return []


class Place:
    """Accounts with nothing in them: CloudFormation made up, the rest in moto; and what happens when a stack is made."""

    def __init__(self, assembly: Path) -> None:
        self.assembly, self.cloud, self.now = assembly, Cloud(), NOON
        self.on: dict[str, Callable[[], None]] = {}
        self.engines: list[Makes] = []
        self.ask: Callable[[str], bool] | None = None
        self.red: set[str] = set()
        self._clients: dict[tuple[str, ...], Any] = {}

    def client(self, service: str, account: str, region: str) -> Any:
        if service == "cloudformation":
            return self.cloud
        key = service, region
        if key not in self._clients:
            self._clients[key] = boto3.client(service, region, aws_access_key_id="x", aws_secret_access_key="x")
        return self._clients[key]

    @property
    def ssm(self) -> Any:
        return self.client("ssm", FLEET.accounts["edge"], FLEET.edge.control_region)

    @property
    def did(self) -> list[str]:
        return [name for engine in self.engines for name in engine.did]

    def engine(self, of: Ground, _run: str) -> Engine:
        self.engines.append(Makes(self.cloud, of, self.on))
        return self.engines[-1]

    def readings(self, alarms: Sequence[Alarm]) -> dict[str, Reading | None]:
        return {a.name: Reading(State.ALARM if a.name in self.red else State.OK, NOON) for a in alarms}

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def run(self, **wish: Any) -> int:
        world = World(
            client_for=self.client,
            promotes=lambda _of: (self, dict),
            engine=self.engine,
            ask=self.ask,
            clock=lambda: self.now,
            sleep=self.sleep,
            alarms=self.readings,
            bake=timedelta(minutes=1),
        )
        return verb.run(Wish(**({"assembly": self.assembly, "yes": True, "run": "one"} | wish)), world)

    def promote(self, cell_name: str, channel: str, _today: date, _say: object) -> None:
        raise AssertionError(f"{cell_name} {channel}: no bundle differs here")

    def lock(self, name: str | None = None) -> Lock:
        return Lock(self.ssm, name or names.rollout_lock(FLEET), lambda: self.now)


@pytest.fixture
def place(stored: Path) -> Iterator[Place]:
    with mock_aws():
        yield Place(stored)


def interrupted() -> None:
    raise KeyboardInterrupt


def test_what_an_interrupted_run_left_without_protection_has_it_in_the_end(place: Place):
    place.on["skyline-use1-z-services"] = interrupted
    place.run()
    assert not place.cloud.stacks["skyline-use1-z-cell"].protected
    place.on.clear()
    place.run(run="two")
    assert all(one.protected for one in place.cloud.stacks.values())


def test_a_services_roll_out_goes_beside_the_platforms_and_not_beside_its_own(place: Place, capsys):
    place.lock().take(owner="arn:platform", run="other", what="sha256:other")
    assert place.run(service="sessions") == 0
    place.lock(names.service_lock(FLEET, "sessions")).take(owner="arn:team", run="other", what="sha256:other")
    assert place.run(service="sessions") == 3
    assert "arn:team" in capsys.readouterr().err
    assert place.run(service="flights-pricing") == 0


def test_the_lock_is_free_again_whatever_ended_a_run(place: Place):
    place.on["skyline-use1-z-cell"] = interrupted
    place.run()
    place.lock().take(owner="arn:other", run="other", what="sha256:other")


def test_a_pipeline_that_is_cancelled_gives_the_lock_back_like_a_person_that_gives_up(place: Place, capsys):
    before = signal.getsignal(signal.SIGTERM)
    place.on["skyline-use1-z-cell"] = lambda: os.kill(os.getpid(), signal.SIGTERM)
    assert place.run() == 130
    assert "interrupted in wave 10" in capsys.readouterr().err
    place.lock().take(owner="arn:other", run="other", what="sha256:other")
    assert signal.getsignal(signal.SIGTERM) is before


def test_a_lock_that_another_took_over_ends_the_run_and_is_theirs(place: Place, capsys):
    def slept() -> None:
        place.now += timedelta(hours=1)
        place.lock().take(owner="arn:other", run="other", what="sha256:other", take_over=True)

    place.on["skyline-use1-keys"] = slept
    assert place.run() == 1
    assert "arn:other took the lock over" in capsys.readouterr().err
    assert "skyline-edge-site" not in place.did
    _, holder = place.lock().holder()
    assert holder is not None
    assert holder.run == "other"


def test_red_in_the_first_cell_stops_before_the_rest_and_the_next_run_begins_with_it(place: Place, capsys):
    place.on["skyline-use1-z-services"] = lambda: place.red.add("skyline-use1-z")
    assert place.run() == 1
    said = capsys.readouterr().err
    assert "wave 10" in said
    assert "skyline-use1-z is red" in said
    assert "skyline-edge-site" not in place.did
    place.on.clear()
    assert place.run(run="two") == 1
    assert "skyline-use1-observability" not in place.did


def test_what_changed_while_somebody_was_asked_is_looked_at_again(place: Place, capsys):
    def meanwhile(_question: str) -> bool:
        place.cloud.stacks["skyline-edge-dns"] = Standing("CREATE_IN_PROGRESS")
        return True

    place.ask = meanwhile
    assert place.run(yes=False) == 3
    assert "what stands changed since the plan was shown" in capsys.readouterr().err
    assert place.did == []


def test_a_stack_that_is_being_changed_is_waited_for_by_people(place: Place, capsys):
    place.cloud.stacks["skyline-edge-dns"] = Standing("UPDATE_IN_PROGRESS")
    assert place.run() == 3
    assert "skyline-edge-dns is UPDATE_IN_PROGRESS: CloudFormation is at work on it" in capsys.readouterr().err
    assert place.did == []


def test_what_the_guard_refuses_on_what_really_stands_is_not_begun(place: Place, capsys):
    assert place.run() == 0
    there = place.cloud.stacks["skyline-use1-keys"]
    more = {"Ledger": {"Type": "AWS::DynamoDB::Table", "Properties": {"TableName": "by-hand"}}}
    there.template = dict(there.template) | {"Resources": {**there.template["Resources"], **more}}
    place.now += timedelta(days=1)
    done = len(place.did)
    assert place.run(run="two") == 3
    assert "skyline-use1-keys/Ledger" in capsys.readouterr().err
    assert len(place.did) == done


def test_an_approved_plan_is_carried_out_as_far_as_it_may_go(place: Place, tmp_path, capsys):
    file = tmp_path / "plan.json"
    world_plan = Wish(assembly=place.assembly, as_json=True)
    capsys.readouterr()
    world = World(client_for=place.client, promotes=lambda _of: (place, dict), engine=place.engine, ask=None)
    assert verb.plan(world_plan, "deployed", world, lambda _name: pytest.fail("nothing else is compared")) == 0
    file.write_text(capsys.readouterr().out)
    waves = json.loads(file.read_text())["waves"]
    for stage in Stage:
        assert place.run(plan=file, through=stage) == 0
        let = [
            stack
            for wave in waves
            if list(Stage).index(wave["stage"]) <= list(Stage).index(stage)
            for stack in wave["stacks"]
        ]
        assert sorted(place.did) == sorted(let)
        assert (ledger.read(FLEET.name, place.ssm) is not None) is (stage is Stage.FLEET)
    file.write_text(file.read_text().replace('"sha256:', '"sha256:0', 1))
    assert place.run(plan=file) == 2
    assert "is a plan for sha256:0" in capsys.readouterr().err


def test_how_far_is_nothing_without_a_plan(place: Place, capsys):
    assert place.run(through=Stage.FIRST_CELL) == 2
    assert "--through first-cell wants --plan FILE" in capsys.readouterr().err
    assert place.did == []
