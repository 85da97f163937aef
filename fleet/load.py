"""A blueprint folder becomes a fleet: every file read, every error found, all of them shown at once."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from pathlib import Path as FilePath
from typing import Annotated, Any, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from fleet import rules, yamlfile
from fleet.model import Fleet
from fleet.problem import Finding, FleetInvalid, FleetUnreadable, Path, Problem, spell


@dataclass
class Source:
    """The merged files of a folder: one tree, and the file and line of each part."""

    tree: dict[str, Any]
    places: dict[Path, tuple[str, int]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, finding: Finding) -> Problem:
        """The finding with its place: the line of the longest part of its path that stands in a file."""
        for length in range(len(finding.path), -1, -1):
            if finding.path[:length] in self.places:
                file, line = self.places[finding.path[:length]]
                break
        return Problem(file, line, spell(finding.path), finding.message, finding.warning)


@dataclass(frozen=True)
class Loaded:
    """A fleet that breaks no rule, and the warnings it came with."""

    fleet: Fleet
    warnings: tuple[Problem, ...] = ()


def load(folder: FilePath | str) -> Fleet:
    """The fleet of a folder.

    Raises:
        FleetUnreadable: a file cannot be read as YAML.
        FleetInvalid: the files break rules; all of them are in the error.
    """
    return load_with_warnings(FilePath(folder)).fleet


def load_with_warnings(folder: FilePath) -> Loaded:
    """As `load`, with the warnings."""
    source = read_folder(folder)
    return judge(source)


def judge(source: Source) -> Loaded:
    """Shape first, then every rule.

    Raises:
        FleetInvalid: the shape is wrong or rules are broken.
    """
    try:
        fleet = Fleet.model_validate(source.tree)
    except ValidationError as error:
        findings = [_finding(details) for details in error.errors()]
        raise FleetInvalid([*source.problems, *(source.problem(f) for f in findings)]) from None
    problems = [*source.problems, *(source.problem(finding) for finding in rules.check(fleet))]
    errors = [problem for problem in problems if not problem.warning]
    if errors:
        raise FleetInvalid(problems)
    return Loaded(fleet, tuple(sorted(problems)))


def read_folder(folder: FilePath) -> Source:
    """Read and merge fleet.yaml, services/, images/ and placements.yaml.

    Raises:
        FleetUnreadable: every file that cannot be read as YAML, all at once.
    """
    unreadable: list[Problem] = []

    def document(file: FilePath) -> yamlfile.Document | None:
        try:
            return yamlfile.read(file, shown_as=file.as_posix())
        except FleetUnreadable as error:
            unreadable.extend(error.problems)
            return None

    main = document(folder / "fleet.yaml")
    services = [document(file) for file in sorted((folder / "services").glob("*.yaml"))]
    images = [(file.stem, document(file)) for file in sorted((folder / "images").glob("*.yaml"))]
    placed = document(folder / "placements.yaml") if (folder / "placements.yaml").exists() else None
    if unreadable or main is None:
        raise FleetUnreadable(unreadable)
    source = Source({}, {(): (main.file, 1)})
    if not isinstance(main.content, dict):
        raise FleetUnreadable([Problem(main.file, 1, "", "is not a mapping; a fleet file begins with `fleet: <name>`")])
    for reserved in ("services", "images", "placements", "owners"):
        if reserved in main.content:
            line = main.lines[(reserved,)]
            text = f"does not stand here; it is read from {_HOMES[reserved]}"
            source.problems.append(Problem(main.file, line, reserved, text))
    source.tree = {key: value for key, value in main.content.items() if key not in _HOMES}
    source.places |= {path: (main.file, line) for path, line in main.lines.items()}
    source.tree |= {"services": {}, "images": {}, "owners": {}}
    for file in services:
        if file is not None:
            _merge_services(source, file)
    for name, image in images:
        if image is not None:
            source.tree["images"][name] = image.content
            source.places |= {("images", name, *path): (image.file, line) for path, line in image.lines.items()}
    if placed is not None:
        source.tree["placements"] = placed.content
        source.places |= {("placements", *path): (placed.file, line) for path, line in placed.lines.items()}
    return source


_HOMES = {
    "services": "services/<team>.yaml",
    "images": "images/<service>.yaml",
    "placements": "placements.yaml",
    "owners": "the `team` of services/<team>.yaml",
}


def _merge_services(source: Source, file: yamlfile.Document) -> None:
    content = file.content
    if not isinstance(content, dict) or not isinstance(content.get("services"), dict) or "team" not in content:
        text = "needs a `team` and a mapping of `services`"
        source.problems.append(Problem(file.file, 1, "", text))
        return
    for extra in content.keys() - {"team", "services"}:
        text = f"unknown field{_nearest(str(extra), ['team', 'services'])}"
        source.problems.append(Problem(file.file, file.lines[(extra,)], str(extra), text))
    for name, service in content["services"].items():
        if name in source.tree["services"]:
            other, line = source.places[("services", name)]
            text = f"is already defined in {other}:{line}; service names are unique in the fleet"
            source.problems.append(Problem(file.file, file.lines[("services", name)], f"services.{name}", text))
            continue
        source.tree["services"][name] = service
        source.tree["owners"][name] = content["team"]
        source.places[("owners", name)] = (file.file, file.lines[("team",)])
        for path, line in file.lines.items():
            if path[:2] == ("services", name):
                source.places[path] = (file.file, line)


def _finding(details: ErrorDetails) -> Finding:
    """One of pydantic's errors, in the fleet's words."""
    path: Path = tuple(part for part in details["loc"] if part != "[key]")
    value, kind, context = details["input"], details["type"], details.get("ctx", {})
    if kind == "extra_forbidden":
        return Finding(path, f"unknown field{_nearest(str(path[-1]), _fields_at(path[:-1]))}")
    if kind == "missing":
        return Finding(path, f"is missing{_meaning(path)}")
    if kind == "literal_error":
        return Finding(path, f"{value!r} is not one of {context['expected'].replace(' or ', ', ')}")
    if kind == "value_error":
        return Finding(path, f"{value!r} {context['error']}")
    if kind == "string_pattern_mismatch":
        return Finding(path, f"{value!r} does not match {context['pattern']}{_meaning(path)}")
    shown = repr(value) if isinstance(value, (str, int, float, bool, type(None))) else f"a {type(value).__name__}"
    expected = details["msg"].removeprefix("Input should be ")
    return Finding(path, f"{shown} should be {expected}{_meaning(path)}")


def _nearest(name: str, known: list[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else f"; known here: {', '.join(known)}" if known else ""


def _meaning(path: Path) -> str:
    """The field's own description, its first sentence."""
    model = _model_at(path[:-1])
    if model is None:
        return ""
    for name, info in model.model_fields.items():
        if path and path[-1] in (name, info.alias) and info.description:
            return f" ({info.description.partition('. ')[0].rstrip('.')})"
    return ""


def _fields_at(path: Path) -> list[str]:
    model = _model_at(path)
    return [] if model is None else [info.alias or name for name, info in model.model_fields.items()]


def _model_at(path: Path) -> type[BaseModel] | None:
    """The model that a path leads to, through mappings, lists and optional fields."""
    here: Any = Fleet
    for part in path:
        if isinstance(here, type) and issubclass(here, BaseModel):
            fields = {info.alias or name: info for name, info in here.model_fields.items()}
            here = fields[str(part)].annotation if str(part) in fields else None
        else:
            here = _inside(here)
        here = _strip(here)
    return here if isinstance(here, type) and issubclass(here, BaseModel) else None


def _strip(annotation: Any) -> Any:
    """Without `Annotated` and `| None`."""
    if get_origin(annotation) is Annotated:
        return _strip(get_args(annotation)[0])
    options = [option for option in get_args(annotation) if option is not type(None)]
    return _strip(options[0]) if len(options) == 1 and get_origin(annotation) not in (dict, tuple) else annotation


def _inside(annotation: Any) -> Any:
    """What a mapping or a list holds."""
    arguments = get_args(annotation)
    return (arguments[1] if get_origin(annotation) is dict else arguments[0]) if arguments else None
