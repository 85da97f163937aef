"""When the alarms of a region's ways out ring: series of figures against the alarms of the template."""

import pytest

from fleet import names
from hypercell.egress.runtime.probing import PATIENCE_SECONDS
from tests.stacks.ways_out import of_type, regions, written

ZONE = "use1-az2"


@pytest.fixture
def home(synthesized, fleet):
    """us-east-1 and its template."""
    return regions(synthesized, fleet)[0]


def watching(template, metric, *, dimension=ZONE, statistic=None):
    """The one alarm on a metric of a zone, a function or a group."""
    (found,) = (
        alarm
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values()
        if alarm.get("MetricName") == metric
        and alarm["Dimensions"][0]["Value"] == dimension
        and statistic in (None, alarm["Statistic"])
    )
    return found


def rings(alarm, series):
    """Whether an alarm rings at the end of a series, one figure a period; None: nobody published anything."""
    window = ([None] * alarm["EvaluationPeriods"] + series)[-alarm["EvaluationPeriods"] :]
    missing = alarm["TreatMissingData"] == "breaching"
    below = alarm["ComparisonOperator"] == "LessThanThreshold"
    wrong = [
        missing if figure is None else figure < alarm["Threshold"] if below else figure > alarm["Threshold"]
        for figure in window
    ]
    return sum(wrong) >= alarm["DatapointsToAlarm"]


# Metric, seconds of a figure, figures, and whether it rings.
CASES = [
    # Rounds of a minute, of sixty, in which neither way worked.
    ("BothPathsDown", 60, [0, 20], False),
    ("BothPathsDown", 60, [0, 21], True),
    ("ShardsOnGateway", 60, [1] * 14, False),
    ("ShardsOnGateway", 60, [1] * 15, True),
    ("ShardsOnGateway", 60, [1] * 14 + [0] + [1] * 14, False),
    ("GatewayProbeFailed", 60, [60, 0, 0], False),
    ("GatewayProbeFailed", 60, [60, 60], True),
    ("ProberUnknown", 60, [60, 60], False),
    ("ProberUnknown", 60, [60, 60, 60], True),
    ("ProberUnknown", 60, [10] * 60, False),
    ("ProberUnknown", 60, [60 / PATIENCE_SECONDS] * 3, True),
    # Shards that failed over: all cells of a zone at once are one swap.
    ("Failovers", 60, [6] + [0] * 20 + [6] + [0] * 20, False),
    ("Failovers", 60, [6] + [0] * 20 + [6] + [0] * 20 + [6], True),
    ("Failovers", 60, [6] + [0] * 30 + [6] + [0] * 30 + [6], False),
    ("Rounds", 60, [60, None, None], False),
    ("Rounds", 60, [60, None, None, None], True),
    ("Rounds", 60, [60, 0, 0, 0], True),
    ("RouteErrors", 60, [2, 2], False),
    ("RouteErrors", 60, [2, 2, 2], True),
    ("ShardsUnreadable", 60, [1] * 9, False),
    ("ShardsUnreadable", 60, [1] * 10, True),
    ("Replaced", 3600, [2], False),
    ("Replaced", 3600, [3], True),
    ("AllowanceExceeded", 10, [5, 0, 0], False),
    ("AllowanceExceeded", 10, [5, 0, 5], True),
    ("InsertFailed", 60, [1, 0, 1], True),
    ("EarlyDropped", 60, [1, 0, 1], True),
    ("ConnectionsFree", 60, [19, 19, 20], False),
    ("ConnectionsFree", 60, [19, 19, 19], True),
    ("ConnectionsFree", 60, [None, None, None], False),
    ("Resets", 60, [5000] * 10, False),
    ("Resets", 60, [601] * 15, True),
]


@pytest.mark.parametrize(("metric", "seconds", "series", "expected"), CASES)
def test_an_alarm_rings_when_it_should_and_not_before(home, metric, seconds, series, expected):
    alarm = watching(home[1], metric)
    assert alarm["Period"] == seconds
    assert rings(alarm, series) is expected


def test_a_full_connection_table_and_a_machine_that_says_nothing_ring(home):
    full = watching(home[1], "ConnectionsUsed", statistic="Maximum")
    assert not rings(full, [80] * 3)
    assert rings(full, [81] * 3)
    silent = watching(home[1], "ConnectionsUsed", statistic="SampleCount")
    assert not rings(silent, [6] + [None] * 9)
    assert rings(silent, [6] + [None] * 10)


