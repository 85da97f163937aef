"""A region's registry: the bundles of its cells, the images of its services, and copies of what others publish."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from aws_cdk import aws_iam as iam
from constructs import Construct

from fleet import mirror, names
from fleet.region import Region
from hypercell.cell.policy import tagged_only
from hypercell.policy import Document, allow, document

UNTAGGED_DAYS = 90
"""How long a bundle or image without a tag is kept: so long a channel can be moved back to it."""

_WRITE = [
    "ecr:BatchDeleteImage",
    "ecr:CompleteLayerUpload",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
]
_READ = ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:DescribeImages", "ecr:GetDownloadUrlForLayer"]


class RegionRegistry(Construct):
    """Repositories of a region, and the one role that writes to them.

    Digests never change and tags stay where they were put, but for the channel tags of bundles: moving such a tag is
    how a release reaches a cell.
    """

    def __init__(self, scope: Construct, id: str, *, region: Region, key_arn: str) -> None:
        """
        Args:
            key_arn: the region's key `cells`.
        """
        super().__init__(scope, id)
        self._key, self._policy = key_arn, _publisher_only(region)
        bundles = [names.bundle_repository(cell) for cell in region.standing_cells]
        images = [image.repository for name, image in region.fleet.images.items() if name in region.services]
        mirrored = mirror.repositories(region.fleet)
        self._publisher(region, [*bundles, *images, *mirrored])
        for cell in region.standing_cells:
            self._repository(f"Bundles{names.pascal(cell.key)}", names.bundle_repository(cell), channels=names.CHANNELS)
        for repository in images:
            self._repository(f"Image{names.pascal(repository)}", repository)
        for repository, source in mirrored.items():
            path = repository.removeprefix(names.mirror_repository(region.fleet, ""))
            self._repository(f"Mirror{names.pascal(path)}", repository, source=source)

    def _repository(self, id: str, name: str, *, channels: Sequence[str] = (), source: str | None = None) -> None:
        repository = ecr.CfnRepository(
            self,
            id,
            repository_name=name,
            encryption_configuration=ecr.CfnRepository.EncryptionConfigurationProperty(
                encryption_type="KMS", kms_key=self._key
            ),
            image_scanning_configuration=ecr.CfnRepository.ImageScanningConfigurationProperty(scan_on_push=True),
            image_tag_mutability="IMMUTABLE_WITH_EXCLUSION" if channels else "IMMUTABLE",
            image_tag_mutability_exclusion_filters=[
                ecr.CfnRepository.ImageTagMutabilityExclusionFilterProperty(
                    image_tag_mutability_exclusion_filter_type="WILDCARD",
                    image_tag_mutability_exclusion_filter_value=channel,
                )
                for channel in channels
            ]
            or None,
            lifecycle_policy=ecr.CfnRepository.LifecyclePolicyProperty(lifecycle_policy_text=_LIFECYCLE),
            repository_policy_text=self._policy,
            tags=[cdk.CfnTag(key="fleet:source", value=source)] if source else None,
        )
        # What a cell runs is pulled from here whenever a node starts.
        repository.apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)

    def _publisher(self, region: Region, repositories: Sequence[str]) -> None:
        iam.CfnRole(
            self,
            "Publisher",
            role_name=names.publisher_role(region),
            assume_role_policy_document=tagged_only(region.account_id, "publisher"),
            policies=[
                iam.CfnRole.PolicyProperty(
                    policy_name="publish",
                    policy_document=document(
                        allow("DrawRegistryToken", ["ecr:GetAuthorizationToken"], ["*"]),
                        allow(
                            "Publish",
                            [*_READ, *_WRITE],
                            [names.arn(region, "ecr", f"repository/{name}") for name in repositories],
                        ),
                    ),
                )
            ],
        )


_LIFECYCLE = (
    '{"rules":[{"rulePriority":1,"description":"What no tag names any more","selection":{"tagStatus":"untagged",'
    f'"countType":"sinceImagePushed","countUnit":"days","countNumber":{UNTAGGED_DAYS}}},'
    '"action":{"type":"expire"}}]}'
)


def _publisher_only(region: Region) -> Document:
    """Nodes and pods of the account read by their own policies; a way to write is closed here for all but one role."""
    return document(
        {
            "Sid": "PublisherOnly",
            "Effect": "Deny",
            "Principal": "*",
            "Action": _WRITE,
            "Condition": {"ArnNotEquals": {"aws:PrincipalArn": names.publisher_role_arn(region)}},
        }
    )
