"""What a NAT instance counts."""

import json

from hypercell.egress.instance import metrics
from hypercell.egress.runtime.report import METRICS

# `ethtool -S ens5` of an ENA driver, shortened.
CARD = """NIC statistics:
     total_resets: 0
     reset_fail: 0
     tx_timeout: 0
     bw_in_allowance_exceeded: 14
     bw_out_allowance_exceeded: 0
     pps_allowance_exceeded: 3
     conntrack_allowance_exceeded: 0
     linklocal_allowance_exceeded: 0
     conntrack_allowance_available: 136812
     queue_0_tx_cnt: 11938
"""

# /proc/net/stat/nf_conntrack of a kernel 6 with two processors.
TABLE = (
    "entries  clashres found new invalid ignore delete chainlength insert insert_failed drop early_drop icmp_error "
    " expect_new expect_create expect_delete search_restart\n"
    "0000002a  00000000 00000000 00000000 0000000b 00000000 00000000 00000000 00000000 00000010 00000001 0000000f "
    "00000000  00000000 00000000 00000000 00000000\n"
    "0000002a  00000000 00000000 00000000 00000001 00000000 00000000 00000000 00000000 00000001 00000000 00000001 "
    "00000000  00000000 00000000 00000000 00000000\n"
)

COUNTERS = json.dumps(
    {
        "nftables": [
            {"metainfo": {"version": "1.0.6", "json_schema_version": 1}},
            {"counter": {"family": "ip", "name": "opened", "table": "nat_egress", "packets": 900, "bytes": 1}},
            {"counter": {"family": "ip", "name": "stale_tcp", "table": "nat_egress", "packets": 7, "bytes": 1}},
        ]
    }
)


def test_the_cards_counters_are_read_by_name():
    found = metrics.card(CARD)
    assert (found["bw_in_allowance_exceeded"], found["conntrack_allowance_available"]) == (14, 136812)


def test_the_kernels_table_is_summed_over_processors():
    found = metrics.table(TABLE)
    assert (found["insert_failed"], found["drop"], found["early_drop"]) == (17, 1, 16)


def test_connections_told_to_start_anew_are_counted_by_the_rules():
    assert metrics.stale(COUNTERS) == 7


def test_what_only_grows_is_published_as_growth():
    before = metrics.counters(metrics.card(CARD), metrics.table(TABLE), received=1000, sent=500, resets=7)
    after = {**before, "BandwidthInExceeded": 15, "BytesIn": 4000}
    grown = metrics.since(before, after)
    assert (grown["BandwidthInExceeded"], grown["PacketsExceeded"], grown["BytesIn"]) == (1, 0, 3000)


def test_a_counter_that_was_reset_has_grown_from_nothing():
    assert metrics.since({"BytesIn": 9000}, {"BytesIn": 200}) == {"BytesIn": 200}


def test_the_first_run_publishes_levels_and_no_growth():
    now = metrics.counters(metrics.card(CARD), metrics.table(TABLE), received=1000, sent=500, resets=7)
    assert metrics.metrics(metrics.since({}, now), 1.5, 136812, 136812) == {
        "ConnectionsUsed": 1.5,
        "ConnectionsAvailable": 136812,
        "ConnectionsFree": 100,
    }


def test_what_is_free_is_a_part_of_the_most_that_ever_was():
    allowed = 0
    for available in (200_000, 180_000, None, 30_000):
        allowed = metrics.high_water(allowed, available)
    assert allowed == 200_000
    assert metrics.metrics({}, 0.0, 30_000, allowed)["ConnectionsFree"] == 15
    assert metrics.metrics({}, 0.0, 0, metrics.high_water(0, 0))["ConnectionsFree"] == 0
    assert "ConnectionsFree" not in metrics.metrics({}, 0.0, None, 0)


def test_any_limit_reached_counts_as_an_allowance_exceeded():
    found = metrics.metrics({"BandwidthOutExceeded": 2, "ConnectionsExceeded": 1, "BytesOut": 99}, 0.0, None, 0)
    assert found["AllowanceExceeded"] == 3


def test_an_older_driver_without_the_connection_counters_is_no_error():
    now = metrics.counters({"bw_in_allowance_exceeded": 1}, {}, received=1, sent=1, resets=0)
    assert "ConnectionsExceeded" not in now


def test_every_alarm_watches_something_that_is_published(synthesized):
    everything = metrics.counters(metrics.card(CARD), metrics.table(TABLE), received=1, sent=1, resets=1)
    published = {*metrics.metrics(metrics.since(everything, everything), 1.0, 1, 1), *METRICS}
    watched = {
        one["MetricName"]
        for template in synthesized("egress").values()
        for alarm in template["Resources"].values()
        if alarm["Type"] == "AWS::CloudWatch::Alarm"
        for one in [
            alarm["Properties"],
            *(q["MetricStat"]["Metric"] for q in alarm["Properties"].get("Metrics", []) if "MetricStat" in q),
        ]
        if one.get("Namespace", "").endswith("/egress")
    }
    assert {"AllowanceExceeded", "BothPathsDown", "BytesOut"} <= watched <= published
