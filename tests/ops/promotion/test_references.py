"""What a bundle pulls from the region's registry is found wherever it is named, and asked for by its digest."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws

from fleet import mirror, names
from fleet.load import load
from k8s.bundling import jobs
from ops.promotion.references import by_version, pulled
from ops.promotion.registry import Registry

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"
HOST = "333333333331.dkr.ecr.us-east-1.amazonaws.com"
A, B = f"sha256:{'a' * 64}", f"sha256:{'b' * 64}"


@pytest.mark.parametrize(
    ("blueprint", "cell"), [("day-one", "use1-z"), ("growth", "use1-a"), ("hypergrowth", "use1-b")]
)
def test_a_platform_pulls_every_chart_and_every_image_that_its_cell_runs(blueprint: str, cell: str):
    one = load(BLUEPRINTS / blueprint).cell(cell)
    platform = next(job for job in jobs(one.fleet, [one]) if job.channel == "platform").files()
    objects = [one for text in platform.values() for one in yaml.safe_load_all(text)]
    wanted = set()
    for application in objects:
        said = application["metadata"].get("annotations", {}).get("fleet/chart")
        if application["kind"] == "Application" and said:
            chart, version = said.split()
            pinned = one.fleet.mirror.pinned(chart, version)
            wanted.add((names.chart_repository(one.fleet, chart), pinned.digest))
            for image in mirror.IMAGES.get(chart, {}):
                wanted.add((names.image_repository(one.fleet, image), pinned.images[image].partition("@")[2]))
    assert pulled(objects, names.registry(one.region)) == wanted
    assert len(wanted) > 20
    assert by_version(objects) == []


def test_a_service_pulls_its_image():
    one = load(BLUEPRINTS / "growth").cell("use1-a")
    for job in jobs(one.fleet, [one]):
        service = one.fleet.services.get(job.channel.removeprefix("service-"))
        if service is not None and service in one.services:
            objects = [document for text in job.files().values() for document in yaml.safe_load_all(text)]
            image = one.fleet.images[service.name]
            assert pulled(objects, names.registry(one.region)) == {(image.repository, image.digest)}


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (f"{HOST}/a/b@{A}", {("a/b", A)}),
        (f"{HOST}/a/b:v1@{A}", {("a/b", A)}),
        (f"--image={HOST}/a/b@{A} --other={HOST}/c@{B}", {("a/b", A), ("c", B)}),
        (f"elsewhere.example/a/b@{A}", set()),
        ({"repository": f"{HOST}/a/b", "tag": f"v1@{A}"}, {("a/b", A)}),
        ({"repository": "a/b", "tag": f"v1@{A}"}, {("a/b", A)}),
        ({"repository": f"{HOST}/a/b", "tag": "v1", "digest": A}, {("a/b", A)}),
        ({"repository": "quay.io/a/b", "tag": f"v1@{A}"}, set()),
        ({"repository": f"{HOST}/a/b", "tag": "v1"}, set()),
        ({"repoURL": f"oci://{HOST}/charts/c", "targetRevision": A, "path": "."}, {("charts/c", A)}),
        ({"repoURL": f"oci://{HOST}/cells/use1-a", "targetRevision": "platform"}, set()),
    ],
)
def test_every_way_to_name_something_by_digest_is_seen(value: Any, found: set[tuple[str, str]]):
    assert pulled([{"kind": "ConfigMap", "data": {"inner": [value]}}], HOST) == found


def test_a_chart_by_version_is_named():
    source = {"repoURL": f"{HOST}/charts", "chart": "keda", "targetRevision": "2.20.2"}
    assert by_version([{"kind": "Application", "spec": {"source": source}}, {"kind": "Role"}]) == ["keda 2.20.2"]


@mock_aws
def test_the_registry_is_asked_for_the_very_digest():
    client = boto3.client("ecr", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    client.create_repository(repositoryName="a/b")
    index = '{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}'
    client.put_image(repositoryName="a/b", imageManifest=index, imageTag="v1", imageDigest=A)
    cells = Registry(client, "cells/use1-a")
    assert cells.beside("a/b").holds(A)
    assert not cells.beside("a/b").holds(B)
    assert not cells.beside("nowhere").holds(A)
    assert cells.beside("a/b").digest_of("v1") == A
    assert cells.beside("a/b").digest_of("v2") is None
