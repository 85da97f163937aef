"""A blueprint folder becomes a fleet: every file read, every error found, all of them shown at once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path as FilePath
from typing import Any, Literal

from pydantic import ValidationError

from fleet import rules, wording, yamlfile
from fleet.model import Fleet
from fleet.problem import Finding, FleetInvalid, FleetUnreadable, Path, Problem, spell

Peering = Literal["pending"] | None
"""`pending` overrides every generation's `peering`: the first of the two deployments of a pair."""


@dataclass
class Source:
    """The merged files of a folder: one tree, and the file and line of each part."""

    tree: dict[str, Any]
    places: dict[Path, tuple[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, finding: Finding) -> Problem:
        """The finding with its place: the line of the longest part of its path that stands in a file."""
        path = finding.path
        while path not in self.places:
            path = path[:-1]
        file, line = self.places[path]
        # `owners` is no field of a file: it is the `team` above the services.
        shown = "team" if finding.path[:1] == ("owners",) else spell(finding.path, self.tree)
        return Problem(file, line, shown, finding.message, finding.warning)


@dataclass(frozen=True)
class Loaded:
    """A fleet that breaks no rule, and the warnings it came with."""

    fleet: Fleet
    warnings: tuple[Problem, ...] = ()


def load(folder: FilePath | str, *, peering: Peering = None) -> Fleet:
    """The fleet of a folder.

    Raises:
        FleetUnreadable: a file cannot be read as YAML.
        FleetInvalid: the files break rules; all of them are in the error.
    """
    return load_with_warnings(FilePath(folder), peering=peering).fleet


def load_with_warnings(folder: FilePath, *, peering: Peering = None, today: date | None = None) -> Loaded:
    """As `load`, with the warnings; `today` adds what only a calendar can know."""
    source = read_folder(folder)
    if peering is not None:
        _override_peering(source.tree, peering)
    return judge(source, today)


def shaped(source: Source) -> Fleet:
    """The fleet of files whose shape is right; no rule is asked.

    Raises:
        FleetInvalid: the shape is wrong.
    """
    try:
        return Fleet.model_validate(source.tree)
    except ValidationError as error:
        findings = [wording.finding(details) for details in error.errors(include_url=False)]
        # A service's name is also the key of its owner: what is wrong with it is said once, at the service.
        keys = {(("owners", *f.path[1:]), f.message) for f in findings if f.path[:1] == ("services",)}
        told = [finding for finding in findings if (finding.path, finding.message) not in keys]
        raise FleetInvalid({*source.problems, *(source.problem(finding) for finding in told)}) from None


def judge(source: Source, today: date | None = None, *, passing: Collection[rules.Rule] = ()) -> Loaded:
    """Shape first, then every rule but those in `passing`: a rule sees only a fleet whose shape is right.

    Raises:
        FleetInvalid: the shape is wrong or rules are broken.
    """
    fleet = shaped(source)
    problems = {*source.problems, *(source.problem(finding) for finding in rules.check(fleet, today, passing))}
    if any(not problem.warning for problem in problems):
        raise FleetInvalid(problems)
    return Loaded(fleet, tuple(sorted(problems)))


def _override_peering(tree: dict[str, Any], peering: str) -> None:
    databases = tree.get("databases")
    for database in databases.values() if isinstance(databases, dict) else ():
        generations = database.get("generations") if isinstance(database, dict) else None
        for generation in generations.values() if isinstance(generations, dict) else ():
            if isinstance(generation, dict):
                generation["peering"] = peering


def files(folder: FilePath) -> tuple[FilePath, ...]:
    """The files of a folder that `read_folder` reads, those that are there."""
    single = [folder / name for name in ("fleet.yaml", "placements.yaml", "mirror.yaml")]
    several = [file for part in ("services", "images", "exceptions") for file in sorted((folder / part).glob("*.yaml"))]
    return tuple(file for file in (*single, *several) if file.is_file())


def read_folder(folder: FilePath) -> Source:
    """Read and merge fleet.yaml, services/, images/, exceptions/, placements.yaml and mirror.yaml.

    Raises:
        FleetUnreadable: every file that cannot be read as YAML, all at once.
    """
    unreadable: list[Problem] = []

    def documents(files: list[FilePath]) -> list[yamlfile.Document]:
        read = []
        for file in files:
            try:
                read.append(yamlfile.read(file, shown_as=file.as_posix()))
            except FleetUnreadable as error:
                unreadable.extend(error.problems)
        return read

    placements = folder / "placements.yaml"
    main = documents([folder / "fleet.yaml"])
    services = documents(sorted((folder / "services").glob("*.yaml")))
    images = documents(sorted((folder / "images").glob("*.yaml")))
    exceptions = documents(sorted((folder / "exceptions").glob("*.yaml")))
    single = [("placements", placements), ("mirror", folder / "mirror.yaml")]
    alone = [(part, file) for part, path in single if path.exists() for file in documents([path])]
    if unreadable:
        raise FleetUnreadable(unreadable)
    source = _platform(main[0])
    source.problems += _unread(folder)
    for file in services:
        _merge_services(source, file)
    for part, files in (("images", images), ("exceptions", exceptions)):
        for file in files:
            name = FilePath(file.file).stem
            source.tree[part][name] = file.content
            source.places |= {(part, name, *path): (file.file, line) for path, line in file.lines.items()}
    for part, path in single:
        source.places[(part,)] = (path.as_posix(), 0)
    for part, file in alone:
        source.tree[part] = file.content
        source.places |= {(part, *path): (file.file, line) for path, line in file.lines.items()}
    return source


_HOMES = {
    "services": "services/<team>.yaml",
    "images": "images/<service>.yaml",
    "placements": "placements.yaml",
    "owners": "the `team` of services/<team>.yaml",
    "exceptions": "exceptions/<id>.yaml",
    "mirror": "mirror.yaml",
}


def _platform(main: yamlfile.Document) -> Source:
    """fleet.yaml, without what other files say."""
    if not isinstance(main.content, dict):
        raise FleetUnreadable([Problem(main.file, 1, "", "is not a mapping; a fleet file begins with `fleet: <name>`")])
    source = Source({key: value for key, value in main.content.items() if key not in _HOMES})
    source.places = {(): (main.file, 1)} | {path: (main.file, line) for path, line in main.lines.items()}
    for reserved in _HOMES.keys() & main.content.keys():
        text = f"does not stand here; it is read from {_HOMES[reserved]}"
        source.problems.append(Problem(main.file, main.lines[(reserved,)], reserved, text))
        source.places = {path: place for path, place in source.places.items() if path[:1] != (reserved,)}
    source.tree |= {"services": {}, "images": {}, "owners": {}, "exceptions": {}}
    return source


def _unread(folder: FilePath) -> list[Problem]:
    """YAML files that nobody reads: `flights.yml` would be a team without services."""
    strays = [
        file for file in folder.glob("*.y*ml") if file.name not in ("fleet.yaml", "placements.yaml", "mirror.yaml")
    ]
    for part in ("services", "images", "exceptions"):
        strays += [file for file in (folder / part).glob("*.y*ml") if file.suffix != ".yaml"]
        strays += (folder / part).glob("*/*.y*ml")
    text = (
        "is not read; a blueprint is fleet.yaml, placements.yaml, mirror.yaml, services/<team>.yaml, "
        "images/<service>.yaml and exceptions/<id>.yaml"
    )
    return [Problem(file.as_posix(), 0, "", text) for file in strays]


def _merge_services(source: Source, file: yamlfile.Document) -> None:
    content = file.content
    if not isinstance(content, dict):
        source.problems.append(Problem(file.file, 1, "", "is not a mapping; it has a `team` and its `services`"))
        return
    for extra in content.keys() - {"team", "services"}:
        text = f"unknown field{wording.nearest(str(extra), ['team', 'services'])}"
        source.problems.append(Problem(file.file, file.lines[(extra,)], str(extra), text))
    team, services = content.get("team"), content.get("services")
    if not isinstance(team, str):
        text = "is missing; name the team that owns the services" if team is None else f"{team!r} is no team's name"
        source.problems.append(Problem(file.file, file.lines.get(("team",), 1), "team", text))
    elif team != FilePath(file.file).stem:
        text = f"{team} is not the file's name; rename the file to {team}.yaml, its owners are found by it"
        source.problems.append(Problem(file.file, file.lines[("team",)], "team", text))
    if not isinstance(services, dict):
        text = (
            "is missing; map each service's name to its fields" if services is None else "is not a mapping of services"
        )
        source.problems.append(Problem(file.file, file.lines.get(("services",), 1), "services", text))
        return
    for name, service in services.items():
        if name in source.tree["services"]:
            other, line = source.places[("services", name)]
            text = f"is already defined in {other}:{line}; service names are unique in the fleet"
            source.problems.append(Problem(file.file, file.lines[("services", name)], f"services.{name}", text))
            continue
        source.tree["services"][name] = service
        if isinstance(team, str):
            source.tree["owners"][name] = team
            source.places[("owners", name)] = (file.file, file.lines[("team",)])
        for path, line in file.lines.items():
            if path[:2] == ("services", name):
                source.places[path] = (file.file, line)
