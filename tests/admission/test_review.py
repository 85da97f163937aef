"""Whole bundles: where a mistake stands, what fits together, what was known before."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from admission import remembered
from admission import review as reviewing
from admission.custom import DefinitionsUnreadable
from admission.review import Bundle, Report, review

SPACE = """\
apiVersion: v1
kind: Namespace
metadata:
  name: shop
  labels:
    pod-security.kubernetes.io/enforce: {level}
"""
SERVICE = """\
apiVersion: v1
kind: Service
metadata:
  name: shop
  namespace: shop
spec:
  ports:
    - port: 80
"""
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: shop, namespace: shop}
spec:
  containers:
    - name: app
      image: a
"""
THING = """\
apiVersion: t.example/v1
kind: Thing
metadata: {name: a}
spec: {size: 3}
"""
DEFINITION = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "spec": {
        "group": "t.example",
        "names": {"kind": "Thing"},
        "scope": "Cluster",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "schema": {
                    "openAPIV3Schema": {
                        "type": "object",
                        "properties": {"spec": {"type": "object", "properties": {"size": {"type": "string"}}}},
                    }
                },
            }
        ],
    },
}

Write = Callable[..., Bundle]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """`write(shop=[SPACE, SERVICE])`: a cell with the documents in `services/shop.yaml`."""

    def written(cell: str = "use1-a", folder: str = "services", **files: list[str]) -> Bundle:
        root = tmp_path / "dist" / cell
        for name, documents in files.items():
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / folder / f"{name}.yaml").write_text("".join(f"---\n{one}" for one in documents), "utf-8")
        return Bundle(cell, root, "1.35")

    return written


RESTRICTED = SPACE.format(level="restricted")


def said(report: Report, root: Path) -> list[str]:
    return [str(problem).replace(f"{root}/", "") for problem in report.problems]


def test_a_mistake_is_told_with_file_line_and_object(write: Write, tmp_path: Path) -> None:
    bundle = write(shop=[RESTRICTED, SERVICE.replace("port: 80", "port: 80000")])
    report = review([bundle], [])
    assert said(report, tmp_path) == [
        "dist/use1-a/services/shop.yaml:16: Service shop/shop: spec.ports[0].port: 80000: is more than 65535; use at most that"
    ]
    assert (report.cells, report.objects, report.judged) == (1, 2, 2)
    assert report.versions == ("1.35", "1.36")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [1\n", "3: the document: is no YAML: did not find expected ',' or ']'; mend it"),
        ("a: 1\nb: 2\na: 3\n", "4: the document: a: stands twice in one mapping; remove one"),
        ("apiVersion: v1\nkind: List\n", "2: List (without a name): metadata: is no mapping; give the object a name in it"),
    ],
    ids=["no-yaml", "a-key-twice", "no-metadata"],
)  # fmt: skip
def test_what_cannot_be_read_is_told_with_its_line(write: Write, tmp_path: Path, text: str, problem: str) -> None:
    assert said(review([write(shop=[text])], []), tmp_path) == [f"dist/use1-a/services/shop.yaml:{problem}"]


def test_dates_and_documents_of_comments_are_no_mistakes(write: Write) -> None:
    dated = RESTRICTED + "  annotations: {released: 2026-11-25}\n"
    assert review([write(shop=["# nothing\n", dated.replace("2026-11-25", '"2026-11-25"')])], []).problems == ()
    # Unquoted it is a date to YAML 1.1 in Python only; to Kubernetes it is text.
    assert review([write(shop=[dated])], []).problems == ()


def test_what_stands_twice_in_a_cell_is_told_with_the_first_place(write: Write, tmp_path: Path) -> None:
    write(first=[RESTRICTED, SERVICE])
    bundle = write(second=[SERVICE])
    assert said(review([bundle], []), tmp_path) == [
        'dist/use1-a/services/second.yaml:5: Service shop/shop: metadata.name: "shop": stands twice in this cell, first in '
        "dist/use1-a/services/first.yaml:9; remove one"
    ]
    # Another cell has its own.
    assert review([write("use1-b", shop=[RESTRICTED, SERVICE])], []).problems == ()


