"""The real controller on a lab: ticks in a thread, events in the caller's, as Lambda would run them.

Only what Lambda gives it is replaced: clients of the local AWS, probers in the probe subnets, a clock that can be
stopped, and settings where a fact does not depend on them.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import Any

from benchmarks.lab.aws import LocalAws
from benchmarks.lab.lambdas import Lambda
from benchmarks.lab.zone import Zone
from hypercell.egress.runtime import events, tick
from hypercell.egress.runtime.config import from_environment
from hypercell.egress.runtime.controller import Clients, Controller
from hypercell.egress.runtime.probing import Probing
from hypercell.egress.runtime.report import Report
from hypercell.egress.runtime.settings import Settings

LIMIT = 625e6
"""Bytes a second that the instance is said to sustain: 5 Gbps."""


class _Stopped(BaseException):
    """The lab wants its controller to end. No Exception: nobody may take it for a fault and go on."""


class _Clock:
    """The machine's clock; whoever sleeps by it can be stopped."""

    def __init__(self) -> None:
        self.over = threading.Event()

    def time(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        if self.over.wait(seconds):
            raise _Stopped


class Controlling:
    """Both functions of the controller, for one zone of a lab.

    Attributes:
        lines: everything they have written to their log.
    """

    def __init__(self, zone: Zone, aws: LocalAws, probers: Lambda, settings: Settings) -> None:
        self._zone, self._settings = zone, settings
        self._config = from_environment(_environment(zone, aws))
        self._clients = Clients(ec2=aws.ec2, autoscaling=aws.autoscaling, cloudwatch=aws.cloudwatch, prober=probers)
        self.lines: list[dict[str, Any]] = []

    @contextmanager
    def ticking(self) -> Iterator[None]:
        """One tick after another while the block runs.

        Raises:
            RuntimeError: a tick has failed; why stands above it.
        """
        clock = _Clock()
        with ThreadPoolExecutor(1) as thread:
            ticks = thread.submit(self._tick, clock)
            try:
                yield
            finally:
                clock.over.set()
                if failure := ticks.exception():
                    raise RuntimeError("the controller has failed") from failure

    def _tick(self, clock: _Clock) -> None:
        with suppress(_Stopped):
            while not clock.over.is_set():
                with self._wired() as (controller, probing):
                    tick.run(controller, probing, clock)

    def event(self, event: Mapping[str, Any]) -> None:
        """One event of EventBridge."""
        (told,) = events.said(event)
        assert events.zone_of(told, self._config, self._clients.autoscaling) == self._zone.name
        with self._wired() as (controller, probing):
            events.act(told, controller, probing)

    @contextmanager
    def _wired(self) -> Iterator[tuple[Controller, Probing]]:
        """As `handler.py` wires them."""
        report = Report(self._config.namespace, self._zone.name, lambda line: self.lines.append(json.loads(line)))
        controller = Controller(self._config, self._zone.name, self._clients, self._settings, report)
        probing = Probing(self._clients.prober, self._config.zones[self._zone.name])
        try:
            yield controller, probing
        finally:
            controller.publish(time.time())
            probing.close()

    def counted(self, metric: str) -> float:
        """Sum of a metric over everything published so far, e.g. `BothPathsDown`."""
        return float(sum(line.get(metric, 0) for line in self.lines if "_aws" in line))


def _environment(zone: Zone, aws: LocalAws) -> dict[str, str]:
    """The environment of both functions, as the construct writes it."""
    told = {"group": zone.group, "probers": dict(zone.probers), "alarms": list(zone.alarms), "limit": LIMIT}
    return {
        "ZONES": json.dumps({zone.name: told}),
        "VPC_ID": aws.vpc,
        "FLEET": zone.fleet,
        "NAMESPACE": f"{zone.fleet}/egress",
        "SATURATION": "shed",
    }


def rotation(zone: Zone, instance: str) -> dict[str, Any]:
    """The event of the terminating hook, as Auto Scaling sends it."""
    return {
        "source": "aws.autoscaling",
        "detail-type": "EC2 Instance-terminate Lifecycle Action",
        "detail": {
            "LifecycleActionToken": "87654321-4321-4321-4321-210987654321",
            "AutoScalingGroupName": zone.group,
            "LifecycleHookName": "terminating",
            "EC2InstanceId": instance,
            "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING",
        },
    }


def saturation(alarm: str) -> dict[str, Any]:
    """The event of an alarm that went off, as CloudWatch sends it."""
    return {
        "source": "aws.cloudwatch",
        "detail-type": "CloudWatch Alarm State Change",
        "detail": {"alarmName": alarm, "state": {"value": "ALARM"}, "previousState": {"value": "OK"}},
    }
