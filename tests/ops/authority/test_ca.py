"""`hypercell cell ca` from end to end: a plan first, whole values only, and an interrupted run that goes on."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fleet import authority, names
from ops.authority import root
from ops.authority.certificates import Authority, judge

CELLS = ["use1-a", "use1-b", "use1-c", "use1-z"]
EAST = ("--region", "us-east-1")
WORDS = "correct horse battery staple"
LATER = timedelta(hours=authority.SETTLE_HOURS + 1)


def judged(aws: Any, cell: str) -> Authority:
    stored = aws.stored(cell)
    assert stored is not None
    return judge(stored, trust_domain=names.trust_domain(aws.fleet.cell(cell).region))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "root.p12"


@pytest.fixture
def standing(aws: Any, ca: Callable, file: Path) -> Path:
    """Every cell of us-east-1 has an authority; the root's file."""
    made = ca(*EAST, "--root-out", str(file), "--yes")
    assert made.exit_code == 0, made.output
    aws.calls.clear()
    return file


def test_looking_changes_nothing_and_says_what_is_missing(aws: Any, ca: Callable):
    seen = ca()
    assert seen.exit_code == 1
    assert "us-west-2: skyline-usw2.mesh" in seen.output
    assert seen.output.count("has no authority") == 7
    assert aws.writes() == []


def test_a_plan_changes_nothing_and_makes_no_root(aws: Any, ca: Callable, file: Path):
    plan = ca(*EAST, "--root-out", str(file))
    assert plan.exit_code == 1
    assert "nothing was changed: --yes does it" in plan.output
    assert aws.writes() == []
    assert not file.exists()


def test_the_first_run_gives_every_cell_an_authority_that_the_others_believe(aws: Any, ca: Callable, file: Path):
    done = ca(*EAST, "--root-out", str(file), "--yes")
    assert done.exit_code == 0, done.output
    found = [judged(aws, cell) for cell in CELLS]
    assert len({one.roots for one in found}) == 1
    assert len({one.intermediate for one in found}) == len(CELLS)
    assert aws.stored("usw2-a") is None
    assert "two copies, apart, off line" in done.output


def test_the_root_is_written_to_its_file_and_its_key_to_no_cell(aws: Any, standing: Path):
    signer = root.read(
        standing, WORDS, trust_domain="skyline-use1.mesh", now=judged(aws, "use1-a").ends - timedelta(days=1)
    )
    secret = signer.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    body = secret.splitlines()[1]
    for cell in CELLS:
        stored = aws.stored(cell)
        assert stored.keys() == set(authority.KEYS)
        assert body not in json.dumps(stored)


def test_what_is_printed_holds_no_key(aws: Any, ca: Callable, standing: Path):
    for arguments in ((), ("--json",), ("--cell", "use1-a", "--rotate", "--root-in", str(standing), "--yes")):
        said = ca(*EAST, *arguments) if not arguments or arguments[0] == "--json" else ca(*arguments)
        assert "PRIVATE" not in said.output
        for cell in CELLS:
            assert aws.stored(cell)[authority.KEY].splitlines()[1] not in said.output