def test_a_namespace_that_nobody_makes_is_told(write: Write, tmp_path: Path) -> None:
    assert said(review([write(shop=[SERVICE])], []), tmp_path) == [
        'dist/use1-a/services/shop.yaml:6: Service shop/shop: metadata.namespace: "shop": no bundle of this cell makes that '
        "namespace; add a Namespace, or name one that is there"
    ]
    assert review([write(shop=[SERVICE.replace("namespace: shop", "namespace: kube-system")])], []).problems == ()


def test_pods_are_held_to_the_level_of_their_namespace(write: Write, tmp_path: Path) -> None:
    found = said(review([write(shop=[RESTRICTED, POD])], []), tmp_path)
    assert len(found) == 4
    assert found[0] == (
        "dist/use1-a/services/shop.yaml:14: Pod shop/shop: spec.containers[0].securityContext.allowPrivilegeEscalation: "
        "must be said to be false; set it to false (Pod Security restricted)"
    )
    reason = "  annotations: {fleet/pod-security-exception: reads the logs of the node}\n"
    write(folder="platform", spaces=[SPACE.format(level="baseline") + reason])
    assert review([write(shop=[POD])], []).problems == ()


@pytest.mark.parametrize(
    ("folder", "space", "why"),
    [
        ("services", SPACE.format(level="privileged"), '"privileged": only the platform has namespaces that are not restricted'),
        ("platform", SPACE.format(level="privileged"), '"privileged": is not restricted and does not say why'),
        ("platform", SPACE.partition("  labels")[0], "is missing; every namespace says its Pod Security: restricted"),
    ],
    ids=["of-a-service", "without-a-reason", "without-a-level"],
)  # fmt: skip
def test_a_namespace_is_restricted_unless_the_platform_says_why_not(
    write: Write, folder: str, space: str, why: str
) -> None:
    (problem,) = review([write(folder=folder, shop=[space])], []).problems
    assert f"metadata.labels[pod-security.kubernetes.io/enforce]: {why}" in problem.text


def test_declared_exceptions_are_listed_with_their_cells(write: Write) -> None:
    space = SPACE.format(level="privileged") + "  annotations: {fleet/pod-security-exception: it drives the node}\n"
    bundles = [write(cell, folder="platform", spaces=[space]) for cell in ("use1-a", "use1-b")]
    ((exempt, cells),) = review(bundles, []).exempt.items()
    assert (exempt.namespace, exempt.level, exempt.reason) == ("shop", "privileged", "it drives the node")
    assert cells == ["use1-a", "use1-b"]


# --- definitions ------------------------------------------------------------------------------------------------


def test_kinds_without_a_definition_are_listed_and_with_one_they_are_judged(write: Write, tmp_path: Path) -> None:
    bundles = [write(cell, things=[THING]) for cell in ("use1-a", "use1-b")]
    report = review(bundles, [])
    assert report.problems == ()
    assert report.unchecked == {("t.example/v1", "Thing"): 2}
    file = tmp_path / "crds" / "deep" / "thing.json"
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(DEFINITION))
    report = review(bundles, [tmp_path / "crds"])
    assert report.unchecked == {}
    assert [problem.text for problem in report.problems] == [
        "spec.size: 3: is a whole number, and takes text; write it as that"
    ] * 2


def test_definitions_are_read_from_yaml_with_other_objects_beside_them(write: Write, tmp_path: Path) -> None:
    file = tmp_path / "crds.yaml"
    file.write_text(f"{RESTRICTED}---\n{json.dumps(DEFINITION)}\n")
    assert len(review([write(things=[THING])], [file]).problems) == 1


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("a.yaml", "a: [", "cannot be read as definitions"),
        ("a.json", "{", "cannot be read as definitions"),
        (
            "a.json",
            json.dumps({"kind": "CustomResourceDefinition", "spec": {}}),
            "a CustomResourceDefinition has no 'versions'",
        ),
    ],
)
def test_definitions_that_cannot_be_used_are_told_by_file(
    write: Write, tmp_path: Path, name: str, content: str, why: str
) -> None:
    (tmp_path / name).write_text(content)
    with pytest.raises(DefinitionsUnreadable, match=why):
        review([write(things=[THING])], [tmp_path / name])


