"""Delivery: plain Applications, own tags, nothing pruned, everything pinned, nothing secret in a bundle."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import yaml

from fleet import mirror, names
from fleet.cell import Cell
from fleet.load import read_folder
from fleet.model import Fleet
from k8s.addons import charts_of
from k8s.cell import layers

BLUEPRINTS = Path(__file__).parents[2] / "blueprints"

Document = dict[str, Any]
Documents = Callable[[Cell], list[Document]]
Files = Callable[[Cell], dict[str, list[Document]]]
OfKind = Callable[[Cell, str], list[Document]]


def of_blueprint(cell: Cell) -> str:
    """The folder of a cell's fleet, by how many cells it has."""
    return {1: "day-one", 7: "growth", 24: "hypergrowth"}[len(cell.fleet.cells)]


def test_nothing_is_pruned_by_itself_and_no_bundle_may_be_empty(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        for application in of_kind(cell, "Application"):
            automated = application["spec"]["syncPolicy"]["automated"]
            assert automated == {"prune": False, "selfHeal": True, "allowEmpty": False}
            assert "finalizers" not in application["metadata"]
        assert of_kind(cell, "ApplicationSet") == []


def test_every_bundle_has_one_application_with_a_channel_of_its_own(cells: list[Cell], files: Files) -> None:
    for cell in cells:
        repository = f"oci://{names.registry(cell.region)}/{names.bundle_repository(cell)}"
        channels = [
            application["spec"]["source"]["targetRevision"]
            for application in files(cell)["platform/gitops"]
            if application["kind"] == "Application" and application["spec"]["source"]["repoURL"] == repository
        ]
        services = [file.partition("/")[2] for file in files(cell) if file.startswith("services/")]
        assert sorted(channels) == sorted(["platform", *(f"service-{name}" for name in services)])


def test_argo_cd_reads_the_cells_repository_and_the_regions_mirror_only(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        own = f"oci://{names.registry(cell.region)}/{names.bundle_repository(cell)}"
        mirror = tuple(f"{s}{names.registry(cell.region)}/{cell.fleet.name}/mirror/charts" for s in ("", "oci://"))
        for application in of_kind(cell, "Application"):
            source = application["spec"]["source"]["repoURL"]
            assert source == own or source.startswith(mirror)
        for project in of_kind(cell, "AppProject"):
            assert all(s == own or s.startswith(mirror) for s in project["spec"]["sourceRepos"])


def test_charts_come_by_the_digests_that_are_recorded_of_the_releases_versions(
    cells: list[Cell], of_kind: OfKind
) -> None:
    for cell in cells:
        applications = {a["metadata"]["name"]: a for a in of_kind(cell, "Application")}
        for name, chart in charts_of(cell).items():
            source = applications[name]["spec"]["source"]
            version = cell.release.charts[chart.chart]
            recorded = yaml.safe_load((BLUEPRINTS / of_blueprint(cell) / "mirror.yaml").read_text())["charts"]
            assert source["targetRevision"] == recorded[chart.chart][version]["digest"]
            repository = f"oci://{names.registry(cell.region)}/{names.chart_repository(cell.fleet, chart.chart)}"
            # Argo CD opens an OCI artifact at `.`, and a Helm chart that is one as well.
            assert (source["repoURL"], source["path"]) == (repository, ".")
            assert applications[name]["metadata"]["annotations"]["fleet/chart"] == f"{chart.chart} {version}"


def test_controllers_run_the_very_images_that_are_recorded(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        said = json.dumps([a["spec"]["source"].get("helm", {}) for a in of_kind(cell, "Application")])
        for chart in {chart.chart for chart in charts_of(cell).values()}:
            pinned = cell.fleet.mirror.pinned(chart, cell.release.charts[chart])
            assert pinned is not None
            for image, reference in pinned.images.items():
                assert image in mirror.IMAGES[chart]
                assert reference in said or all(part in said for part in reference.split("@")), (chart, image)


def test_no_tag_of_a_controllers_image_is_without_a_digest(cells: list[Cell], of_kind: OfKind) -> None:
    def tags(value: Any) -> list[str]:
        """Every tag in the values that stands beside a repository, with the digest beside it if there is one."""
        if isinstance(value, list):
            return [tag for one in value for tag in tags(one)]
        if not isinstance(value, dict):
            return []
        own = [f"{value.get('tag', '')}@{value['digest']}" if "digest" in value else value.get("tag", "")]
        return (own if "repository" in value else []) + [tag for one in value.values() for tag in tags(one)]

    for cell in cells:
        values = [a["spec"]["source"].get("helm", {}) for a in of_kind(cell, "Application")]
        found = tags(values)
        assert len(found) > 10
        assert [tag for tag in found if not re.fullmatch(r"[\w.-]+@sha256:[0-9a-f]{64}", tag)] == []


def test_until_digests_are_recorded_charts_come_by_their_versions(fleet_of: Callable[[str], Fleet]) -> None:
    tree = read_folder(BLUEPRINTS / "growth").tree
    del tree["mirror"]
    cell = Fleet.model_validate(tree).cell("use1-a")
    for application in layers(cell)["add-ons"]:
        if application["kind"] == "Application":
            source = cast("Document", application)["spec"]["source"]
            chart = charts_of(cell)[cast("Document", application)["metadata"]["name"]].chart
            assert source["targetRevision"] == cell.release.charts[chart]
            repository = f"{source['repoURL']}/{source['chart']}".removeprefix(f"{names.registry(cell.region)}/")
            assert repository == names.chart_repository(cell.fleet, chart)
            assert "sha256" not in json.dumps(source)


def test_a_release_leaves_no_chart_behind(cells: list[Cell]) -> None:
    """Every chart a release names is installed, save those that Auto Mode or the lack of a mesh make needless."""
    for cell in cells:
        needless = (
            {"karpenter", "karpenter-crd", "aws-load-balancer-controller"} if cell.capacity == "auto-mode" else set()
        )
        needless |= set() if cell.region.meshed else {"istio-cni"}
        assert {chart.chart for chart in charts_of(cell).values()} == set(cell.release.charts) - needless


def test_controllers_run_the_mirrors_images(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        values = {a["metadata"]["name"]: a["spec"]["source"].get("helm", {}) for a in of_kind(cell, "Application")}
        for name, chart in charts_of(cell).items():
            for image in mirror.IMAGES.get(chart.chart, {}):
                path = names.image_repository(cell.fleet, image)
                # Istio's charts take the folder; a gateway's image is the one istiod injects.
                wanted, where = (path.rpartition("/")[0], "istiod") if image.startswith("istio/") else (path, name)
                assert wanted in str(values[where]), (name, image)


def test_a_chart_renders_the_same_twice_and_nobody_undoes_its_controller(cells: list[Cell], of_kind: OfKind) -> None:
    """Argo CD renders again and again, with no cluster to look into: what is drawn by lot would change each time, and
    what a controller writes into its own webhook would be taken back each time."""
    for cell in cells:
        specs = {a["metadata"]["name"]: a["spec"] for a in of_kind(cell, "Application")}
        values = {name: spec["source"].get("helm", {}).get("valuesObject", {}) for name, spec in specs.items()}
        if "aws-load-balancer-controller" in values:
            assert values["aws-load-balancer-controller"]["enableCertManager"] is True
        assert values["opentelemetry-operator"]["admissionWebhooks"]["certManager"]["enabled"] is True
        for name in ("istio-base", "istiod"):
            (left,) = specs[name]["ignoreDifferences"]
            assert (left["group"], left["kind"]) == ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration")
            assert left["jsonPointers"] == ["/webhooks/0/failurePolicy"]


def test_no_chart_needs_the_verb_delete_to_sync_again(cells: list[Cell], of_kind: OfKind) -> None:
    """A hook is deleted before it runs again."""
    for cell in cells:
        values = {a["metadata"]["name"]: a["spec"]["source"].get("helm", {}) for a in of_kind(cell, "Application")}
        assert values["argo-cd"]["valuesObject"]["redisSecretInit"] == {"enabled": False}
        assert values["cert-manager"]["valuesObject"]["startupapicheck"] == {"enabled": False}


def test_each_project_deploys_as_somebody_with_fewer_rights_than_argo_cd(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        accounts = {f"{a['metadata']['namespace']}:{a['metadata']['name']}" for a in of_kind(cell, "ServiceAccount")}
        for project in of_kind(cell, "AppProject"):
            deployers = {d["defaultServiceAccount"] for d in project["spec"]["destinationServiceAccounts"]}
            assert len(deployers) == 1
            assert deployers <= accounts
        argo = next(a for a in of_kind(cell, "Application") if a["metadata"]["name"] == "argo-cd")
        settings = argo["spec"]["source"]["helm"]["valuesObject"]["configs"]["cm"]
        assert settings["application.sync.impersonation.enabled"] == "true"


def test_services_may_make_namespaces_and_nothing_else_of_the_cluster(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        (project,) = [p for p in of_kind(cell, "AppProject") if p["metadata"]["name"] == "services"]
        assert project["spec"]["clusterResourceWhitelist"] == [{"group": "", "kind": "Namespace"}]
        assert "*" not in {destination["namespace"] for destination in project["spec"]["destinations"]}


def test_what_something_stands_on_comes_in_an_earlier_wave(cells: list[Cell], documents: Documents) -> None:
    def wave(document: Document) -> int:
        return int(document["metadata"]["annotations"]["argocd.argoproj.io/sync-wave"])

    for cell in cells:
        waves = {
            (d["kind"], d["metadata"]["name"]): wave(d)
            for d in documents(cell)
            if "argocd.argoproj.io/sync-wave" in d["metadata"].get("annotations", {})
        }
        order = [
            ("ValidatingAdmissionPolicy", "fleet-namespace-deletion"),
            ("Namespace", "istio-system"),
            ("AppProject", "add-ons"),
            ("Application", "external-secrets"),
            ("ClusterSecretStore", "cell"),
            ("Application", "istiod"),
            ("Application", "ingress"),
            ("Gateway", "public"),
        ]
        assert waves["Application", "istio-base"] < waves["Application", "istiod"]
        # An istiod that finds no authority makes one, which no other cell knows, and keeps it.
        assert waves.get(("ExternalSecret", "cacerts"), -1) < waves["Application", "istiod"]
        for chart in ("aws-load-balancer-controller", "opentelemetry-operator"):
            assert waves.get(("Application", chart), 99) > waves["Application", "cert-manager"]
        found = [waves[one] for one in order]
        assert found == sorted(found)
        assert len(set(found)) == len(found)
        for pool in ("spot", "ingress", "general"):
            assert waves.get(("NodePool", pool), -1) < waves["Application", "ingress"]
        assert all(w == 9 for (kind, name), w in waves.items() if kind == "Application" and name.startswith("service-"))


def test_no_secret_stands_in_a_bundle(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        secrets = of_kind(cell, "Secret")
        assert len(secrets) == cell.region.meshed
        for secret in secrets:
            assert secret["type"] == "kubernetes.io/service-account-token"
            assert not {"data", "stringData"} & set(secret)


def test_a_service_reads_its_own_secrets_only(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        stores = {s["metadata"]["name"]: s["spec"] for s in of_kind(cell, "ClusterSecretStore")}
        for service in cell.services:
            if service.secrets:
                store = stores[f"service-{service.name}"]
                assert store["conditions"] == [{"namespaces": [service.name]}]
                read = {
                    store["provider"]["aws"]["prefix"] + entry["remoteRef"]["key"]
                    for secret in of_kind(cell, "ExternalSecret")
                    if secret["metadata"]["namespace"] == service.name
                    for entry in secret["spec"]["data"]
                }
                assert read == {names.service_secret(service, key) for key in service.secrets}
        tenants = {service.name for service in cell.fleet.services.values()}
        for name, store in stores.items():
            if not name.startswith("service-"):
                assert not tenants & {space for c in store["conditions"] for space in c["namespaces"]}


def test_the_registrys_token_is_renewed_three_times_in_its_life(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        tokens = [s for s in of_kind(cell, "ExternalSecret") if s["metadata"]["name"].startswith("registry-")]
        assert {t["spec"]["refreshInterval"] for t in tokens} == {"4h"}
        kinds = {t["spec"]["target"]["template"]["data"]["type"] for t in tokens}
        assert kinds == {"oci", "helm"}


def test_collectors_refuse_before_they_drown_and_batch_last(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        collectors = of_kind(cell, "OpenTelemetryCollector")
        assert {c["spec"]["mode"] for c in collectors} == {"daemonset", "deployment"}
        for collector in collectors:
            config = collector["spec"]["config"]
            for pipeline in config["service"]["pipelines"].values():
                assert pipeline["processors"][0] == "memory_limiter"
                assert pipeline["processors"][-1] == "batch"
                for part in ("receivers", "processors", "exporters"):
                    assert set(pipeline[part]) <= set(config[part])


def test_every_signal_carries_its_cell(fleet: Fleet, of_kind: OfKind) -> None:
    for cell in fleet.cells:
        for collector in of_kind(cell, "OpenTelemetryCollector"):
            config = collector["spec"]["config"]
            said = {a["key"]: a["value"] for a in config["processors"]["resource"]["attributes"]}
            assert said["fleet.cell"] == cell.name
            assert all("resource" in p["processors"] for p in config["service"]["pipelines"].values())


def test_collectors_write_where_their_role_may(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        for collector in of_kind(cell, "OpenTelemetryCollector"):
            for name, exporter in collector["spec"]["config"]["exporters"].items():
                if name in ("awsemf", "awscloudwatchlogs"):
                    assert exporter["log_group_name"] == names.cell_log_group(cell)
                    assert exporter["region"] == cell.region.name
