"""What collectors count, and that it is what alarms read."""

import re
from collections.abc import Callable

from fleet import names, signals
from fleet.cell import Cell


def gateway(of_kind: Callable, cell: Cell) -> dict:
    (found,) = [c for c in of_kind(cell, "OpenTelemetryCollector") if c["spec"]["mode"] == "deployment"]
    return found["spec"]["config"]


def agent(of_kind: Callable, cell: Cell) -> dict:
    (found,) = [c for c in of_kind(cell, "OpenTelemetryCollector") if c["spec"]["mode"] == "daemonset"]
    return found["spec"]["config"]


def test_collectors_write_the_sets_of_dimensions_that_are_promised_and_no_others(cells, of_kind):
    for cell in cells:
        exporter = gateway(of_kind, cell)["exporters"]["awsemf"]
        assert exporter["namespace"] == names.cell_metrics(cell.fleet)
        declared = [tuple(one) for d in exporter["metric_declarations"] for one in d["dimensions"]]
        mesh = signals.OF_A_CELL if cell.region.meshed else ()
        assert declared == [*signals.AT_THE_DOOR, *signals.AT_A_SERVICE, *signals.OF_A_CELL, *mesh]
        for declaration in exporter["metric_declarations"][:2]:
            assert declaration["metric_name_selectors"] == [f"^{name}$$" for name in signals.METRICS]


def test_every_promised_metric_is_made_from_a_proxy_s(cells, of_kind):
    for cell in cells:
        transforms = gateway(of_kind, cell)["processors"]["metricstransform"]["transforms"]
        mesh = {signals.AUTHORITY} if cell.region.meshed else set()
        assert {t["new_name"] for t in transforms} == {*signals.METRICS, signals.TOKEN, *mesh}


def test_what_istiod_says_of_its_authority_goes_all_the_way_to_cloudwatch(cells, of_kind):
    """Asked for on the node, renamed at the gateway, and declared there: one of the three alone loses it."""
    for cell in (cell for cell in cells if cell.region.meshed):
        (job,) = agent(of_kind, cell)["receivers"]["prometheus"]["config"]["scrape_configs"]
        (kept,) = job["metric_relabel_configs"]
        config = gateway(of_kind, cell)
        (renamed,) = [
            t for t in config["processors"]["metricstransform"]["transforms"] if t["new_name"] == signals.AUTHORITY
        ]
        said = renamed["include"].removeprefix("^").removesuffix("$$")
        assert re.fullmatch(kept["regex"], f"{said};;;;")
        assert said == "citadel_server_cert_chain_expiry_seconds"
        (declared,) = [
            d
            for d in config["exporters"]["awsemf"]["metric_declarations"]
            if d["metric_name_selectors"] == [f"^{signals.AUTHORITY}$$"]
        ]
        # It comes from a control plane, which reports no requests: a matcher on `reporter` would drop it.
        assert "label_matchers" not in declared
        assert declared["dimensions"] == [[signals.CELL]]


def joined(kept: dict, **labels: str) -> str:
    """What a rule of Prometheus looks at: its labels one after the other."""
    return ";".join(labels.get(label, "") for label in kept["source_labels"])


def test_a_token_of_the_registry_that_is_not_renewed_is_told_and_no_other_secret(cells, of_kind):
    """Asked of External Secrets on its node, cut to what the alarm reads there, renamed and declared at the gateway."""
    for cell in cells:
        (job,) = agent(of_kind, cell)["receivers"]["prometheus"]["config"]["scrape_configs"]
        (kept,) = job["metric_relabel_configs"]
        assert kept["action"] == "keep"
        tokens = [
            (secret["metadata"]["namespace"], secret["metadata"]["name"])
            for secret in of_kind(cell, "ExternalSecret")
            if "generatorRef" in str(secret)
        ]
        said = {"__name__": "externalsecret_status_condition", "condition": "Ready", "status": "False"}
        assert tokens
        for space, name in tokens:
            assert re.fullmatch(kept["regex"], joined(kept, **said, namespace=space, name=name))
        others = [
            said | {"namespace": "sessions", "name": "partner-keys"},
            said | {"namespace": tokens[0][0], "name": "other"},
            said | {"namespace": tokens[0][0], "name": tokens[0][1], "status": "True"},
        ]
        assert not [one for one in others if re.fullmatch(kept["regex"], joined(kept, **one))]
        config = gateway(of_kind, cell)
        (renamed,) = [
            t for t in config["processors"]["metricstransform"]["transforms"] if t["new_name"] == signals.TOKEN
        ]
        assert renamed["include"] == f"^{said['__name__']}$$"
        (declared,) = [
            d
            for d in config["exporters"]["awsemf"]["metric_declarations"]
            if d["metric_name_selectors"] == [f"^{signals.TOKEN}$$"]
        ]
        assert "label_matchers" not in declared
        assert declared["dimensions"] == [[signals.CELL]]


