"""What the figures and the kernel tests stand on: the lab itself."""

from __future__ import annotations

import subprocess

import pytest

from benchmarks.lab import first_boot, namespaces
from benchmarks.lab.laboratory import laboratory
from benchmarks.lab.load import Attempt, Record


def _standing(prefix):
    listed = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if line.startswith(prefix)]


def test_nothing_of_a_lab_is_left_after_a_failure(zone):
    if reason := namespaces.missing():
        pytest.skip(reason)
    with pytest.raises(KeyboardInterrupt), laboratory(zone) as lab:  # noqa: PT012
        prefix = lab.network.namespaces.prefix
        caller = lab.caller(next(iter(zone.cells))).process
        assert _standing(prefix)
        raise KeyboardInterrupt
    assert _standing(prefix) == []
    assert caller.poll() is not None


def test_what_would_make_a_skipped_lab_run_is_said(monkeypatch):
    monkeypatch.setattr(namespaces.shutil, "which", lambda program: None if program == "nft" else "there")
    assert namespaces.missing() == "needs nft: apt-get install conntrack iproute2 nftables"


def test_the_instance_gets_the_statements_of_its_boot_script_in_their_order(zone):
    found = first_boot.statements(zone.user_data)
    places = [zone.user_data.index(one) for one in found]
    assert places == sorted(places)
    assert any("chain postrouting" in one for one in found)


def test_a_boot_script_that_has_changed_its_shape_is_refused(zone):
    changed = zone.user_data.replace("nft -f /etc", "nft --file /etc")
    with pytest.raises(ValueError, match="not exactly one statement that begins with: nft -f"):
        first_boot.statements(changed)


def _attempts(*outcomes):
    return Record([Attempt(float(second), second + 0.5, outcome, "") for second, outcome in enumerate(outcomes)])


@pytest.mark.parametrize(
    ("outcomes", "outage"),
    [
        (("served", "served", "served"), 0.5),
        (("served", "no word", "no word", "served"), 2.5),
        # One that got through in between is luck, and no end of an outage.
        (("served", "no word", "served", "no word", "served"), 3.5),
        # Established and then told to start anew is no failed new connection.
        (("served", "reset", "served"), 0.5),
        (("served", "no word", "no word"), None),
    ],
)
def test_an_outage_ends_with_the_first_connection_after_which_none_failed(outcomes, outage):
    assert _attempts(*outcomes).outage(death=0.5) == outage
