"""The registry of a region: nothing changes under a digest, and one role writes."""

import json
import re

import pytest

from fleet import mirror, names
from k8s.cell import layers

BLUEPRINTS = ("day-one", "growth", "hypergrowth")


@pytest.fixture(params=BLUEPRINTS)
def registries(request, fleet_of, synthesized):
    """Each region with the repositories of its template, by name, of one blueprint."""
    fleet = fleet_of(request.param)
    templates = synthesized("registry", of=request.param)
    found = []
    for region in fleet.regions.values():
        template = templates[names.stack(fleet, region.code, "registry")]
        repositories = [r for r in template["Resources"].values() if r["Type"] == "AWS::ECR::Repository"]
        found.append((region, {r["Properties"]["RepositoryName"]: r for r in repositories}))
    return found


def test_every_cell_has_a_repository_whose_channels_alone_move(registries):
    for region, repositories in registries:
        for cell in region.standing_cells:
            bundles = repositories[names.bundle_repository(cell)]["Properties"]
            assert bundles["ImageTagMutability"] == "IMMUTABLE_WITH_EXCLUSION"
            movable = [
                f["ImageTagMutabilityExclusionFilterValue"] for f in bundles["ImageTagMutabilityExclusionFilters"]
            ]
            assert movable == list(names.CHANNELS)
        assert all(names.service_channel(s).startswith("service-") for s in region.fleet.services.values())


def test_images_and_mirrors_never_change_under_a_tag(registries):
    for region, repositories in registries:
        bundles = {names.bundle_repository(cell) for cell in region.standing_cells}
        for name in repositories.keys() - bundles:
            assert repositories[name]["Properties"]["ImageTagMutability"] == "IMMUTABLE"


def test_every_image_that_a_service_runs_has_its_repository(registries):
    for region, repositories in registries:
        for service in region.services:
            assert region.fleet.images[service].repository in repositories


def test_every_chart_and_image_that_a_cells_platform_names_is_mirrored(registries):
    for region, repositories in registries:
        prefix = names.mirror_repository(region.fleet, "")
        for cell in region.standing_cells:
            text = json.dumps(layers(cell))
            # A chart's values name an image, or the folder of several; a project admits all charts.
            named = {re.split(r"[\"\\\\@:]", part)[0].removesuffix("/*") for part in text.split(prefix)[1:]}
            assert named
            for path in named:
                assert any(f"{r}/".startswith(f"{prefix}{path}/") for r in repositories), path


def test_every_chart_of_every_release_is_known_with_its_source(fleet):
    charts = {chart for release in fleet.releases.values() for chart in release.charts}
    assert charts <= mirror.CHARTS.keys()
    assert mirror.IMAGES.keys() <= mirror.CHARTS.keys()


def test_repositories_are_encrypted_scanned_and_kept(registries):
    for _, repositories in registries:
        for repository in repositories.values():
            properties = repository["Properties"]
            assert properties["EncryptionConfiguration"]["EncryptionType"] == "KMS"
            assert "KmsKey" in properties["EncryptionConfiguration"]
            assert properties["ImageScanningConfiguration"] == {"ScanOnPush": True}
            assert repository["DeletionPolicy"] == "RetainExceptOnCreate"


def test_only_the_publisher_writes(registries):
    for region, repositories in registries:
        for repository in repositories.values():
            [statement] = repository["Properties"]["RepositoryPolicyText"]["Statement"]
            assert statement["Effect"] == "Deny"
            assert "ecr:PutImage" in statement["Action"]
            assert statement["Condition"] == {"ArnNotEquals": {"aws:PrincipalArn": names.publisher_role_arn(region)}}


def test_what_a_channel_can_be_moved_back_to_is_kept_for_a_while(registries):
    for _, repositories in registries:
        for repository in repositories.values():
            policy = json.loads(repository["Properties"]["LifecyclePolicy"]["LifecyclePolicyText"])
            # A rule over tagged images would one day take the oldest, which may be the one that runs.
            assert [rule["selection"]["tagStatus"] for rule in policy["rules"]] == ["untagged"]
            assert policy["rules"][0]["selection"]["countNumber"] >= 30
