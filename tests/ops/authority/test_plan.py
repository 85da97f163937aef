"""What comes next for each cell, from what stands and nothing else: a table of every state a region can be in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from fleet import authority
from ops.authority.certificates import Authority
from ops.authority.plan import Given, Seen, plan
from ops.authority.root import Refused

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
SETTLE, FIRST = timedelta(hours=authority.SETTLE_HOURS), timedelta(hours=authority.FIRST_HOURS)
LONG = timedelta(days=3000)
OLD, NEW = Given("old", NOW + LONG), Given("new", NOW + LONG)
HOUR = timedelta(hours=1)


def cell(
    name: str,
    roots: str = "old",
    issuer: str = "",
    *,
    ago: timedelta = timedelta(days=30),
    left: int = 300,
    root_left: int = 3000,
) -> Seen:
    """A cell that trusts these roots, signed by the first when not told otherwise."""
    names = tuple(roots.split("+"))
    found = Authority(
        roots=names,
        root_ends=NOW + timedelta(days=root_left),
        issuer=issuer or names[0],
        intermediate=name,
        ends=NOW + timedelta(days=left),
    )
    return Seen(name, found, NOW - ago, "v1")


def steps(*seen: Seen, given=None, rotate=False, name=None, settled=False) -> dict[str, str]:
    made = plan(seen, given=given, rotate=rotate, now=NOW, cell=name, settled=settled)
    return {todo.cell: todo.step for todo in made.todos}


def refusal(*seen: Seen, **wish) -> str:
    with pytest.raises(Refused) as error:
        steps(*seen, **wish)
    return str(error.value)


NONE_A, NONE_B = Seen("a"), Seen("b")


def test_the_first_root_gives_every_cell_an_authority_at_once():
    assert steps(NONE_A, NONE_B, given=NEW) == {"a": "issue", "b": "issue"}
    assert steps(NONE_A, NONE_B, given=NEW, name="b") == {"b": "issue"}


def test_a_new_cell_joins_under_the_root_of_the_others():
    assert steps(cell("a"), NONE_B, given=OLD) == {"a": "keep", "b": "issue"}
    assert "another root than the cells trust" in refusal(cell("a"), NONE_B, given=NEW)


def test_an_intermediate_is_renewed_in_one_cell_at_a_time():
    assert steps(cell("a"), cell("b"), given=OLD, rotate=True, name="b") == {"b": "renew"}
    assert "one cell at a time: name it with --cell" in refusal(cell("a"), cell("b"), given=OLD, rotate=True)
    assert "--rotate wants a root" in refusal(cell("a"), rotate=True)


def test_nothing_is_replaced_where_nothing_stands():
    assert "nothing to replace" in refusal(NONE_A, given=NEW, rotate=True)


def test_a_new_root_is_trusted_by_one_cell_first():
    assert steps(cell("a"), cell("b"), cell("c"), given=NEW, rotate=True) == {"a": "trust", "b": "wait", "c": "wait"}
    assert steps(cell("a"), cell("b"), given=NEW, rotate=True, name="b") == {"b": "trust"}


REPLACING = [
    # trust: the first alone for two hours, then the rest; a run that was interrupted goes on where it stopped
    (["old+new/old/1", "old/old/700", "old/old/700"], {"a": "keep", "b": "wait", "c": "wait"}),
    (["old+new/old/2", "old/old/700", "old/old/700"], {"a": "keep", "b": "trust", "c": "trust"}),
    (["old+new/old/2", "old+new/old/0", "old/old/700"], {"a": "keep", "b": "keep", "c": "trust"}),
    # between trust and move: a day and two hours after the last of them
    (["old+new/old/50", "old+new/old/25", "old+new/old/48"], {"a": "wait", "b": "wait", "c": "wait"}),
    (["old+new/old/50", "old+new/old/26", "old+new/old/48"], {"a": "move", "b": "wait", "c": "wait"}),
    # move
    (["old+new/new/1", "old+new/old/48", "old+new/old/48"], {"a": "keep", "b": "wait", "c": "wait"}),
    (["old+new/new/3", "old+new/old/48", "old+new/old/48"], {"a": "keep", "b": "move", "c": "move"}),
    (["old+new/new/3", "old+new/new/0", "old+new/old/48"], {"a": "keep", "b": "keep", "c": "move"}),
    # between move and forget
    (["old+new/new/40", "old+new/new/25", "old+new/new/30"], {"a": "wait", "b": "wait", "c": "wait"}),
    (["old+new/new/40", "old+new/new/26", "old+new/new/30"], {"a": "forget", "b": "wait", "c": "wait"}),
    # forget
    (["new/new/1", "old+new/new/30", "old+new/new/30"], {"a": "keep", "b": "wait", "c": "wait"}),
    (["new/new/2", "old+new/new/30", "old+new/new/30"], {"a": "keep", "b": "forget", "c": "forget"}),
    # done: one root again
    (["new/new/2", "new/new/0", "new/new/0"], {"a": "keep", "b": "keep", "c": "keep"}),
]


def state(texts: list[str]) -> list[Seen]:
    """`old+new/old/26`: the roots it trusts, which of them signed it, hours since it was written."""
    made = []
    for name, text in zip("abc", texts, strict=True):
        roots, issuer, hours = text.split("/")
        made.append(cell(name, roots, issuer, ago=int(hours) * HOUR))
    return made


@pytest.mark.parametrize(("texts", "expected"), REPLACING, ids=lambda value: " ".join(value))
def test_a_root_is_replaced_in_steps_that_can_be_told_from_what_stands(texts, expected):
    assert steps(*state(texts), given=NEW) == expected


@pytest.mark.parametrize(("texts", "expected"), REPLACING, ids=lambda value: " ".join(value))
def test_no_step_is_ever_taken_while_two_cells_would_not_believe_each_other(texts, expected):
    """A cell's pods are believed where the root that signed them is trusted, now and after the next step."""
    after = {"trust": ("old+new", None), "move": (None, "new"), "forget": ("new", None)}
    cells = []
    for one in state(texts):
        roots, issuer = after.get(steps(*state(texts), given=NEW)[one.cell], (None, None))
        assert one.authority
        cells.append((tuple(roots.split("+")) if roots else one.authority.roots, issuer or one.authority.issuer))
    assert all(issuer in roots for roots, _ in cells for _, issuer in cells)