def test_a_folder_that_is_not_there_is_told(write: Write, tmp_path: Path) -> None:
    with pytest.raises(DefinitionsUnreadable, match="there is no such folder"):
        review([write(things=[THING])], [tmp_path / "nowhere"])


# --- memory and processes ---------------------------------------------------------------------------------------


def test_what_passed_is_not_judged_again_and_what_changed_is(write: Write, tmp_path: Path) -> None:
    bundle = write(shop=[RESTRICTED, SERVICE], more=[SERVICE.replace("name: shop", "name: more")])
    memory = tmp_path / "dist"
    assert review([bundle], [], memory=memory).judged == 3
    again = review([bundle], [], memory=memory)
    assert (again.judged, again.objects, again.problems) == (0, 3, ())
    write(more=[SERVICE.replace("name: shop", "name: other")])
    assert review([bundle], [], memory=memory).judged == 1


def test_mistakes_are_told_every_time(write: Write, tmp_path: Path) -> None:
    bundle = write(shop=[RESTRICTED, SERVICE.replace("80", "0"), POD])
    first = review([bundle], [], memory=tmp_path)
    assert len(first.problems) == 5
    assert review([bundle], [], memory=tmp_path).problems == first.problems


def test_other_definitions_are_another_judgement(write: Write, tmp_path: Path) -> None:
    bundle = write(things=[THING])
    assert review([bundle], [], memory=tmp_path).unchecked
    (tmp_path / "crd.json").write_text(json.dumps(DEFINITION))
    assert len(review([bundle], [tmp_path / "crd.json"], memory=tmp_path).problems) == 1


def test_definitions_from_yaml_are_remembered_and_read_again_when_they_change(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = write(things=[THING])
    file = tmp_path / "crd.yaml"
    file.write_text(json.dumps(DEFINITION))
    first = review([bundle], [file], memory=tmp_path)
    assert len(first.problems) == 1
    with monkeypatch.context() as patch:
        patch.setattr(remembered.custom, "read", lambda _files: pytest.fail("they were read again"))
        assert review([bundle], [file], memory=tmp_path) == first
    file.write_text(json.dumps(DEFINITION).replace('"type": "string"', '"type": "integer"'))
    assert review([bundle], [file], memory=tmp_path).problems == ()


def test_another_version_is_another_judgement(write: Write, tmp_path: Path) -> None:
    bundle = write(shop=[RESTRICTED])
    review([bundle], [], memory=tmp_path)
    later = Bundle(bundle.cell, bundle.folder, "1.36")
    assert review([later], [], memory=tmp_path).judged == 1


@pytest.mark.parametrize("content", ["", "{", "[]", '{"key": "k"}', '{"key": "k", "passed": {"a": 1}}'])
def test_a_memory_that_makes_no_sense_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / remembered.FILE).write_text(content)
    assert remembered.Remembered.read(tmp_path, "k").passed == {}


def test_a_folder_that_cannot_be_written_remembers_nothing(write: Write, tmp_path: Path) -> None:
    bundle = write(shop=[RESTRICTED])
    assert review([bundle], [], memory=tmp_path / "dist" / "use1-a" / "services" / "shop.yaml").problems == ()


def test_two_processes_find_what_one_finds(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    services = [SERVICE.replace("name: shop", f"name: s{number}") for number in range(40)]
    services[7] = services[7].replace("80", "0")
    services[31] = "a: ["
    bundle = write(shop=[RESTRICTED, *services])
    alone = review([bundle], [])
    monkeypatch.setattr(reviewing, "_ALONE", 0)
    monkeypatch.setattr(reviewing, "_processors", lambda: 2)
    assert review([bundle], []) == alone
    assert len(alone.problems) == 2
