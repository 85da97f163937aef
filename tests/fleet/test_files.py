"""Files of a folder that do not fit together: all told at once."""

from __future__ import annotations

import pytest

FLEET, SERVICES, PLACEMENTS = "fleet.yaml", "services/flights.yaml", "placements.yaml"

CASES = [
    pytest.param(
        "day-one",
        [
            (FLEET, "teams:\n", "services: {}\nteams:\n"),
        ],
        [
            (FLEET, "services: {}", "services: does not stand here; it is read from services/<team>.yaml"),
        ],
        id="services stand in the platform's file",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "team: flights", "team: fligths"),
        ],
        [
            (SERVICES, "team: fligths", "team: fligths is no team of fleet.yaml; did you mean flights?"),
            (
                SERVICES,
                "team: fligths",
                "team: fligths is not the file's name; rename the file to fligths.yaml, its owners are found by it",
            ),
        ],
        id="a team is not its file's name",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "team: flights", "team: [flights]"),
        ],
        [
            (SERVICES, "team: [flights]", "team: ['flights'] is no team's name"),
        ],
        id="a team is a list",
    ),
    pytest.param(
        "day-one",
        [
            (SERVICES, "team: flights\n", ""),
        ],
        [
            (SERVICES, "# yaml-language-serv", "team: is missing; name the team that owns the services"),
        ],
        id="a services file has no team",
    ),
    pytest.param(
        "day-one",
        [
            ("services/platform.yaml", "", "team: platform\nservice:\n  jobs: {}\n"),
        ],
        [
            ("services/platform.yaml", "team: platform", "services: is missing; map each service's name to its fields"),
            ("services/platform.yaml", "service:", "service: unknown field; did you mean services?"),
        ],
        id="a services file has a misspelt field",
    ),
    pytest.param(
        "day-one",
        [
            ("services/platform.yaml", "", "team: platform\nservices: [jobs]\n"),
        ],
        [
            ("services/platform.yaml", "services: [jobs]", "services: is not a mapping of services"),
        ],
        id="a services file maps to a list",
    ),
    pytest.param(
        "day-one",
        [
            ("services/platform.yaml", "", "- sessions\n"),
        ],
        [
            ("services/platform.yaml", "- sessions", "is not a mapping; it has a `team` and its `services`"),
        ],
        id="a services file is a list",
    ),
    pytest.param(
        "day-one",
        [
            ("services/platform.yaml", "", "team: platform\nservices:\n  sessions: {tier: 1}\n"),
        ],
        [
            (
                "services/platform.yaml",
                "sessions: {tier: 1}",
                "services.sessions: is already defined in services/flights.yaml:4; service names are unique in the fleet",
            ),
        ],
        id="a service is defined twice",
    ),
    pytest.param(
        "day-one",
        [
            ("services/platform.yml", "", "team: platform\n"),
        ],
        [
            (
                "services/platform.yml",
                "",
                "is not read; a blueprint is fleet.yaml, placements.yaml, mirror.yaml, services/<team>.yaml, images/<service>.yaml and exceptions/<id>.yaml",
            ),
        ],
        id="a file is named yml",
    ),
    pytest.param(
        "day-one",
        [
            ("sessions.yaml", "", "team: platform\n"),
        ],
        [
            (
                "sessions.yaml",
                "",
                "is not read; a blueprint is fleet.yaml, placements.yaml, mirror.yaml, services/<team>.yaml, images/<service>.yaml and exceptions/<id>.yaml",
            ),
        ],
        id="a file lies in the wrong folder",
    ),
    pytest.param(
        "day-one",
        [
            ("images/sessions.yaml", "digest: sha256:", "digest: sha1:"),
        ],
        [
            (
                "images/sessions.yaml",
                "digest: sha1:1225ae6",
                "images.sessions.digest: 'sha1:1225ae6c1ae69dcb4ee4781b703e12206f3b549cd3ca151070a8d8… is not of the form ^sha256:[0-9a-f]{64}$ (Digest of the multi-architecture index)",
            ),
        ],
        id="a digest is none",
    ),
    pytest.param(
        "day-one",
        [
            ("images/sessions.yaml", "digest: sha256:", "# digest: sha256:"),
        ],
        [
            (
                "images/sessions.yaml",
                "repository: ",
                "images.sessions.digest: is missing; add it (Digest of the multi-architecture index)",
            ),
        ],
        id="an image has no digest",
    ),
    pytest.param(
        "day-one",
        [
            ("images/sessions.yaml", "repository: services/sessions", "repository: services/sessions:v1"),
        ],
        [
            (
                "images/sessions.yaml",
                "repository: ",
                "images.sessions.repository: 'services/sessions:v1' is not of the form ^[a-z0-9][a-z0-9._/-]*$ (Repository in the region's mirror, without registry and tag)",
            ),
        ],
        id="an image has a tag",
    ),
    pytest.param(
        "day-one",
        [
            (
                "images/sessions.yaml",
                "repository: services/sessions\ndigest: sha256:1225ae6c1ae69dcb4ee4781b703e12206f3b549cd3ca151070a8d8d8f371dd71",
                "latest",
            ),
        ],
        [
            ("images/sessions.yaml", "latest", "images.sessions: 'latest' should be a mapping of fields"),
        ],
        id="an image file is a word",
    ),
    pytest.param(
        "day-one",
        [
            (PLACEMENTS, "us-east-1:\n  sessions: [z]\n  flights-pricing: [z]\n", "- z\n"),
        ],
        [
            (
                PLACEMENTS,
                "- z",
                "placements: a list should be a mapping (From placements.yaml: region, service, cell keys)",
            ),
        ],
        id="placements are a list",
    ),
    pytest.param(
        "day-one",
        [
            (PLACEMENTS, "sessions: [z]", "sessions: [1]"),
        ],
        [
            (PLACEMENTS, "sessions: [1]", "placements.us-east-1.sessions[0]: 1 is no text; quote it"),
        ],
        id="a placement is a number",
    ),
    pytest.param(
        "day-one",
        [
            (FLEET, "stage: production", "stage: qa"),
            (SERVICES, "tier: 0", "tier: 9"),
            (PLACEMENTS, "sessions: [z]", "sessions: z"),
            ("images/sessions.yaml", "repository", "repo"),
        ],
        [
            (FLEET, "stage: qa", "stage: 'qa' is not one of [production, staging, development]"),
            (
                "images/sessions.yaml",
                "repo: services/sessi",
                "images.sessions.repo: unknown field; known here: repository, digest",
            ),
            (
                "images/sessions.yaml",
                "repo: services/sessi",
                "images.sessions.repository: is missing; add it (Repository in the region's mirror, without registry and tag)",
            ),
            (PLACEMENTS, "sessions: z", "placements.us-east-1.sessions: 'z' should be a list"),
            (SERVICES, "tier: 9", "services.sessions.tier: 9 is more than 3 (0: the journey stops without it)"),
        ],
        id="several at once, in the order of the files",
    ),
]


@pytest.mark.parametrize(("blueprint", "edits", "expected"), CASES)
def test_the_fleet_is_told_what_is_wrong_and_nothing_else(said, expect, blueprint, edits, expected):
    assert said(blueprint, edits) == expect(blueprint, expected)
