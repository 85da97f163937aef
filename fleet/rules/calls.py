"""The graph of calls: everyone called exists, is there, and is as reliable as its callers need."""

from __future__ import annotations

from collections.abc import Iterator

from fleet.known import instead, listed
from fleet.model import Fleet
from fleet.problem import Finding
from fleet.service import Service


def check(fleet: Fleet) -> Iterator[Finding]:
    for service in fleet.services.values():
        yield from _calls(fleet, service)
        for place, stream in enumerate(service.emits):
            path = ("services", service.name, "emits", place)
            if stream not in fleet.streams:
                text = f"{stream} is no stream of this fleet; {instead(stream, fleet.streams)}"
                yield Finding(path, text)
            elif stream in service.emits[:place]:
                yield Finding(path, f"{stream} stands twice; name it once")
    yield from _circles(fleet)
    yield from _without_mesh(fleet)


def _calls(fleet: Fleet, service: Service) -> Iterator[Finding]:
    for place, call in enumerate(service.calls):
        path, callee = ("services", service.name, "calls", place), fleet.services.get(call.service)
        if callee is None:
            yield Finding(path, f"{call.service} is no service of this fleet; {instead(call.service, fleet.services)}")
            continue
        if callee is service:
            yield Finding(path, f"{call.service} calls itself; leave it out")
        elif call.service in [earlier.service for earlier in service.calls[:place]]:
            yield Finding(path, f"{call.service} stands twice; name it once")
        missing = [r.name for r in service.in_regions if not callee.runs_in(r)]
        if missing and not call.degrades:
            text = (
                f"{call.service} does not run in {listed(missing)}, where {service.name} does, and no call leaves its "
                f"region; run it there, or mark the call `degrades: true`"
            )
            yield Finding(path, text)
        if service.tier == 0 and callee.tier > 0 and not call.degrades:
            text = (
                f"{call.service} is tier {callee.tier}, and {service.name} of tier 0 stops with it; make it tier 0, "
                f"or write {{service: {call.service}, degrades: true}} if {service.name} answers without it"
            )
            yield Finding(path, text)


def _circles(fleet: Fleet) -> Iterator[Finding]:
    """Calls that come back: each service of the circle waits for itself. Shown once, at its first service."""
    order = {name: place for place, name in enumerate(fleet.services)}
    done: set[str] = set()
    for start in fleet.services:
        if start in done:
            continue
        # Depth first without recursion: a chain of calls may be longer than Python's stack.
        trail: list[str] = []
        stack: list[tuple[str, int]] = [(start, 0)]
        while stack:
            name, place = stack.pop()
            if place == 0:
                trail.append(name)
            calls = [call for call in fleet.services[name].calls if call.service in fleet.services]
            if place == len(calls):
                done.add(trail.pop())
                continue
            stack.append((name, place + 1))
            callee = calls[place].service
            if callee in trail and callee != name:
                circle = trail[trail.index(callee) :]
                first = min(circle, key=order.__getitem__)
                turned = [*circle[circle.index(first) :], *circle[: circle.index(first)], first]
                text = f"{' -> '.join(turned)} is a circle, each waits for itself; make one of the calls a queue or an event"
                yield Finding(("services", first, "calls"), text)
            elif callee not in done and callee not in trail:
                stack.append((callee, 0))


def _without_mesh(fleet: Fleet) -> Iterator[Finding]:
    """Without a mesh no call leaves its cell: whoever is called lives beside its caller."""
    for region in fleet.regions.values():
        placed = fleet.placements.get(region.name, {}) if not region.meshed else {}
        for name, cells in placed.items():
            for call in fleet.services[name].calls if name in fleet.services else ():
                missing = [key for key in cells if key not in placed.get(call.service, cells)]
                if missing and not call.degrades:
                    text = (
                        f"{name} calls {call.service}, which is not in {listed(missing)}, and mesh: none keeps calls in "
                        f"their cell; place it there too, or use mesh: sidecar"
                    )
                    yield Finding(("placements", region.name, name), text)
