"""Disruption: how many nodes may go at once, for which reason, in every hour of a week."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from fleet.cell import Cell

Document = dict[str, Any]
OfKind = Callable[[Cell, str], list[Document]]

WEEK = range(7 * 24)
"""Hours, from Monday 0 h UTC."""


def active(budget: Document, hour: int) -> bool:
    """Whether a budget counts in an hour. Schedules here start at a full hour, on every day or on days of the week."""
    if "schedule" not in budget:
        return True
    minute, start, day, month, weekday = budget["schedule"].split()
    assert (minute, day, month) == ("0", "*", "*"), budget["schedule"]
    hours = int(re.fullmatch(r"(\d+)h", budget["duration"])[1])  # type: ignore[index]
    begun = [(hour - back) % len(WEEK) for back in range(hours)]
    days = range(7) if weekday == "*" else [(int(one) - 1) % 7 for one in weekday.split(",")]
    return any(one % 24 == int(start) and one // 24 in days for one in begun)


def allowed(pool: Document, reason: str, hour: int) -> int:
    """Nodes of a full pool that may go at once: the least of the budgets that count, percentages rounded up."""
    nodes = int(pool["spec"]["limits"]["nodes"])
    least = nodes
    for budget in pool["spec"]["disruption"]["budgets"]:
        if reason in budget["reasons"] and active(budget, hour):
            text = budget["nodes"]
            least = min(least, -(-nodes * int(text[:-1]) // 100) if text.endswith("%") else int(text))
    return least


@pytest.fixture
def pools(cells: list[Cell], of_kind: OfKind) -> list[Document]:
    return [pool for cell in cells for pool in of_kind(cell, "NodePool")]


def hours(pool: Document, reason: str) -> Iterator[int]:
    return (hour for hour in WEEK if allowed(pool, reason, hour))


def test_a_budget_counts_from_its_start_and_for_its_duration() -> None:
    quiet = {"nodes": "0", "reasons": ["Drifted"], "schedule": "0 22 * * 7", "duration": "4h"}
    assert [hour for hour in WEEK if active(quiet, hour)] == [0, 1, 6 * 24 + 22, 6 * 24 + 23]
    assert all(active({"nodes": "1", "reasons": ["Drifted"]}, hour) for hour in WEEK)


def test_a_new_image_reaches_nodes_on_every_day_of_the_week(pools: list[Document]) -> None:
    for pool in pools:
        assert {hour // 24 for hour in hours(pool, "Drifted")} == set(range(7)), pool["metadata"]["name"]


def test_a_drifted_pool_is_new_within_a_day(pools: list[Document]) -> None:
    """At a node in 15 minutes, the longest that a node may take to go, as many at a time as the budgets allow."""
    for pool in pools:
        rounds = sum(allowed(pool, "Drifted", hour) * 4 for hour in range(24))
        assert rounds >= int(pool["spec"]["limits"]["nodes"])


def test_no_more_than_a_tenth_of_a_pool_moves_to_save_money_and_none_in_the_evening(pools: list[Document]) -> None:
    for pool in pools:
        nodes = int(pool["spec"]["limits"]["nodes"])
        for hour in WEEK:
            assert allowed(pool, "Underutilized", hour) <= -(-nodes // 10)
            if 16 <= hour % 24 < 21:
                assert allowed(pool, "Underutilized", hour) == allowed(pool, "Drifted", hour) == 0


def test_empty_nodes_may_always_go(pools: list[Document]) -> None:
    for pool in pools:
        assert list(hours(pool, "Empty")) == list(WEEK)


def test_every_budget_says_its_reasons_and_only_a_schedule_forbids(pools: list[Document]) -> None:
    for pool in pools:
        budgets = pool["spec"]["disruption"]["budgets"]
        for budget in budgets:
            assert budget["reasons"]
            assert ("schedule" in budget) is ("duration" in budget)
            assert budget["nodes"] != "0" or "schedule" in budget
        assert {reason for one in budgets for reason in one["reasons"]} == {"Empty", "Drifted", "Underutilized"}


def test_a_node_ends_in_days_and_nothing_holds_it_for_ever(pools: list[Document]) -> None:
    for pool in pools:
        template = pool["spec"]["template"]["spec"]
        assert int(re.fullmatch(r"(\d+)h", template["expireAfter"])[1]) <= 30 * 24  # type: ignore[index]
        assert int(re.fullmatch(r"(\d+)m", template["terminationGracePeriod"])[1]) <= 30  # type: ignore[index]


def test_a_node_is_left_alone_for_minutes_before_it_is_judged(pools: list[Document]) -> None:
    for pool in pools:
        disruption = pool["spec"]["disruption"]
        assert disruption["consolidationPolicy"] == "WhenEmptyOrUnderutilized"
        assert int(re.fullmatch(r"(\d+)m", disruption["consolidateAfter"])[1]) >= 1  # type: ignore[index]


def test_pods_are_gone_before_their_node_must_be(cells: list[Cell], of_kind: OfKind) -> None:
    """120 s is the notice of Spot."""
    for cell in cells:
        graces = [int(p["spec"]["template"]["spec"]["terminationGracePeriod"][:-1]) for p in of_kind(cell, "NodePool")]
        for deployment in of_kind(cell, "Deployment"):
            pod = deployment["spec"]["template"]["spec"]
            assert pod["terminationGracePeriodSeconds"] <= 120 <= 60 * min(graces)


def test_no_preference_keeps_karpenter_from_tidying_up(cells: list[Cell], of_kind: OfKind) -> None:
    """It takes preferred affinity and `ScheduleAnyway` for required, and then never finds a cheaper place."""
    for cell in cells:
        for deployment in of_kind(cell, "Deployment"):
            pod = deployment["spec"]["template"]["spec"]
            assert "preferredDuringSchedulingIgnoredDuringExecution" not in str(pod["affinity"])
            assert all(one["whenUnsatisfiable"] == "DoNotSchedule" for one in pod["topologySpreadConstraints"])
            assert "do-not-disrupt" not in str(deployment)


def test_every_deployment_has_one_budget_that_lets_a_pod_go_however_few_there_are(
    cells: list[Cell], of_kind: OfKind
) -> None:
    for cell in cells:
        covered = [_selected(budget) for budget in of_kind(cell, "PodDisruptionBudget")]
        pods = [("istio-system", "app=istiod"), *(_selected(one) for one in of_kind(cell, "Deployment"))]
        assert sorted(covered) == sorted(pods)
        for budget in of_kind(cell, "PodDisruptionBudget"):
            assert "minAvailable" not in budget["spec"]
            # A percentage is rounded up: a tenth of three pods is one.
            assert int(str(budget["spec"]["maxUnavailable"]).removesuffix("%")) > 0
            assert budget["spec"]["unhealthyPodEvictionPolicy"] == "AlwaysAllow"


def _selected(document: Document) -> tuple[str, str]:
    ((label, value),) = document["spec"]["selector"]["matchLabels"].items()
    return document["metadata"]["namespace"], f"{label}={value}"


def test_gateways_and_istiod_lose_one_pod_at_a_time_and_have_three(cells: list[Cell], of_kind: OfKind) -> None:
    for cell in cells:
        charts = {a["metadata"]["name"]: a["spec"]["source"].get("helm", {}) for a in of_kind(cell, "Application")}
        for name in {"ingress", "eastwest"} & set(charts):
            values = charts[name]["valuesObject"]
            assert values["podDisruptionBudget"]["maxUnavailable"] == 1
            assert values["autoscaling"]["minReplicas"] >= 3
        istiod = charts["istiod"]["valuesObject"]
        assert istiod["pilot"]["autoscaleMin"] >= 3
        (budget,) = [b for b in of_kind(cell, "PodDisruptionBudget") if b["metadata"]["name"] == "istiod"]
        assert budget["spec"]["maxUnavailable"] == 1
        # The chart's own would be a second one over the same pods, and the API server then evicts none of them.
        assert istiod["global"]["defaultPodDisruptionBudget"] == {"enabled": False}