def test_a_zone_without_an_instance_for_ten_minutes_rings(home):
    gone = watching(home[1], "GroupInServiceInstances", dimension=names.nat_group(home[0], ZONE))
    assert not rings(gone, [1] + [0] * 9)
    assert rings(gone, [1] + [0] * 10)


def test_the_functions_of_the_controller_ring_when_they_fail_wait_or_give_up(home):
    region, template = home
    for name in (names.nat_ticks(region), names.nat_events(region)):
        for metric in ("Errors", "Throttles"):
            alarm = watching(template, metric, dimension=name)
            assert alarm["Namespace"] == "AWS/Lambda"
            assert not rings(alarm, [1, 1])
            assert rings(alarm, [1, 1, 1])
    assert rings(watching(template, "AsyncEventsDropped", dimension=names.nat_events(region)), [1])


def computed(expression, figures):
    """What CloudWatch makes of an expression; a division by nothing is no figure."""
    functions = {
        "IF": lambda condition, then, otherwise: then if condition else otherwise,
        "FILL": lambda figure, instead: instead if figure is None else figure,
    }
    try:
        return eval(expression, functions, figures)
    except ZeroDivisionError:
        return None


def share(template, label, **figures):
    """Whether an expression over several metrics rings, alike in every zone. A figure left out was not published."""
    said = set()
    for alarm in of_type(template, "AWS::CloudWatch::Alarm").values():
        for query in alarm.get("Metrics", []):
            if query.get("Label") == label:
                measured = {q["Id"]: figures.get(q["Id"]) for q in alarm["Metrics"] if "MetricStat" in q}
                assert figures.keys() <= measured.keys()
                said.add(rings(alarm, [computed(query["Expression"], measured)] * alarm["EvaluationPeriods"]))
    (one,) = said
    return one


@pytest.mark.parametrize(
    ("figures", "expected"),
    [
        ({"upward": 5e9, "downward": 5e9, "forwarded": 80e9}, True),
        ({"upward": 3e9, "downward": 3e9, "forwarded": 80e9}, False),
        ({"upward": 8e9, "downward": 8e9}, True),
        # A quiet night: probes alone.
        ({"upward": 1e9, "downward": 1e9, "forwarded": 0}, False),
        ({"upward": 0, "downward": 0}, False),
    ],
)
def test_bytes_that_cost_by_the_byte_ring_when_they_are_many(home, figures, expected):
    assert share(home[1], "percent through the gateway", **figures) is expected


@pytest.mark.parametrize(("dropped", "expected"), [(0, False), (90, False), (110, True)])
def test_a_gateway_that_drops_packets_rings(home, dropped, expected):
    sent = {"upward": 500_000, "downward": 500_000, "dropped": dropped}
    assert share(home[1], "percent of packets dropped", **sent) is expected


def test_a_gateway_without_ports_rings_in_every_zone(home):
    alarms = [
        a for a in of_type(home[1], "AWS::CloudWatch::Alarm").values() if a.get("MetricName") == "ErrorPortAllocation"
    ]
    assert len(alarms) == len(home[0].zones)
    assert all(rings(alarm, [1, 0, 1]) for alarm in alarms)


def test_every_zone_is_watched_alike(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        of = {zone: set() for zone in region.zones}
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values():
            text = alarm["AlarmDescription"]
            for zone in region.zones:
                if f" of {zone}: " in text:
                    of[zone].add(text.replace(zone, "zone"))
        assert len({frozenset(texts) for texts in of.values()}) == 1
        assert all(len(texts) > 20 for texts in of.values())


def test_every_alarm_says_whose_it_is_what_that_means_and_what_to_do(synthesized, fleet):
    for region, template in regions(synthesized, fleet):
        for alarm in of_type(template, "AWS::CloudWatch::Alarm").values():
            who, _, meaning = alarm["AlarmDescription"].partition(": ")
            assert who.rpartition(" ")[2] in (*region.zones, region.name)
            # What is wrong, then what it means or what to do.
            assert ". " in meaning or "; " in meaning or ": " in meaning, meaning
            assert len(alarm["AlarmDescription"]) <= 1024


def test_a_saturation_alarm_says_whether_anything_moves_by_itself(home, tmp_path):
    said = watching(home[1], "AllowanceExceeded")["AlarmDescription"]
    assert "The controller moves one cell after another to the gateway" in said
    _region, template = written(tmp_path, saturation="alarm")
    assert "Nothing moves by itself" in watching(template, "AllowanceExceeded")["AlarmDescription"]
