"""What collectors count, and that it is what alarms read."""

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
        assert declared == [*signals.AT_THE_DOOR, *signals.AT_A_SERVICE]
        for declaration in exporter["metric_declarations"]:
            assert declaration["metric_name_selectors"] == [f"^{name}$$" for name in signals.METRICS]


def test_every_promised_metric_is_made_from_a_proxy_s(cells, of_kind):
    for cell in cells:
        transforms = gateway(of_kind, cell)["processors"]["metricstransform"]["transforms"]
        assert {t["new_name"] for t in transforms} == set(signals.METRICS)


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


def test_without_a_mesh_the_gateway_counts_for_the_services(cells, of_kind):
    for cell in cells:
        config = gateway(of_kind, cell)
        at_service = config["exporters"]["awsemf"]["metric_declarations"][1]
        side = "destination" if cell.region.meshed else "source"
        assert at_service["label_matchers"] == [{"label_names": ["reporter"], "regex": f"^{side}$$"}]
        assert ("transform/service" in config["processors"]) == (not cell.region.meshed)
