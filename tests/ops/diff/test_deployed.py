"""One side of a comparison from AWS: every stack and every bundle of a fleet that stands, read back from the local AWS."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace

import pytest

from fleet import names
from k8s import bundling
from local import assembly, aws
from local.clients import client
from local.deploy import deploy
from ops.guard.snapshot import Snapshot
from ops.promotion.image import Unusable
from ops.promotion.layout import Layout
from tests.ops.diff.cloud import Cloud


@pytest.fixture(scope="module")
def head(snapshot_of) -> Snapshot:
    snapshot: Snapshot = snapshot_of("day-one")
    return snapshot


@pytest.fixture(scope="module")
def standing(whole, fleet_of, head, tmp_path_factory) -> Iterator[Cloud]:
    """Day one with all its stacks, its bundles promoted, and the word that the roll-out left."""
    folder = tmp_path_factory.mktemp("standing")
    fleet = fleet_of("day-one")
    (cell,) = fleet.cells
    bundling.bundle(fleet, folder / "bundles")
    with aws.standing():
        deploy(assembly.read(whole("day-one").templates, fleet))
        cloud = Cloud(folder / "blobs")
        cloud.remember(head.record, "1f3c9ab52d")
        registry = cloud.registry(
            client("ecr", cell.region.account_id, cell.region.name), names.bundle_repository(cell)
        )
        layout = Layout(folder / "bundles" / cell.region.code / cell.key)
        for channel in layout.channels:
            image = layout.image(channel)
            for blob in image.blobs:
                registry.send(blob, layout.blob(blob))
            registry.put(image, channel)
        yield cloud


@pytest.mark.whole
def test_a_fleet_that_was_rolled_out_reads_back_as_it_was_synthesized(standing, head):
    found = standing.read(head)
    assert found.origin == "deployed (1f3c9ab)"
    assert found.record == head.record
    assert found.stacks == dict(head.stacks)
    assert found.bundles == head.bundles
    assert (found.fleet, found.files, found.code) == (None, {}, {})


@pytest.mark.whole
def test_a_stack_that_the_head_does_not_know_is_seen(standing, head):
    gone = "skyline-use1-service-sessions"
    known = {name: one for name, one in head.record.stacks.items() if name != gone}
    without = replace(head, record=head.record.model_copy(update={"stacks": known}))
    assert gone in standing.read(without).stacks


@pytest.mark.whole
def test_a_channel_whose_tag_was_taken_away_still_stands_as_what_it_named(standing, head):
    (place,) = {(one.account, one.region) for one in head.record.stacks.values() if one.cell}
    ecr = client("ecr", *place)
    registry = standing.registry(ecr, "skyline/cells/use1-z")
    image = registry.tagged("service-sessions")
    registry.put(image, "service-sessions.previous")
    ecr.batch_delete_image(repositoryName=registry.repository, imageIds=[{"imageTag": "service-sessions"}])
    try:
        assert standing.read(head).bundles.keys() == head.bundles.keys()
    finally:
        registry.put(image, "service-sessions")
        ecr.batch_delete_image(repositoryName=registry.repository, imageIds=[{"imageTag": "service-sessions.previous"}])


def test_a_bundle_that_is_damaged_on_the_way_is_refused(standing, head):
    for blob in standing.folder.iterdir():
        shutil.copy(blob, f"{blob}.kept")
        blob.write_bytes(b"damaged")
    try:
        with pytest.raises(Unusable, match="is not what its digest says; something damaged it on the way"):
            standing.read(head)
    finally:
        for kept in standing.folder.glob("*.kept"):
            kept.rename(str(kept).removesuffix(".kept"))
