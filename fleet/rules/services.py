"""A service names what exists: its image, its regions, its queues; and its caches survive a zone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from fleet.known import instead
from fleet.model import Fleet
from fleet.problem import Finding
from fleet.service import Service


def check(fleet: Fleet) -> Iterator[Finding]:
    for service in fleet.services.values():
        path = ("services", service.name)
        if service.name not in fleet.images:
            text = f"{service.name} has no image; add images/{service.name}.yaml with `repository` and `digest`"
            yield Finding(path, text)
        yield from _regions(fleet, service)
        yield from _queues(service)
        yield from _caches(fleet, service)
        if service.egress == "partners" and not fleet.partners.hosts:
            text = "partners may be reached, and `partners.hosts` of fleet.yaml lists none; list them, or remove egress"
            yield Finding((*path, "egress"), text)
        for place, secret in enumerate(service.secrets):
            if secret in service.secrets[:place]:
                yield Finding((*path, "secrets", place), f"{secret} stands twice; name it once")
    for name in fleet.images:
        if name not in fleet.services:
            text = f"{name} is the image of no service; remove the file, or add the service to services/"
            yield Finding(("images", name), text)
    yield from _unique_in_team(fleet)


def _regions(fleet: Fleet, service: Service) -> Iterator[Finding]:
    path = ("services", service.name)
    for place, name in enumerate(service.regions or ()):
        if name not in fleet.regions:
            text = f"{name} is no region of this fleet; {instead(name, fleet.regions)}"
            yield Finding((*path, "regions", place), text)
    if service.regions == ():
        yield Finding((*path, "regions"), "is empty; name the service's regions, or leave it out for all of them")
    for name in service.demand.regional:
        if name not in {region.name for region in service.in_regions}:
            text = f"{name} is no region the service runs in; its demand there is nobody's"
            yield Finding((*path, "demand", "in", name), text)


def _queues(service: Service) -> Iterator[Finding]:
    path = ("services", service.name)
    if service.scale.queue is not None and service.scale.queue not in service.queues:
        text = f"{service.scale.queue} is no queue of {service.name}; {instead(service.scale.queue, service.queues)}"
        yield Finding((*path, "scale", "queue"), text)
    for name, topic in service.topics.items():
        for place, queue in enumerate(topic.queues):
            if queue not in service.queues:
                text = f"{queue} is no queue of {service.name}; {instead(queue, service.queues)}"
                yield Finding((*path, "topics", name, "queues", place), text)
            elif service.queues[queue].fifo:
                text = f"{queue} is a FIFO queue, and a standard topic cannot deliver to it; make the queue standard"
                yield Finding((*path, "topics", name, "queues", place), text)


def _caches(fleet: Fleet, service: Service) -> Iterator[Finding]:
    for name, cache in service.caches.items():
        path = ("services", service.name, "caches", name)
        if cache.replicas < 1:
            text = "0 replicas lose the cache with its zone; use at least 1"
            yield Finding((*path, "replicas"), text)
        nodes, most = cache.shards * (1 + cache.replicas), fleet.quotas.cache_nodes
        if nodes > most:
            text = (
                f"{cache.shards} shards of {1 + cache.replicas} nodes are {nodes}, and a cluster has at most {most}; "
                f"use at most {most // (1 + cache.replicas)} shards, or larger nodes"
            )
            yield Finding((*path, "shards"), text)


def _unique_in_team(fleet: Fleet) -> Iterator[Finding]:
    """People of a team say "the requests queue": there is one."""
    for field in ("queues", "topics", "tables", "caches"):
        holders: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for service in fleet.services.values():
            for name in getattr(service, field):
                holder = holders[service.team].setdefault(name, service.name)
                if holder != service.name:
                    text = f"{name} is already one of {holder}'s {field}; names are unique in a team"
                    yield Finding(("services", service.name, field, name), text)
