"""Differences between texts: right at both ends, readable in the middle, cheap for any text."""

import random
import time

import pytest

from forum.base.differences import ADDED, REMOVED, SAME, Piece, compare, is_changed


def before_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != ADDED)


def after_of(pieces: list[Piece]) -> str:
    return "".join(piece.text for piece in pieces if piece.kind != REMOVED)


def test_only_the_changed_words_are_marked() -> None:
    pieces = compare("Hold the button for ten seconds.", "Hold the red button for thirty seconds.")
    assert pieces == [
        Piece(SAME, "Hold the "),
        Piece(ADDED, "red "),
        Piece(SAME, "button for "),
        Piece(REMOVED, "ten "),
        Piece(ADDED, "thirty "),
        Piece(SAME, "seconds."),
    ]


@pytest.mark.parametrize(
    "before, after, changed",
    [("", "", False), ("a", "a", False), ("", "a", True), ("a", "", True), ("a b", "a  b", True), ("\n", "", True)],
)
def test_the_smallest_texts(before: str, after: str, changed: bool) -> None:
    pieces = compare(before, after)
    assert (before_of(pieces), after_of(pieces)) == (before, after)
    assert is_changed(pieces) is changed


def test_both_texts_can_be_read_back_from_any_difference() -> None:
    dice = random.Random(7)
    for _ in range(300):
        before, after = (
            "".join(dice.choice(["a", "b ", "c\n", " ", "word ", "\n\n"]) for _ in range(dice.randrange(60)))
            for _ in range(2)
        )
        for effort in (0, 30, 10_000):
            pieces = compare(before, after, effort)
            assert (before_of(pieces), after_of(pieces)) == (before, after)


def test_a_word_moved_in_a_long_text_is_found() -> None:
    words = [f"word{number}" for number in range(4000)]
    moved = [*words[:1000], *words[1001:3000], words[1000], *words[3000:]]
    pieces = compare(" ".join(words), " ".join(moved))
    assert [piece.text.strip() for piece in pieces if piece.kind != SAME] == ["word1000", "word1000"]


@pytest.mark.parametrize(
    "before, after",
    [
        ("a " * 15_000, "b " + "a " * 14_000 + "c"),
        ("a b " * 7_500, "b a a " * 5_000),
        ("x" * 30_000, "y" * 30_000),
        (" ".join(f"{n % 170}" for n in range(8_000)), " ".join(f"{n * 7 % 171}" for n in range(8_000))),
        ("\n" * 30_000, " " * 30_000),
    ],
)
def test_no_text_that_fits_in_a_form_is_expensive(before: str, after: str) -> None:
    started = time.process_time()
    pieces = compare(before, after)
    assert time.process_time() - started < 3
    assert (before_of(pieces), after_of(pieces)) == (before, after)
