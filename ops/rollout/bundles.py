"""The bundles of a stored assembly: made from its files, compared with its manifests byte for byte, promoted one by one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from fleet import names
from fleet.model import Fleet
from ops import bundle
from ops.clients import ClientFor
from ops.promote import ClientsAs, registry_of
from ops.promotion.act import Overtaken, act
from ops.promotion.act import Stopped as Unmoved
from ops.promotion.image import Image, Unusable, texts
from ops.promotion.layout import Layout
from ops.promotion.looking import Wish, look
from ops.promotion.plan import decide
from ops.promotion.registry import Refused
from ops.rollout.plan import Bundle
from ops.stored import BLUEPRINT, BUNDLES


class NotPromoted(Exception):
    """A channel was not moved. The text says which, and why."""


@dataclass
class Bundles:
    """All of an assembly's.

    Attributes:
        assembly: folder of the stored assembly.
        out: where layouts lie; what is there already and right is kept.
    """

    assembly: Path
    out: Path
    fleet: Fleet
    clients_as: ClientsAs
    role: str | None = None
    _clients: dict[str, ClientFor] = field(default_factory=dict)

    def wanted(self) -> dict[Bundle, str]:
        """Each cell's channels to the digest that they shall name.

        Raises:
            BundleError.
        """
        made = bundle.make(self.assembly / BLUEPRINT, self.out)
        return {(one.cell, one.channel): one.digest for one in made}

    def promote(self, cell_name: str, channel: str, today: date, say: Callable[[str], None]) -> None:
        """Move one channel, if it does not name the assembly's bundle yet. The delta gate judges once more.

        Raises:
            NotPromoted, NoCredentials.
        """
        cell = self.fleet.cell(cell_name)
        where = f"{cell_name} {channel}"
        role = self.role or names.publisher_role(cell.region)
        if role not in self._clients:
            self._clients[role] = self.clients_as(role)
        registry = registry_of(cell, self._clients[role])
        layout = Layout(self.out / cell.region.code / cell.key)
        try:
            self._as_stored(layout, layout.image(channel), cell.region.code, cell.key, channel)
            wish = Wish(cell=cell_name, channel=channel)
            seen = look(channel, wish, registry, layout, lambda: None, host=names.registry(cell.region))
            plan = decide(self.fleet, cell, channel, seen, today)
            if plan.against:
                raise NotPromoted(f"{where}: {'; '.join(plan.against)}")
            if plan.moves:
                act(plan, registry, layout.blob, say)
        except (Refused, Unusable, Overtaken, Unmoved) as error:
            raise NotPromoted(f"{where}: {error}") from None

    def _as_stored(self, layout: Layout, image: Image, region: str, key: str, channel: str) -> None:
        """What is promoted is what was compared and judged.

        Raises:
            Unusable: it is not.
        """
        stored = self.assembly / BUNDLES / region / key
        if channel == names.PLATFORM_CHANNEL:
            files = sorted((stored / "platform").glob("*.yaml"))
        else:
            files = [stored / "services" / f"{channel.removeprefix('service-')}.yaml"]
        made = {Path(name).name: text for name, text in texts(layout.blob(image.layer)).items()}
        try:
            same = made == {file.name: file.read_bytes() for file in files}
        except OSError as error:
            raise Unusable(f"{error.filename}: {error.strerror}") from None
        if not same:
            raise Unusable(
                f"the code that runs makes another bundle than the one stored in {stored}; check out the revision that "
                "assembly.json names, or store the assembly anew"
            )