def test_what_a_wait_is_for_is_said_with_its_end():
    (todo, *_) = plan(
        state(["old+new/old/50", "old+new/old/25", "old+new/old/48"]), given=NEW, rotate=False, now=NOW
    ).todos
    assert todo.until == NOW + HOUR
    assert todo.why == "until every pod has heard of the step before"


def test_nobody_waits_who_restarted_every_pod():
    texts = ["old+new/old/1", "old+new/old/1", "old+new/old/0"]
    assert set(steps(*state(texts), given=NEW, settled=True).values()) == {"move"}


def test_the_old_roots_key_is_never_wanted_again_and_the_new_ones_for_one_step():
    trusting = state(["old+new/old/2", "old/old/700", "old/old/700"])
    assert not plan(trusting, given=None, rotate=False, now=NOW).wants_key
    assert steps(*trusting) == {"a": "keep", "b": "trust", "c": "trust"}
    moving = state(["old+new/new/3", "old+new/old/48", "old+new/old/48"])
    assert steps(*moving) == {"a": "keep", "b": "wait", "c": "wait"}
    assert plan(moving, given=NEW, rotate=False, now=NOW).wants_key
    assert steps(*state(["new/new/2", "old+new/new/30", "old+new/new/30"]))["b"] == "forget"


def test_a_third_root_waits_until_the_second_stands():
    under_way = state(["old+new/old/2", "old/old/700", "old/old/700"])
    third = Given("third", NOW + LONG)
    assert "finish that first" in refusal(*under_way, given=third, rotate=True)
    assert "another root" in refusal(*under_way, given=third)


def test_a_cell_that_joins_meanwhile_trusts_both_and_is_signed_by_the_one_that_others_are():
    trusting = [cell("a", "old+new"), cell("b"), Seen("c")]
    assert steps(*trusting, given=OLD)["c"] == "issue"
    assert steps(*trusting, given=NEW)["c"] == "wait"
    moved = [cell("a", "old+new", "new"), cell("b", "old+new", "new"), Seen("c")]
    assert steps(*moved, given=NEW)["c"] == "issue"


def test_roots_that_make_no_step_stop_everything():
    assert "do not go together" in refusal(cell("a", "old"), cell("b", "new"))
    assert "do not go together" in refusal(cell("a", "old+new"), cell("b", "new+old"))


def test_nothing_changes_while_a_cell_cannot_be_looked_at():
    blind = Seen("b", fault="AccessDeniedException: no")
    assert refusal(cell("a"), blind, given=NEW, rotate=True).startswith("b could not be looked at")
    assert refusal(NONE_A, blind, given=NEW).startswith("b could not be looked at")
    assert steps(cell("a"), blind) == {"b": "keep"}


def test_what_is_broken_is_replaced_like_what_is_missing():
    broken = Seen("b", broken="ca-key.pem is not the key of ca-cert.pem", version="v9")
    made = plan([cell("a"), broken], given=OLD, rotate=False, now=NOW)
    assert [(t.step, t.why) for t in made.steps] == [
        ("issue", "what stands is unusable: ca-key.pem is not the key of ca-cert.pem")
    ]


@pytest.mark.parametrize(
    ("left", "root_left", "said"),
    [
        (authority.RENEW_DAYS, 3000, ""),
        (authority.RENEW_DAYS - 1, 3000, "ends in 89 days: renew it (--rotate --cell, --root-in)"),
        (-1, 3000, "has ended: renew it"),
        (300, authority.CELL_DAYS + authority.RENEW_DAYS - 1, "its root ends on 2028-02-22: replace it"),
    ],
)
def test_what_is_due_is_said_in_time(left: int, root_left: int, said: str):
    (todo,) = plan([cell("a", left=left, root_left=root_left)], given=None, rotate=False, now=NOW).todos
    assert todo.why.startswith(said)
    assert bool(todo.why) == bool(said)


def test_a_root_that_ends_soon_signs_nothing_more():
    tired = Given("old", NOW + timedelta(days=authority.RENEW_DAYS - 1))
    assert "replace it first" in refusal(cell("a"), NONE_B, given=tired)
    assert "replace it first" in refusal(cell("a"), given=tired, rotate=True, name="a")
    assert "too soon" in refusal(NONE_A, given=tired)
