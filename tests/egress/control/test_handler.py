"""The functions as Lambda calls them: the environment that the construct writes, real clients, one asset."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from hypercell.egress import runtime
from hypercell.egress.runtime.config import from_environment

ENVIRONMENT = {
    "ZONES": json.dumps(
        {"use1-az1": {"group": "g", "probers": {"instance": "p", "gateway": "q"}, "alarms": ["x"], "limit": 625e6}}
    ),
    "VPC_ID": "vpc-1",
    "FLEET": "skyline",
    "NAMESPACE": "skyline/egress",
    "SATURATION": "shed",
}


def test_the_environment_says_what_a_zone_has():
    config = from_environment(ENVIRONMENT)
    zone = config.zones["use1-az1"]
    assert (zone.group, zone.instance_prober, zone.gateway_prober, zone.alarms) == ("g", "p", "q", ("x",))
    assert config.shed
    assert not from_environment({**ENVIRONMENT, "SATURATION": "alarm"}).shed


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_function_without_a_part_of_its_environment_fails_at_once(name):
    with pytest.raises(KeyError, match=name):
        from_environment({key: value for key, value in ENVIRONMENT.items() if key != name})


def test_the_code_runs_alone_as_it_lies_in_the_asset(tmp_path):
    """No package of ours around it, no library but boto3: an event of somebody else's is passed over."""
    folder = tmp_path / "runtime"
    folder.mkdir()
    for file in Path(runtime.__file__).parent.glob("*.py"):
        (folder / file.name).write_bytes(file.read_bytes())
    script = (
        "from runtime import handler, prober\n"
        "handler.event({'detail-type': 'Scheduled Event', 'detail': {}}, None)\n"
        "import sys\n"
        "ours = {'fleet', 'hypercell', 'stacks', 'k8s', 'ops', 'local', 'aws_cdk', 'pydantic', 'yaml'}\n"
        "assert not ours & set(sys.modules), ours & set(sys.modules)\n"
        "print(callable(handler.tick) and callable(prober.handle))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        env={**ENVIRONMENT, "AWS_DEFAULT_REGION": "us-east-1", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.strip()) == (0, "True"), done.stderr
