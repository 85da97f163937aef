"""Whoever is paged for egress finds the alarm on the page."""

from __future__ import annotations

import re

from tests.docs.pages import page

_KEY = re.compile(r"Alarms(?:[A-Z][a-z]+\d+Az\d+)?(\w+?)[0-9A-F]{8}$")


def test_every_alarm_of_egress_is_on_the_page_with_what_to_look_at_and_what_to_do(synthesized):
    alarms = set()
    for template in synthesized("egress").values():
        for id, resource in template["Resources"].items():
            if resource["Type"] == "AWS::CloudWatch::Alarm":
                found = _KEY.search(id)
                assert found, id
                alarms.add(found[1])
    rows = re.findall(
        r"^\| (`\w+`(?:, `\w+`)*) \| (.+) \| (.+) \| (.+) \|$", page("docs/runbooks/nat-alarms.md").text, re.M
    )
    told = {name for names, *cells in rows for name in re.findall(r"`(\w+)`", names) if all(cells)}
    assert len(alarms) >= 10
    assert alarms - told == set()
