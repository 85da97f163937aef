"""The plan of a bootstrap, as data, and the verb around it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from fleet.kubernetes import STANDARD_SUPPORT_ENDS, minor
from fleet.load import load
from k8s.bundling import jobs
from ops.bootstrap import show
from ops.bootstrap.seed import seed
from ops.bootstrap.steps import CREDENTIALS, needed, steps
from ops.bootstrap.tools import TOOLS, version_of
from ops.promotion.image import Unusable

BLUEPRINTS = Path(__file__).parents[3] / "blueprints"
CELLS = [("day-one", "use1-z"), ("growth", "use1-z"), ("growth", "use1-a"), ("hypergrowth", "euc1-f")]
each_cell = pytest.mark.parametrize(("blueprint", "cell"), CELLS)


def layers(blueprint: str, cell: str) -> dict[str, bytes]:
    one = load(BLUEPRINTS / blueprint).cell(cell)
    job = next(job for job in jobs(one.fleet, [one]) if job.channel == "platform")
    return {name: text.encode() for name, text in job.files().items()}


def objects(text: str | bytes) -> list[dict[str, Any]]:
    return list(yaml.safe_load_all(text))


def test_helm_and_kubectl_are_pinned_once():
    assert {tool.name for tool in TOOLS if tool.version} == {"helm", "kubectl"}


def test_kubectl_is_within_one_minor_version_of_every_kubernetes_a_cell_may_have():
    client = minor(version_of("kubectl").rpartition(".")[0])
    assert {abs(client - minor(version)) for version in STANDARD_SUPPORT_ENDS} <= {0, 1}


@each_cell
def test_what_is_applied_by_hand_is_what_the_bundle_has(blueprint: str, cell: str):
    bundle, given = layers(blueprint, cell), seed(layers(blueprint, cell)).files
    for name in ("guard.yaml", "foundations.yaml"):
        assert given[name] == bundle[name].decode()
    gitops = objects(bundle["gitops.yaml"])
    assert objects(given["projects.yaml"]) == [one for one in gitops if one["kind"] == "AppProject"]
    (platform,) = objects(given["platform.yaml"])
    assert platform in gitops
    assert platform["spec"]["source"]["targetRevision"] == "platform"


@each_cell
def test_nothing_is_applied_before_its_kind_is_there(blueprint: str, cell: str):
    """Kubernetes' own kinds first, Argo CD's after Argo CD, and no other: charts have defined nothing yet."""
    given = seed(layers(blueprint, cell)).files
    groups = {
        name: {one["apiVersion"].rpartition("/")[0] for one in objects(text)}
        for name, text in given.items()
        if name != "argo-cd-values.yaml"
    }
    assert groups.pop("projects.yaml") == groups.pop("platform.yaml") == {"argoproj.io"}
    custom = {group for found in groups.values() for group in found if "." in group and not group.endswith(".k8s.io")}
    assert custom == set()


@each_cell
def test_the_first_argo_cd_has_the_values_of_every_later_one_but_for_redis_password(blueprint: str, cell: str):
    bundle = layers(blueprint, cell)
    (own,) = [one for one in objects(bundle["add-ons.yaml"]) if one["metadata"]["name"] == "argo-cd"]
    (values,) = objects(seed(bundle).files["argo-cd-values.yaml"])
    assert values.pop("redisSecretInit") == {"enabled": True}
    later = dict(own["spec"]["source"]["helm"]["valuesObject"])
    assert later.pop("redisSecretInit") == {"enabled": False}
    assert values == later


@each_cell
def test_the_first_token_stands_where_external_secrets_renews_it(blueprint: str, cell: str):
    found = {
        one["spec"]["target"]["name"]: one["spec"]["target"]["template"]
        for one in objects(layers(blueprint, cell)["gitops.yaml"])
        if one["kind"] == "ExternalSecret"
    }
    one = load(BLUEPRINTS / blueprint).cell(cell)
    lines = "\n".join(line for step in steps(one, seed(layers(blueprint, cell)), port=1) for line in step.lines)
    assert found.keys() == CREDENTIALS.keys()
    for name, template in found.items():
        (line,) = [line for line in lines.splitlines() if f"generic {name} " in line]
        for key in template["data"].keys() - {"username", "password"}:
            assert f"--from-literal={key}={template['data'][key]}" in line
        for label, value in template["metadata"]["labels"].items():
            assert f"{label}={value}" in line


@each_cell
def test_argo_cd_comes_from_the_regions_mirror(blueprint: str, cell: str):
    one = load(BLUEPRINTS / blueprint).cell(cell)
    given = seed(layers(blueprint, cell))
    assert (
        given.chart
        == f"oci://{one.region.account_id}.dkr.ecr.{one.region.name}.amazonaws.com/skyline/mirror/charts/argo-cd"
    )


def test_a_cell_whose_release_has_no_argo_cd_cannot_be_begun():
    bundle = layers("day-one", "use1-z")
    kept = [one for one in objects(bundle["add-ons.yaml"]) if one["metadata"]["name"] != "argo-cd"]
    bundle["add-ons.yaml"] = yaml.safe_dump_all(kept).encode()
    with pytest.raises(Unusable, match="has no Application argo-cd"):
        seed(bundle)


def test_the_session_plugin_is_asked_for_only_where_access_is_by_ssm():
    one = load(BLUEPRINTS / "hypergrowth").cell("use1-a")
    assert "session-manager-plugin" in {tool.name for tool in needed(one)}


@pytest.fixture
def verb(tmp_path: Path):
    """`verb(yes=…, ask=…)`: the exit code, and the scripts that were run."""

    def run(*, code: int = 0, **options: Any) -> tuple[int, list[Path]]:
        ran: list[Path] = []

        def bash(file: Path) -> int:
            ran.append(file)
            return code

        given = {"cell": "use1-z", "yes": False, "as_json": False, "ask": None, "port": 8443} | options
        done = show.show(BLUEPRINTS / "day-one", bundles=tmp_path / "bundles", out=tmp_path / "out", run=bash, **given)
        return done, ran

    return run


def test_without_yes_and_without_a_person_it_is_written_and_shown_only(verb, tmp_path, capsys):
    assert verb() == (0, [])
    assert (tmp_path / "out" / "bootstrap.sh").exists()
    out = capsys.readouterr().out
    assert "kubectl 1.35.2, helm 4.1.4" in out
    assert "read it before you run it" in out


@pytest.mark.parametrize(("answer", "runs"), [(True, 1), (False, 0)])
def test_a_person_decides(verb, answer: bool, runs: int):
    done, ran = verb(ask=lambda question: answer)
    assert (done, len(ran)) == (0, runs)


@pytest.mark.parametrize(("code", "expected"), [(0, 0), (1, 1), (127, 1), (130, 130)])
def test_what_becomes_of_the_script_is_the_exit_code(verb, code: int, expected: int):
    done, ran = verb(yes=True, code=code)
    assert (done, len(ran)) == (expected, 1)


def test_json_has_every_line_and_runs_nothing(verb, capsys):
    assert verb(as_json=True, yes=True) == (0, [])
    report = json.loads(capsys.readouterr().out)
    assert report["tools"]["helm"] == version_of("helm")
    assert [step["title"] for step in report["steps"]][-2:] == ["the platform", "wait"]


def test_a_cell_that_does_not_stand_is_one_sentence(verb, capsys):
    assert verb(cell="use1-y") == (2, [])
    assert capsys.readouterr().err == "--cell use1-y: no such cell stands in this fleet; did you mean use1-z?\n"


def test_a_folder_that_cannot_be_written_is_one_sentence(verb, tmp_path, capsys):
    (tmp_path / "out").write_text("")
    assert verb() == (2, [])
    assert capsys.readouterr().err == f"{tmp_path / 'out'}: File exists; choose another folder with --out\n"
