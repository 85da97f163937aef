"""The root's file: for its owner alone, never overwritten, and opened by its passphrase only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from fleet import authority
from ops.authority.certificates import make_root
from ops.authority.root import Refused, check_absent, fit, read, write

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DOMAIN = "skyline-use1.mesh"
WORDS = "correct horse battery staple"


@pytest.fixture
def made(tmp_path: Path) -> Path:
    path = tmp_path / "use1.p12"
    write(path, make_root(trust_domain=DOMAIN, now=NOW), WORDS)
    return path


def refusal(path: Path, words: str = WORDS, domain: str = DOMAIN, now: datetime = NOW) -> str:
    with pytest.raises(Refused) as error:
        read(path, words, trust_domain=domain, now=now)
    return str(error.value)


def test_a_root_comes_back_from_its_file(tmp_path: Path):
    signer = make_root(trust_domain=DOMAIN, now=NOW)
    write(tmp_path / "use1.p12", signer, WORDS)
    back = read(tmp_path / "use1.p12", WORDS, trust_domain=DOMAIN, now=NOW)
    assert back.fingerprint == signer.fingerprint
    assert back.key.private_numbers() == signer.key.private_numbers()


def test_the_file_is_its_owners_alone_and_holds_no_key_in_clear(made: Path):
    assert made.stat().st_mode & 0o777 == 0o600
    signer = read(made, WORDS, trust_domain=DOMAIN, now=NOW)
    secret = signer.key.private_numbers().private_value.to_bytes(48, "big")
    assert secret not in made.read_bytes()


def test_a_root_is_never_overwritten(made: Path):
    before = made.read_bytes()
    for attempt in (
        lambda: check_absent(made),
        lambda: write(made, make_root(trust_domain=DOMAIN, now=NOW), WORDS),
    ):
        with pytest.raises(Refused):
            attempt()
    assert made.read_bytes() == before


def test_a_folder_that_is_not_there_is_said_before_a_root_is_made(tmp_path: Path):
    with pytest.raises(Refused, match=r"is no folder; make it first"):
        check_absent(tmp_path / "safe" / "use1.p12")


def test_what_cannot_be_used_is_told_apart(made: Path, tmp_path: Path):
    assert "this is not its passphrase" in refusal(made, "wrong horse battery staple")
    assert refusal(made, domain="skyline-euw1.mesh") == (
        f"--root-in: {made} is the root of spiffe://skyline-use1.mesh, not of spiffe://skyline-euw1.mesh: "
        f"take the region's own"
    )
    assert "ended on 2036-11-22" in refusal(made, now=NOW + timedelta(days=authority.ROOT_DAYS))
    assert "cannot be read" in refusal(tmp_path / "none.p12")
    (tmp_path / "text.p12").write_text("no root")
    (tmp_path / "text.p12").chmod(0o600)
    assert "is no root's file" in refusal(tmp_path / "text.p12")


def test_a_file_that_others_may_read_is_not_used(made: Path):
    made.chmod(0o640)
    assert "others may read" in refusal(made)


def test_a_short_passphrase_guards_nothing():
    assert fit(WORDS) == WORDS
    with pytest.raises(Refused, match="the passphrase has 7 characters: a root's has 16 or more"):
        fit("letmein")
