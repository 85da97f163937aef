"""Targets that prove a way out: on the internet, somebody else's, one of them without DNS."""

from __future__ import annotations

import pytest

FLEET = "fleet.yaml"
WRITTEN = "write it like 1.1.1.1:443 or example.com:443"

CASES = [
    ("[9.9.9.9]", f"probe[0]: 9.9.9.9 is no target; {WRITTEN}"),
    ("['1.1.1.1:0', 9.9.9.9:443]", f"probe[0]: 1.1.1.1:0 is no target; {WRITTEN}"),
    ("['1.1.1.1:65536']", f"probe[0]: 1.1.1.1:65536 is no target; {WRITTEN}"),
    ("[9.9.9.9:443, '*.example.com:443']", f"probe[1]: *.example.com:443 is no target; {WRITTEN}"),
    ("[9.9.9.9:443, 9.9.9.300:443]", f"probe[1]: 9.9.9.300:443 is no target; {WRITTEN}"),
    ("[9.9.9.9:443, 'Example.com:443']", f"probe[1]: Example.com:443 is no target; {WRITTEN}"),
    (
        "[9.9.9.9:443, 10.8.0.10:443]",
        "probe[1]: 10.8.0.10 is not on the internet; name a target that only a way out leads to",
    ),
    (
        "[169.254.169.254:80]",
        "probe[0]: 169.254.169.254 is not on the internet; name a target that only a way out leads to",
    ),
    (
        "[224.0.0.1:443]",
        "probe[0]: 224.0.0.1 is not on the internet; name a target that only a way out leads to",
    ),
    (
        "[9.9.9.9:443, www.skyline.example:443]",
        "probe[1]: www.skyline.example is our own, and its failure would look like that of every way out; name somebody else's",
    ),
    ("[9.9.9.9:443, 9.9.9.9:443]", "probe[1]: 9.9.9.9:443 stands twice; name it once"),
    ("[]", "probe: 0 targets; name 1 to 5, a way out works if any of them answers"),
    (
        "[1.1.1.1:443, 1.0.0.1:443, 8.8.8.8:443, 8.8.4.4:443, 9.9.9.9:443, 149.112.112.112:443]",
        "probe: 6 targets; name 1 to 5, a way out works if any of them answers",
    ),
    (
        "[checkip.amazonaws.com:443]",
        "probe: has no target by address; a failure of DNS would look like that of both ways out, add one like 1.1.1.1:443",
    ),
]


@pytest.mark.parametrize(("targets", "message"), CASES, ids=[targets for targets, _ in CASES])
def test_a_target_that_proves_nothing_is_refused(said, expect, targets, message):
    edits = [(FLEET, "size: large", f"size: large, probe: {targets}")]
    expected = [(FLEET, "egress: {path: insta", f"regions.us-east-1.egress.{message}")]
    assert said("hypergrowth", edits) == expect("hypergrowth", expected)


def test_a_target_of_another_port_and_a_single_address_are_enough(said):
    assert said("hypergrowth", [(FLEET, "size: large", "size: large, probe: [9.9.9.9:8443]")]) == []


def test_a_full_instance_sheds_or_calls_and_nothing_else(said, expect):
    edits = [(FLEET, "size: large", "size: large, saturation: ignore")]
    message = "regions.us-east-1.egress.saturation: 'ignore' is not one of [shed, alarm]"
    assert said("hypergrowth", edits) == expect("hypergrowth", [(FLEET, "egress: {path: insta", message)])