def test_external_secrets_is_asked_where_it_answers(cells, of_kind):
    for cell in cells:
        (chart,) = [a for a in of_kind(cell, "Application") if a["metadata"]["name"] == "external-secrets"]
        annotations = chart["spec"]["source"]["helm"]["valuesObject"]["podAnnotations"]
        assert annotations == {"prometheus.io/scrape": "true", "prometheus.io/port": "8080"}


def test_failures_are_taken_before_the_counter_they_come_from_is_renamed(cells, of_kind):
    for cell in cells:
        transforms = gateway(of_kind, cell)["processors"]["metricstransform"]["transforms"]
        order = [t["new_name"] for t in transforms]
        assert order.index(signals.FAILURES) < order.index(signals.REQUESTS)


def test_the_zone_is_the_node_s_and_by_its_id(cells, of_kind):
    for cell in cells:
        labels = agent(of_kind, cell)["processors"]["k8sattributes"]["extract"]["labels"]
        assert {"tag_name": signals.ZONE, "key": "topology.k8s.aws/zone-id", "from": "node"} in labels


def test_growth_is_known_on_the_node_before_any_gateway_is_chosen(cells, of_kind):
    for cell in cells:
        assert "cumulativetodelta" in agent(of_kind, cell)["service"]["pipelines"]["metrics"]["processors"]
        assert "cumulativetodelta" not in gateway(of_kind, cell)["processors"]


def test_proxies_are_asked_where_they_say_and_network_policies_let_it_through(cells, of_kind):
    """A pod is a target at each of its ports, none of which is the one that its annotations name."""
    (job,) = agent(of_kind, cells[0])["receivers"]["prometheus"]["config"]["scrape_configs"]
    written = {rule["target_label"]: rule for rule in job["relabel_configs"] if "target_label" in rule}
    annotation = "__meta_kubernetes_pod_annotation_prometheus_io"
    assert written["__address__"]["source_labels"] == ["__meta_kubernetes_pod_ip", f"{annotation}_port"]
    assert written["__metrics_path__"]["source_labels"] == [f"{annotation}_path"]
    # The collector takes a single dollar sign for a variable of its environment.
    assert written["__address__"]["replacement"] == "$$1:$$2"


def test_traces_of_a_proxy_go_where_it_may_and_its_scope_reaches(cells, of_kind):
    for cell in cells:
        (istiod,) = [a for a in of_kind(cell, "Application") if a["metadata"]["name"] == "istiod"]
        (provider,) = istiod["spec"]["source"]["helm"]["valuesObject"]["meshConfig"]["extensionProviders"]
        name, space = provider["opentelemetry"]["service"].split(".")[:2]
        collectors = {
            (f"{c['metadata']['name']}-collector", c["metadata"]["namespace"]) for c in collected(of_kind, cell)
        }
        assert (name, space) in collectors
        for sidecar in of_kind(cell, "Sidecar"):
            if "workloadSelector" in sidecar["spec"]:
                assert f"{space}/*" in sidecar["spec"]["egress"][0]["hosts"]
        for policy in of_kind(cell, "NetworkPolicy"):
            if policy["metadata"]["name"] == "telemetry":
                ((to,),) = [rule["to"] for rule in policy["spec"]["egress"]]
                assert to["namespaceSelector"]["matchExpressions"][0]["values"] == [space]


def collected(of_kind, cell):
    return of_kind(cell, "OpenTelemetryCollector")


def test_without_a_mesh_the_gateway_counts_for_the_services(cells, of_kind):
    for cell in cells:
        config = gateway(of_kind, cell)
        at_service = config["exporters"]["awsemf"]["metric_declarations"][1]
        side = "destination" if cell.region.meshed else "source"
        assert at_service["label_matchers"] == [{"label_names": ["reporter"], "regex": f"^{side}$$"}]
        assert ("transform/service" in config["processors"]) == (not cell.region.meshed)
