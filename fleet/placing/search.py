"""The search for a placement: lowest load first, then fewest calls that leave their cell, then fewest moves.

Nothing is random: the same fleet has the same answer everywhere. The three aims are taken in their order, each with a
tolerance, without which the last digit of a peak that nobody measured would decide about the other two:

1. `spread` looks for the lowest load of a survivor in the worst loss. What is within `SLACK` of it is as good.
2. From several starts, `settle` and `refine` keep calls in their cell, within that load. What is within `GAIN` of the
   best is as good.
3. Of those, the one with the fewest moves is taken; equal cells change names first, which costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from fleet.placing.board import Board, Vector

SLACK = 0.02
"""Part of the lowest load found that a placement may be above it, for the sake of local calls."""
GAIN = 0.01
"""Part of all calls that must stay in their cell more, for a service to move."""
PULLS = (0.1, 0.4)
"""How much calls count against load while `gather` puts one piece after the other: two tempers, two starts."""
FEW = 20_000
"""Pairs of moves that are worth trying one by one; more of them have enough single moves."""
DEAREST = 1e4
"""Price of a load above the cap at most: a thousandth of the mean load is then a hundredth of all calls."""
DUST = 1e-9
"""Parts of all calls that are no gain, but rounding."""
ROUNDS = 16
"""Sweeps of `settle` at most; the price of an overload is four times as high in each."""

Masks = tuple[int, ...]


def best(board: Board, recorded: Sequence[int]) -> Masks:
    """A placement from the choices of the board's pieces.

    `recorded` is where they live now, 0 for a piece that lives nowhere yet. A placement that is among the choices
    and as good as any that is found stays as it is, so that what was found once is found again.
    """
    spread(board)
    cap = board.worst() * (1 + SLACK)
    refine(board, cap)
    found = [tuple(board.masks), _within(board, cap)]
    for pull in PULLS:
        gather(board, pull)
        found.append(_within(board, cap))
    now: Masks | None = None
    if all(mask in piece.choices for mask, piece in zip(recorded, board.pieces, strict=True)):
        now = tuple(recorded)
    while True:
        candidates = list(found)
        if now is not None:
            board.put(now)
            candidates.append(_within(board, cap))
        chosen = _choose(board, candidates, now, recorded, cap)
        if chosen == now:
            return chosen
        now = chosen


def _within(board: Board, cap: float) -> Masks:
    settle(board, cap)
    refine(board, cap)
    return tuple(board.masks)


def _choose(board: Board, candidates: list[Masks], now: Masks | None, recorded: Sequence[int], cap: float) -> Masks:
    """The best of the candidates; the placement of now, unless one is better by more than the tolerances."""

    def cost(masks: Masks) -> tuple[float, float, float]:
        board.put(masks)
        (forced, calls), worst = board.crossings(), board.worst()
        return forced, (0.0 if worst <= cap * (1 + 1e-9) else worst), calls

    costs = {masks: cost(masks) for masks in [*candidates, *([now] if now else [])]}
    *first, calls = min(costs.values())
    near = [masks for masks, (*others, own) in costs.items() if others == first and own <= calls + GAIN]
    if now in near:
        return now
    renamed = {_closer(board, relabelled(board, masks, recorded), recorded, cap) for masks in near}
    return min(renamed, key=lambda masks: (moves(masks, recorded), masks))


def moves(masks: Sequence[int], recorded: Sequence[int]) -> int:
    """Cells that a piece newly lives in, over all pieces that lived somewhere."""
    return sum((mask & ~before).bit_count() for mask, before in zip(masks, recorded, strict=True) if before)


def _height(loads: Vector) -> float:
    """A smooth stand-in for the highest load: the sum of eighth powers."""
    total = 0.0
    for load in loads:
        load *= load
        load *= load
        total += load * load
    return total


def _start(board: Board, order: Sequence[int], price: Callable[[int, int, Vector], float]) -> None:
    """Put the pieces that have no choice, then the others one by one where they are cheapest."""
    board.put([piece.choices[0] if len(piece.choices) == 1 else 0 for piece in board.pieces])
    for place in order:
        choices = board.pieces[place].choices
        if len(choices) > 1:
            priced = [(loads, mask) for mask in choices for loads in [board.moved(place, mask)]]
            loads, mask = min(priced, key=lambda one: price(place, one[1], one[0]))
            board.move(place, mask, loads)


def spread(board: Board) -> None:
    """Balance the loads alone: the largest pieces first, then piece by piece while it gets better."""

    def size(place: int) -> float:
        piece = board.pieces[place]
        left = max(1, piece.choices[0].bit_count() - board.lost)
        return max(load / room for load, room in zip(piece.loads, board.rooms[0], strict=True)) / left

    largest = sorted(range(len(board.pieces)), key=lambda place: (-size(place), place))
    tried = []
    for order in (largest, largest[::-1]) if _few(board) else (largest,):
        _start(board, order, lambda _place, _mask, loads: _height(loads))
        _level(board, order)
        _pairs(board)
        tried.append((board.worst(), tuple(board.masks)))
    board.put(min(tried)[1])


def _level(board: Board, order: Sequence[int]) -> None:
    """Move piece by piece while the loads become more even."""
    lowest, masks = board.worst(), list(board.masks)
    for _ in range(ROUNDS):
        changed, height = False, _height(board.loads)
        for place in order:
            for mask in board.pieces[place].choices:
                loads = board.moved(place, mask)
                if _height(loads) < height * (1 - 1e-9):
                    board.move(place, mask, loads)
                    height, changed = _height(loads), True
        if board.worst() < lowest:
            lowest, masks = board.worst(), list(board.masks)
        if not changed:
            break
    board.put(masks)


def _pairs(board: Board) -> None:
    """Where few large pieces decide, no single move helps any more: move two at once while the worst load falls."""
    if not _few(board):
        return
    choices = [piece.choices for piece in board.pieces]
    both = [(one, other) for one in range(len(choices)) for other in range(one)]
    lowest, best_masks, better = board.worst(), tuple(board.masks), True
    while better:
        better, start = False, best_masks
        for one, other in both:
            board.put(start)
            for mask in choices[one]:
                board.move(one, mask)
                for second in choices[other]:
                    loads = board.moved(other, second)
                    if max(loads) < lowest * (1 - 1e-9):
                        changed = dict(enumerate(start)) | {one: mask, other: second}
                        lowest, best_masks, better = max(loads), tuple(changed.values()), True
    board.put(best_masks)


def _few(board: Board) -> bool:
    """Whether there are few enough pairs of moves to try them all."""
    return sum(len(piece.choices) for piece in board.pieces) ** 2 // 2 <= FEW


def gather(board: Board, pull: float) -> None:
    """Put callers and callees beside each other, the busiest first and along the calls from there."""
    busy = [sum(edge.weight for edge in edges) for edges in board.around]
    order: list[int] = []
    for start in sorted(range(len(busy)), key=lambda place: (-busy[place], place)):
        waiting = [start]
        while waiting:
            place = waiting.pop(0)
            if place not in order:
                order.append(place)
                near = {edge.caller + edge.callee - place for edge in board.around[place]}
                waiting += sorted(near, key=lambda one: (-busy[one], one))
    _start(board, order, lambda place, mask, loads: pull * board.crossing(place, mask) + max(loads) * 0.02)


def settle(board: Board, cap: float) -> None:
    """Trade calls against loads above the cap, whose price rises until there are none."""
    aim = cap * (1 - SLACK / 8)
    quiet = sorted(
        range(len(board.pieces)), key=lambda place: (sum(edge.weight for edge in board.around[place]), place)
    )

    def above(loads: Vector) -> float:
        return sum((load - aim) * (load - aim) for load in loads if load > aim)

    price = 0.25
    for _ in range(ROUNDS):
        changed, over = False, above(board.loads)
        for place in quiet:
            here = board.masks[place]
            lowest = board.crossing(place, here) + price * over - DUST
            chosen: tuple[int, Vector, float] | None = None
            for mask in board.pieces[place].choices:
                calls = board.crossing(place, mask)
                if mask == here or calls >= lowest:
                    continue
                loads = board.moved(place, mask)
                beyond = above(loads)
                if calls + price * beyond < lowest:
                    lowest, chosen = calls + price * beyond, (mask, loads, beyond)
            if chosen:
                board.move(place, chosen[0], chosen[1])
                over, changed = chosen[2], True
        if not changed and over == 0:
            return
        price = min(price * 4, DEAREST) if over else price


def refine(board: Board, cap: float) -> None:
    """Single moves and swaps that keep more calls in their cell and no load above the cap."""
    top = max(cap, board.worst())
    for _ in range(ROUNDS):
        changed = False
        for place, piece in enumerate(board.pieces):
            here = board.crossing(place, board.masks[place])
            wishes = sorted(
                (calls, mask) for mask in piece.choices if (calls := board.crossing(place, mask)) < here - DUST
            )
            for _calls, mask in wishes:
                loads = board.moved(place, mask)
                if max(loads) <= top:
                    board.move(place, mask, loads)
                    changed = True
                    break
            else:
                changed |= _swap(board, place, {mask for _, mask in wishes}, top)
        if not changed:
            return


def _swap(board: Board, place: int, wishes: set[int], top: float) -> bool:
    """Change places with the piece that makes it cheapest, if any does."""
    here, lowest, chosen = board.masks[place], -DUST, None
    before = board.crossing(place, here)
    for other, piece in enumerate(board.pieces):
        there = board.masks[other]
        if there not in wishes or here not in piece.choices:
            continue
        old = before + board.crossing(other, there)
        board.masks[place], board.masks[other] = there, here
        gain = board.crossing(place, there) + board.crossing(other, here) - old
        board.masks[place], board.masks[other] = here, there
        if gain < lowest:
            loads = board.swapped(place, other)
            if max(loads) <= top:
                lowest, chosen = gain, (other, loads)
    if chosen:
        board.swap(place, *chosen)
    return chosen is not None


def relabelled(board: Board, masks: Masks, recorded: Sequence[int]) -> Masks:
    """The same placement with equal cells named so that most services find themselves at home."""
    cells = range(len(board.rooms))
    if any(len(piece.choices) == 1 for piece in board.pieces) or not any(recorded):
        return masks
    home = [[sum(m >> a & r >> b & 1 for m, r in zip(masks, recorded, strict=True)) for b in cells] for a in cells]
    # The best names for the first cells, by the set of names that are taken.
    most: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    for cell in cells:
        longer: dict[int, tuple[int, tuple[int, ...]]] = {}
        for taken, (fits, named) in most.items():
            for name in cells:
                if not taken >> name & 1 and board.rooms[name] == board.rooms[cell]:
                    found = fits + home[cell][name], (*named, name)
                    key = taken | 1 << name
                    if key not in longer or found[0] > longer[key][0]:
                        longer[key] = found
        most = longer
    ((_, names),) = most.values()
    return tuple(sum(1 << names[cell] for cell in cells if mask >> cell & 1) for mask in masks)


def _closer(board: Board, masks: Masks, recorded: Sequence[int], cap: float) -> Masks:
    """Without the moves that nothing is gained by."""
    board.put(masks)
    for place, before in enumerate(recorded):
        if before and before != board.masks[place] and before in board.pieces[place].choices:
            loads = board.moved(place, before)
            if max(loads) <= cap and board.crossing(place, before) <= board.crossing(place, board.masks[place]) + DUST:
                board.move(place, before, loads)
    return tuple(board.masks)
