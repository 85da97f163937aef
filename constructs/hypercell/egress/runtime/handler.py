"""The controller's two functions: reads the environment, makes the clients, wires.

Environment: ZONES, VPC_ID, FLEET, NAMESPACE, SATURATION (`config.py`).
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import boto3
from botocore.config import Config as Network

from . import events
from . import tick as ticks
from .config import Config, from_environment
from .controller import Clients, Controller
from .probing import PATIENCE_SECONDS, Probing
from .report import Report
from .settings import Settings

MOST_SHARDS = 8
"""Cells of a region, and so shards of a zone."""


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(MOST_SHARDS, thread_name_prefix="route")


@cache
def _config() -> Config:
    return from_environment(os.environ)


@cache
def _clients() -> Clients:
    # Short, and hardly ever again: a call that hangs costs the rounds in which it could have been made anew.
    network = Network(
        connect_timeout=1,
        read_timeout=2,
        retries={"mode": "standard", "total_max_attempts": 2},
        max_pool_connections=2 * MOST_SHARDS,
    )
    # What only adds to the picture may not keep anybody from looking: unknown is a fair answer.
    aside = Network(connect_timeout=1, read_timeout=1, retries={"total_max_attempts": 1})
    probers = Network(
        connect_timeout=1, read_timeout=PATIENCE_SECONDS, retries={"total_max_attempts": 1}, max_pool_connections=16
    )
    return Clients(
        ec2=boto3.client("ec2", config=network),
        autoscaling=boto3.client("autoscaling", config=network),
        cloudwatch=boto3.client("cloudwatch", config=aside),
        prober=boto3.client("lambda", config=probers),
    )


def _wired(zone: str) -> tuple[Controller, Probing]:
    config, clients = _config(), _clients()
    report = Report(config.namespace, zone)
    controller = Controller(config, zone, clients, Settings(), report, each=_pool().map)
    return controller, Probing(clients.prober, config.zones[zone])


def tick(event: Mapping[str, Any], _context: object) -> None:
    """A minute at one zone: `{"zone": "use1-az1"}`."""
    controller, probing = _wired(event["zone"])
    try:
        ticks.run(controller, probing, time)
    finally:
        probing.close()


def event(event: Mapping[str, Any], _context: object) -> None:
    """One event of EventBridge; what is not about this region's NAT instances is passed over."""
    for told in events.said(event):
        zone = events.zone_of(told, _config(), _clients().autoscaling)
        if zone is None:
            continue
        controller, probing = _wired(zone)
        try:
            events.act(told, controller, probing)
        finally:
            probing.close()
