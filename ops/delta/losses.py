"""What is no longer in a bundle: by its kind, by its layer, and by how much of a kind goes at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from ops.delta.objects import Files, Identity, Wiped, by_identity, title

TAKES_ALONG: dict[tuple[str, str], str] = {
    ("", "Namespace"): "everything in it would go along",
    ("apiextensions.k8s.io", "CustomResourceDefinition"): "every object of its kind would go along",
    ("karpenter.sh", "NodePool"): "its nodes would go along",
    ("karpenter.k8s.aws", "EC2NodeClass"): "the nodes of its pools would go along",
    ("eks.amazonaws.com", "NodeClass"): "the nodes of its pools would go along",
    ("argoproj.io", "Application"): "nobody would look after what it brought: a chart's definitions, a whole service",
    ("argoproj.io", "AppProject"): "its Applications would stand still",
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"): "what it refuses would pass",
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"): "what its policy refuses would pass",
}
"""Group and kind of objects of which not one may go, to what would come of it."""

SHARE = 10
"""Percent of the objects of a kind that may go at once."""

Meant = Callable[[Identity], bool]
"""Whether the fleet's files say that this very object is to go."""


def losses(bundle: str, old: Files, new: Files, meant: Meant) -> Iterator[Wiped]:
    """What a bundle would lose.

    Args:
        bundle: what it is called in exceptions: `Bundle platform`.
    """
    before, after = by_identity(old), by_identity(new)
    if not after:
        yield Wiped("empty", (bundle,), "there would be nothing in it")
    for layer, objects in old.items() if after else ():
        if objects and not new.get(layer):
            yield Wiped("remove", (f"Layer {layer}",), f"none of its {len(objects):,} objects would be left")
    gone = [who for who in before if who not in after and not meant(who)]
    for who in gone:
        why = TAKES_ALONG.get(who[:2])
        if why:
            yield Wiped("remove", (title(who),), f"would no longer be in the bundle; {why}")
    standing = Counter(who[:2] for who in before)
    ordinary: dict[tuple[str, str], list[str]] = {}
    for who in gone:
        if who[:2] not in TAKES_ALONG:
            ordinary.setdefault(who[:2], []).append(title(who))
    for kind, titles in ordinary.items():
        if len(titles) * 100 > standing[kind] * SHARE:
            text = f"{len(titles):,} of {standing[kind]:,} of their kind would go at once, more than {SHARE} %"
            yield Wiped("remove", tuple(titles), text)
