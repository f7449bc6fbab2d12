"""One form for every text that comes in, and a sentence for what cannot be one."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.base.texts import LARGEST_ID, NOT_TEXT, Unclean, bounded_id, clean_line, clean_text


@pytest.mark.parametrize(
    "given_text, kept",
    [
        ("uno\r\ndue\rtre\u2028quattro\x85", "uno\ndue\ntre\nquattro"),
        ("a\x00b\x01c\x0bd\x0ce\x1ff\x7fg\x9bh", "abcdefgh"),
        ("colonna\tdue\n  rientro", "colonna\tdue\n  rientro"),
        ("    codice", "    codice"),
        ("\n\n    codice\n\n", "    codice"),
        (" \n\t ", ""),
        ("perche\u0301", "perché"),
        ("cod\u202efdp.exe", "codfdp.exe"),
        ("\u0633\u0644\u0627\u0645 \u200f", "\u0633\u0644\u0627\u0645 \u200f"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
        ("z" + "\u0336" * 400, "z" + "\u0336" * 8),
        ("a\ufffeb\uffff", "ab"),
    ],
)
def test_a_text_has_one_clean_form(given_text: str, kept: str) -> None:
    assert clean_text(given_text, limit=100) == kept


@pytest.mark.parametrize(
    "given_text, kept",
    [
        ("  Modem \t rosso\r\nda ieri\x0b ", "Modem rosso da ieri"),
        ("Anna\r\nBcc: tutti@example.org", "Anna Bcc: tutti@example.org"),
        ("Anna\u202e\u2066\u200f\u200e\u061c Rossi\u2069", "Anna Rossi"),
        ("st\u200baff\ufeff\u00ad", "staff"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("\u200d\u2800\u3164", ""),
        ("\u00a0\u3000", ""),
        ("e\u0301", "é"),
        ("a\x00b", "ab"),
        ("\u0301", ""),
    ],
)
def test_a_line_is_one_line_and_hides_nothing(given_text: str, kept: str) -> None:
    assert clean_line(given_text, limit=100) == kept


@pytest.mark.parametrize("clean", [clean_text, clean_line])
@pytest.mark.parametrize("half", ["\ud800", "a\udfff", "\udc00\ud800"])
def test_half_a_character_is_refused_with_a_sentence(clean: type, half: str) -> None:
    with pytest.raises(Unclean) as refused:
        clean(half, limit=100)
    assert refused.value.reason == NOT_TEXT


@pytest.mark.parametrize("clean", [clean_text, clean_line])
def test_the_limit_counts_what_is_kept(clean: type) -> None:
    assert clean("è😀" * 50, limit=100) == "è😀" * 50
    assert clean("e\u0300" * 100, limit=100) == "è" * 100
    assert clean("x" * 100 + "\x00" * 50, limit=100) == "x" * 100
    for too_long in ("x" * 101, "😀" * 101, "e\u0300" * 101, "x" * 5_000):
        with pytest.raises(Unclean) as refused:
            clean(too_long, limit=100)
        assert refused.value.reason.values == {"limit": 100}
        assert str(refused.value) == "Please keep this to 100 characters."


def test_piled_marks_are_not_sorted_for_seconds() -> None:
    begun = time.process_time()
    for pair in ("\u0300\u0316", "\u05b0\u0591", "\u0f71\u0f39", "\U0001d165\U0001d16d\u0300"):
        assert len(clean_text("a" + pair * 20_000, limit=30_000)) < 20_000 * len(pair)
    assert time.process_time() - begun < 5


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200))
def test_cleaning_twice_changes_nothing_and_leaves_nothing_unseen(text: str) -> None:
    kept = clean_text(text, limit=2_000)
    assert clean_text(kept, limit=2_000) == kept == unicodedata.normalize("NFC", kept)
    assert all(char in "\n\t" or unicodedata.category(char) != "Cc" for char in kept)
    line = clean_line(text, limit=2_000)
    assert clean_line(line, limit=2_000) == line
    assert len(line.splitlines()) <= 1
    assert line == " ".join(line.split())


@pytest.mark.parametrize("text, number", [("1", 1), ("007", 7), (str(LARGEST_ID), LARGEST_ID)])
def test_a_number_of_a_row(text: str, number: int) -> None:
    assert bounded_id(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1\n",
        "1_000",
        "1.0",
        "1e3",
        "0x1",
        "٣",
        "１",
        "²",
        str(LARGEST_ID + 1),
        "9" * 5_000,
        "a",
    ],
)
def test_no_number_of_a_row(text: str) -> None:
    with pytest.raises(Unclean):
        bounded_id(text)