def test_values_stand_where_the_manifests_read_them_under_the_regions_key(aws: Any, standing: Path):
    client = boto3.client("secretsmanager", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    found = client.describe_secret(SecretId="skyline/use1-a/mesh/authority")
    assert found["KmsKeyId"] == "alias/skyline-use1-cells"
    assert {"Key": "fleet:cell", "Value": "use1-a"} in found["Tags"]


def test_a_root_is_written_before_anything_is_signed_with_it(aws: Any, ca: Callable, file: Path):
    aws.deny("CreateSecret", "use1-a")
    stopped = ca(*EAST, "--root-out", str(file), "--yes")
    assert stopped.exit_code == 2
    assert "stopped: use1-a: AccessDeniedException: no; what it had stays" in stopped.output
    assert file.exists()
    aws.denied.clear()
    assert ca(*EAST, "--root-in", str(file), "--yes").exit_code == 0


def test_denied_in_the_middle_leaves_every_cell_whole_and_the_next_run_goes_on(aws: Any, ca: Callable, file: Path):
    aws.deny("CreateSecret", "use1-c")
    stopped = ca(*EAST, "--root-out", str(file), "--yes")
    assert stopped.exit_code == 2
    assert [aws.stored(cell) is not None for cell in CELLS] == [True, True, False, False]
    assert "use1-b has an authority" in stopped.output
    before = [judged(aws, cell) for cell in CELLS[:2]]
    aws.denied.clear()
    aws.calls.clear()
    assert ca(*EAST, "--root-in", str(file), "--yes").exit_code == 0
    assert aws.writes() == ["use1-c", "use1-z"]
    assert [judged(aws, cell) for cell in CELLS[:2]] == before
    assert len({judged(aws, cell).roots for cell in CELLS}) == 1


def test_an_answer_that_was_lost_is_not_taken_for_a_no(aws: Any, ca: Callable, file: Path):
    aws.deny("CreateSecret", "use1-a", "InternalServiceError")
    said = ca(*EAST, "--root-out", str(file), "--yes")
    assert "it may have arrived all the same: look again" in said.output


def test_a_cell_that_cannot_be_read_stops_changes_to_all(aws: Any, ca: Callable, standing: Path, tmp_path: Path):
    aws.deny("GetSecretValue", "use1-b")
    assert ca(*EAST).exit_code == 2
    refused = ca(*EAST, "--rotate", "--root-out", str(tmp_path / "next.p12"), "--yes")
    assert refused.exit_code == 2
    assert "use1-b could not be looked at (AccessDeniedException: no)" in refused.stderr
    assert aws.writes() == []
    assert not (tmp_path / "next.p12").exists()


def test_an_intermediate_is_renewed_under_the_same_root_and_others_stay(aws: Any, ca: Callable, standing: Path):
    before = {cell: judged(aws, cell) for cell in CELLS}
    done = ca("--cell", "use1-b", "--rotate", "--root-in", str(standing), "--yes")
    assert done.exit_code == 0, done.output
    assert aws.writes() == ["use1-b"]
    after = judged(aws, "use1-b")
    assert after.intermediate != before["use1-b"].intermediate
    assert after.roots == before["use1-b"].roots
    assert judged(aws, "use1-a") == before["use1-a"]


def test_another_regions_root_signs_nothing_here(aws: Any, ca: Callable, standing: Path, tmp_path: Path):
    west = tmp_path / "west.p12"
    assert ca("--region", "us-west-2", "--root-out", str(west), "--yes").exit_code == 0
    aws.calls.clear()
    refused = ca("--cell", "use1-a", "--rotate", "--root-in", str(west), "--yes")
    assert refused.exit_code == 2
    assert "is the root of spiffe://skyline-usw2.mesh, not of spiffe://skyline-use1.mesh" in refused.stderr
    assert aws.writes() == []


def run(aws: Any, ca: Callable, passed: timedelta, *arguments: str) -> list[str]:
    """Cells that a run wrote, when so long has passed since everything before it."""
    aws.passed = passed
    aws.calls.clear()
    done = ca(*EAST, *arguments, "--yes")
    assert done.exit_code in (0, 1), done.output
    return aws.writes()


def test_a_root_is_replaced_without_a_moment_in_which_cells_disagree(
    aws: Any, ca: Callable, standing: Path, tmp_path: Path
):
    following = str(tmp_path / "next.p12")
    soon, rest = timedelta(), CELLS[1:]

    def agree() -> None:
        found = [judged(aws, cell) for cell in CELLS]
        assert all(one.issuer in other.roots for one in found for other in found)

    assert run(aws, ca, soon, "--rotate", "--root-out", following) == ["use1-a"]
    agree()
    assert run(aws, ca, soon) == []
    assert run(aws, ca, timedelta(hours=authority.FIRST_HOURS)) == rest
    agree()
    assert run(aws, ca, soon, "--root-in", following) == []
    assert run(aws, ca, LATER) == [], "moving wants the new root's key"
    assert run(aws, ca, LATER, "--root-in", following) == ["use1-a"]
    agree()
    assert run(aws, ca, LATER, "--root-in", following) == rest
    agree()
    assert run(aws, ca, soon) == []
    assert run(aws, ca, LATER) == ["use1-a"]
    agree()
    assert run(aws, ca, LATER) == rest
    agree()
    signer = root.read(Path(following), WORDS, trust_domain="skyline-use1.mesh", now=judged(aws, "use1-a").ends)
    assert {judged(aws, cell).roots for cell in CELLS} == {(signer.fingerprint,)}
    aws.passed = soon
    assert ca(*EAST).exit_code == 0


@pytest.mark.parametrize("stop_at", range(3))
def test_a_replacement_that_was_interrupted_goes_on_where_it_stopped(
    aws: Any, ca: Callable, standing: Path, tmp_path: Path, stop_at: int
):
    following = str(tmp_path / "next.p12")
    assert run(aws, ca, timedelta(), "--rotate", "--root-out", following) == ["use1-a"]
    aws.deny("PutSecretValue", CELLS[1 + stop_at])
    aws.passed = LATER
    assert ca(*EAST, "--yes").exit_code == 2
    found = [judged(aws, cell) for cell in CELLS]
    assert all(one.issuer in other.roots for one in found for other in found)
    assert [len(one.roots) for one in found] == [2] * (1 + stop_at) + [1] * (3 - stop_at)
    aws.denied.clear()
    assert run(aws, ca, LATER) == CELLS[1 + stop_at :]


def test_a_second_root_is_not_begun_while_one_is_being_replaced(aws: Any, ca: Callable, standing: Path, tmp_path: Path):
    assert run(aws, ca, timedelta(), "--rotate", "--root-out", str(tmp_path / "next.p12")) == ["use1-a"]
    refused = ca(*EAST, "--rotate", "--root-out", str(tmp_path / "third.p12"), "--yes")
    assert refused.exit_code == 2
    assert "finish that first" in refused.stderr
    assert not (tmp_path / "third.p12").exists()


def test_somebody_who_was_faster_is_not_overwritten(aws: Any, ca: Callable, standing: Path, monkeypatch: Any):
    """Between the look and the write another person renews the same cell."""
    from ops.authority import stored

    put, there = stored.Vault._put, {}

    def slow(self: Any, cell: Any, value: Any, seen: Any) -> None:
        client = boto3.client(
            "secretsmanager", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        client.put_secret_value(SecretId=names.mesh_authority(cell), SecretString=json.dumps(aws.stored("use1-b")))
        there["now"] = aws.stored("use1-a")
        put(self, cell, value, seen)

    monkeypatch.setattr(stored.Vault, "_put", slow)
    refused = ca("--cell", "use1-a", "--rotate", "--root-in", str(standing), "--yes")
    assert refused.exit_code == 2
    assert "somebody wrote it a moment ago; look again" in refused.output
    assert aws.stored("use1-a") == there["now"]


def test_what_is_no_authority_is_said_and_replaced(aws: Any, ca: Callable, standing: Path):
    client = boto3.client("secretsmanager", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x")
    client.put_secret_value(SecretId=names.mesh_authority(aws.fleet.cell("use1-c")), SecretString="gibberish")
    seen = ca(*EAST)
    assert seen.exit_code == 1
    assert "what stands is unusable: no JSON object" in seen.output
    assert ca(*EAST, "--root-in", str(standing), "--yes").exit_code == 0
    assert judged(aws, "use1-c").roots == judged(aws, "use1-a").roots


def test_programs_are_told_the_same(aws: Any, ca: Callable, standing: Path):
    (region,) = json.loads(ca(*EAST, "--json").stdout)["regions"]
    assert region["trust_domain"] == "skyline-use1.mesh"
    assert [cell["cell"] for cell in region["cells"]] == CELLS
    assert {cell["days"] for cell in region["cells"]} <= {authority.CELL_DAYS, authority.CELL_DAYS - 1}
    assert region["new_root"] is None


def test_what_ends_soon_is_not_well(aws: Any, ca: Callable, standing: Path):
    aws.passed = timedelta(days=authority.CELL_DAYS - authority.RENEW_DAYS + 1)
    seen = ca(*EAST)
    assert seen.exit_code == 1
    assert "renew it" in seen.output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--region", "us-west-3"), "--region: 'us-west-3' is no region here; one of us-east-1, us-west-2"),
        (("--cell", "use1-q"), "--cell: 'use1-q' is no cell here; one of use1-a,"),
        (("--region", "us-west-2", "--cell", "use1-a"), "--cell: use1-a is in us-east-1, not in us-west-2"),
        (("--yes",), "name one region with --region: us-east-1, us-west-2"),
        ((*EAST, "--rotate", "--yes"), "nothing to replace"),
        ((*EAST, "--root-in", "a", "--root-out", "b"), "give one of them"),
        ((*EAST, "--root-in", "nowhere.p12"), "--root-in: nowhere.p12 cannot be read"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_a_line(ca: Callable, arguments: tuple[str, ...], said: str):
    refused = ca(*arguments)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_a_region_without_a_mesh_has_no_authorities(ca: Callable):
    refused = ca(blueprint="day-one")
    assert refused.exit_code == 2
    assert "no region of this fleet has a mesh" in refused.stderr
    assert "mesh: 'none' has no authorities" in ca("--region", "us-east-1", blueprint="day-one").stderr


def test_signing_wants_a_root(aws: Any, ca: Callable):
    refused = ca(*EAST, "--yes")
    assert refused.exit_code == 2
    assert "bring the region's root with --root-in, or make its first one with --root-out" in refused.output
    assert aws.writes() == []
