"""What the controller writes on route tables, and reads there again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hypercell.egress.runtime import marks

NOW = 1_764_000_000.0


def test_what_is_written_is_read_again():
    first = marks.moved(marks.Marks(), reason="probe", now=NOW, until=NOW + 300, doomed="i-1")
    second = marks.moved(marks.read(first), reason="going", now=NOW + 60, until=NOW + 660, doomed="")
    seen = marks.read({**first, **second})
    assert seen == marks.Marks(hold=NOW + 660, reason="going", failovers=(NOW, NOW + 60), doomed="i-1")


def test_a_shorter_hold_does_not_shorten_a_longer_one():
    standing = marks.Marks(hold=NOW + 1800)
    assert marks.moved(standing, reason="probe", now=NOW, until=NOW + 300, doomed="")["nat:hold"] == f"{NOW + 1800:.0f}"


def test_a_hold_that_no_rule_can_have_written_does_not_take_the_place_of_a_true_one():
    standing = marks.Marks(hold=NOW + 7 * 3600)
    assert marks.moved(standing, reason="probe", now=NOW, until=NOW + 300, doomed="")["nat:hold"] == f"{NOW + 300:.0f}"


@pytest.mark.parametrize(
    "nonsense", ["", "soon", "-1", "1e99", "nan", "inf", "\uff11\uff12", "99999999999999999999", "1.5"]
)
def test_a_time_that_nobody_can_read_is_none(nonsense):
    seen = marks.read({"nat:hold": nonsense, "nat:manual": nonsense, "nat:back": nonsense})
    assert (seen.hold, seen.manual, seen.back) == (0, 0, 0)


@pytest.mark.parametrize(
    "nonsense", ["", "i-1", "i-1/", "i-1/x/120", "i-1/1764000000/", "/1764000000/120", "i-1/1764000000/0"]
)
def test_a_proof_that_nobody_can_read_proves_nothing(nonsense):
    assert marks.read({"nat:proof": nonsense}).proof is None


def test_a_proof_is_read_again():
    assert marks.read({"nat:proof": marks.Proof("i-1", NOW, 120).text()}).proof == marks.Proof("i-1", NOW, 120)


def test_failovers_from_the_future_do_not_count():
    assert marks.recent((NOW - 3601, NOW - 3599, NOW, NOW + 86400), NOW) == (NOW - 3599, NOW)


@given(st.lists(st.integers(1, 10**11).map(float), max_size=200))
def test_any_history_fits_into_a_tag(times):
    assert len(marks.written(tuple(times))) <= 256


@given(
    st.dictionaries(
        st.sampled_from([f"nat:{n}" for n in ("hold", "failovers", "proof", "manual", "replaced")]), st.text()
    )
)
def test_no_tag_that_somebody_writes_breaks_the_reading(tags):
    marks.read(tags)
