"""What a NAT instance is given to run."""

import ast
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from fleet import addressing, names
from hypercell.egress import user_data

INSTANCE = Path(user_data.__file__).parent / "instance"
MOST_BYTES = 16384
"""EC2's limit for user data before encoding."""


@pytest.fixture
def region(fleet):
    return fleet.regions["us-east-1"]


@pytest.fixture
def script(region):
    return user_data.user_data(
        region, "use1-az2", interface_id="eni-0123456789abcdef0", addresses=["203.0.113.10", "203.0.113.11"]
    )


def needs_network_namespaces(*programs):
    """Skip, and say what would make it run."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}: apt-get install nftables iproute2")
    if os.geteuid() != 0 or subprocess.run(["unshare", "-n", "true"], check=False).returncode != 0:
        pytest.skip("needs root and network namespaces")


def test_user_data_loads_in_nft(region, tmp_path):
    needs_network_namespaces("nft")
    rules = tmp_path / "egress.nft"
    rules.write_text(user_data.ruleset(region, nic="ens5", source="masquerade fully-random"))
    # Twice: loading it again replaces it, and must not fail on what is there.
    load = f"nft -c -f {rules} && nft -f {rules} && nft -f {rules} && nft list chain ip nat_egress postrouting"
    found = subprocess.run(["unshare", "-n", "sh", "-c", load], check=False, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    assert (
        f"ip saddr {addressing.region_block(region)} meta l4proto {{ tcp, udp }} masquerade fully-random"
        in found.stdout
    )


def test_every_place_of_the_script_is_filled(script):
    # The name of its own network card and its private addresses are what an instance finds out by itself.
    assert set(re.findall("@[A-Z]+@", script)) == {"@NIC@", "@SOURCE@"}


def test_the_script_is_bash(script):
    found = subprocess.run(["bash", "-n"], input=script, check=False, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr


def test_the_script_fits_into_user_data(script):
    assert len(script.encode()) < MOST_BYTES * 0.9


def test_the_instance_tests_itself_before_it_says_continue(script, region):
    tests = [
        "grep 'fully-random'",
        "net.ipv4.ip_forward)",
        "-n net.netfilter.nf_conntrack_tcp_loose)",
        "-n net.netfilter.nf_conntrack_max)",
        'interface-id")" = "$INTERFACE"',
        'public-ipv4s" | sort)" = "$(printf',
        "finish CONTINUE",
    ]
    places = [script.index(test) for test in tests]
    assert places == sorted(places)
    assert any(line.startswith("trap") and "finish ABANDON" in line for line in script.splitlines())
    assert f"GROUP={names.nat_group(region, 'use1-az2')}" in script


def test_the_script_changes_nothing_in_ec2(script):
    called = {words[1] for line in script.splitlines() if (words := line.split()) and words[0] == "aws"}
    assert called == {"autoscaling"}


def test_metrics_run_on_the_images_own_python():
    ast.parse((INSTANCE / "metrics.py").read_text("utf-8"), feature_version=(3, 9))
