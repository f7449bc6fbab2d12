"""What is kept of a query points to nobody; what means the same is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forum.search.models import TERMS_LENGTH, WORDS_LENGTH
from forum.search.queries import read_query
from forum.search.wordings import are_alike, kept_words, terms_of, wording_of


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("write to mario.rossi@example.it about fibre", "write to about fibre"),
        ("call me on 333 12 34 567 no line", "call me on no line"),
        ("+39 06 1234567 guasto", "guasto"),
        ("333-1234567", ""),
        ("customer 00123456 bill", "customer bill"),
        ("RSSMRA80A01H501U fattura", "fattura"),
        ("IT60X0542811101000000123456 iban", "iban"),
        ("targa AB 123 CD telepass", "targa telepass"),
        ("password xK9fQ2mZ", "password"),
        ("https://example.it/?token=1a2b errore", "errore"),
        ("www.example.it/me errore", "errore"),
        ("copertura fibra via Garibaldi 15/b Roma", "copertura fibra via garibaldi roma"),
        ("coverage at 15 Baker Street", "coverage at baker street"),
        ("５５５１２３４５６ no line", "no line"),
        ("x" * 41 + " fibre", "fibre"),
        ("FRITZ!Box 7590 Wi-Fi", "fritz!box 7590 wi-fi"),
        ("modem 4g", "modem 4g"),
        ("L'app   <b>non</b> si apre?!", "l'app b non b si apre"),
        ("how can I", ""),
        ("?!?", ""),
    ],
)
def test_what_points_to_somebody_is_cut(typed: str, kept: str) -> None:
    assert kept_words(typed) == kept


def test_filters_are_not_kept() -> None:
    assert wording_of(read_query('router tag:fibra user:7 is:solved "red light"')) == "router red light"


@given(st.text(max_size=400))
def test_whatever_is_typed_fits_and_holds_no_long_number(typed: str) -> None:
    kept = kept_words(typed)
    assert len(kept) <= WORDS_LENGTH and "\0" not in kept and "@" not in kept
    assert len(" ".join(terms_of(kept))) <= TERMS_LENGTH
    assert all(sum(letter.isdigit() for letter in word) < 5 for word in kept.split()), kept


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("fattura doppia luglio", "a luglio due bollette doppie"),
        ("router red light", "the red lights of my routers"),
        ("come posso attivare la eSIM", "attivazione eSIM"),
    ],
)
def test_wordings_of_one_thing_have_nearly_the_same_terms(one: str, other: str) -> None:
    first, second = frozenset(terms_of(one)), frozenset(terms_of(other))
    assert first == second or are_alike(first, second) or len(first ^ second) <= 2


def test_one_changed_word_of_two_is_another_gap() -> None:
    assert not are_alike(frozenset({"esim", "abilit"}), frozenset({"esim", "bollett"}))
    assert not are_alike(frozenset({"a", "b", "c"}), frozenset({"a", "b", "d"}))
    assert are_alike(frozenset({"a", "b", "c", "d"}), frozenset({"a", "b", "c", "e"}))
    assert are_alike(frozenset({"a", "b", "c"}), frozenset({"a", "b", "c", "d"}))
