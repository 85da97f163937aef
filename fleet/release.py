"""A platform release: the versions that move together, cell by cell."""

from __future__ import annotations

from pydantic import Field

from fleet.document import Document


class Release(Document):
    """Versions of one platform release. A cell moves to it by a one-line edit and back by git."""

    kubernetes: str = Field(pattern=r"^1\.\d{2}$")
    """Kubernetes minor version, quoted: "1.35"."""
    node_image: str = Field(pattern=r"^al2023@v\d{8}$")
    """Node image alias with its date, e.g. al2023@v20261105: system nodes are Amazon Linux, and others follow. Never `@latest`: a diff must see it."""
    kubelet: str | None = Field(default=None, pattern=r"^1\.\d{2}\.\d+$")
    """Patch version of the kubelet in that image, e.g. 1.35.2: EKS names its images by both. Absent: `<kubernetes>.0`."""
    addons: dict[str, str]
    """EKS-managed add-ons and their exact versions (`aws eks describe-addon-versions`)."""
    charts: dict[str, str]
    """Helm charts of the cell's own controllers and their exact versions."""

    @property
    def image_release(self) -> str:
        """The node image as managed node groups name it: 1.35.2-20261105.

        An image that EKS does not have is refused when the node group is deployed, before a node is touched.
        """
        return f"{self.kubelet or f'{self.kubernetes}.0'}-{self.node_image.rpartition('v')[2]}"
