"""Which stretch of a text is shown, and what in it is marked."""

import time

import pytest

from search_index.passages import Marker, has_phrase, has_phrases


def marked(segments: tuple[object, ...]) -> list[str]:
    return [segment.text for segment in segments if segment.is_match]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "query, text, expected",
    [
        ("fatture", "La FATTURA, le fatture e la fatturazione", ["FATTURA", "fatture", "fatturazione"]),
        ("perché la città", "perche citta Città", ["citta", "Città"]),
        ("addebito", "L’addebito è doppio", ["L’addebito"]),
        ("wifi", "Il Wi-Fi e il wifi", ["Wi-Fi", "wifi"]),
        ("fritzbox", "un FRITZ!Box 7590", ["FRITZ!Box"]),
        ("deleting accounts", "I deleted my account", ["deleted", "account"]),
        ("bolletta", "la fattura", ["fattura"]),
        ("?!", "niente", []),
        ("router", "", []),
    ],
)
def test_words_are_marked_on_their_stems(query: str, text: str, expected: list[str]) -> None:
    assert marked(Marker(query).mark(text)) == expected


def test_the_word_meant_is_marked_for_the_one_mistyped() -> None:
    assert marked(Marker("fatura", [("fatura", "fattura")]).mark("La fattura doppia")) == ["fattura"]


@pytest.mark.parametrize("text", ["Straße, ﬁbra e città: <b>router</b>", "a\tb\n\nrouter", "router", "🙂router🙂"])
def test_pieces_joined_are_the_text(text: str) -> None:
    assert "".join(segment.text for segment in Marker("router fibra citta").mark(text)) == text


def test_the_passage_is_where_most_of_the_words_are() -> None:
    text = "Il router è qui. " + "Parole che non servono a nulla. " * 40
    text += "La luce rossa del router lampeggia. " + "Altre parole inutili. " * 40
    passage = Marker("luce rossa router").best(text, 120)
    assert passage.text.startswith("La luce rossa del router lampeggia.")
    assert marked(passage.segments) == ["luce", "rossa", "router"]
    assert passage.is_cut_before and passage.is_cut_after
    assert len(passage.text) <= 120


def test_without_a_match_the_beginning_is_shown() -> None:
    passage = Marker("zebra").best("Un testo breve.", 120)
    assert (passage.text, passage.weight, passage.is_cut_before, passage.is_cut_after) == (
        "Un testo breve.",
        0.0,
        False,
        False,
    )


def test_the_best_of_several_texts() -> None:
    texts = ["Niente qui.", "Il router.", "La luce rossa del router.", "luce rossa router"]
    found = Marker("luce rossa router").best_of(texts)
    assert found is not None and found[0] == 2
    assert Marker("luce").best_of([]) is None


@pytest.mark.parametrize(
    "text, phrase, expected",
    [
        ("La luce rossa lampeggia", "luce rossa", True),
        ("LUCE\n  ROSSA", "luce rossa", True),
        ("la luce, rossa", "luce rossa", True),
        ("la citta' vecchia", "città vecchia", True),
        ("la luce è rossa", "luce rossa", False),
        ("luci rosse", "luce rossa", False),
        ("rossa luce", "luce rossa", False),
        ("luce luce rossa", "luce rossa", True),
        ("luce", "luce rossa", False),
        ("", "luce rossa", False),
    ],
)
def test_phrases_are_words_in_a_row(text: str, phrase: str, expected: bool) -> None:
    assert has_phrase(text, phrase) is expected


def test_each_phrase_may_stand_in_another_text() -> None:
    assert has_phrases(["la luce rossa", "il cavo giallo"], ["luce rossa", "cavo giallo"])
    assert not has_phrases(["la luce rossa"], ["luce rossa", "cavo giallo"])


@pytest.mark.parametrize(
    "text", ["router " * 50_000, "r" * 300_000, "a'" * 100_000, "a-" * 100_000, "\u0301" * 100_000]
)
def test_hostile_texts_cost_little(text: str) -> None:
    started = time.process_time()
    Marker("router luce a r").best(text)
    has_phrase(text, "router router luce")
    assert time.process_time() - started < 2


@pytest.mark.parametrize(
    "words, text, matches",
    [
        ("wifi", "Il Wi-Fi, il wi fi e il WIFI", ["Wi-Fi", "WIFI"]),
        ("caffe città", "CAFFÈ in citta’ e nelle Città", ["CAFFÈ", "citta", "Città"]),
        ("dying sky", "skies die; it was dying", ["skies", "die", "dying"]),
        ("fritzbox", "la FRITZ!Box 7590", ["FRITZ!Box"]),
        ("addebito", "dell'addebito e l’ADDEBITO", ["dell'addebito", "l’ADDEBITO"]),
        ("7590 ipv6", "il 7590AX, un FRITZ7590 e ipv6", ["FRITZ7590", "ipv6"]),
        ("русский 東京", "по-русски о 東京都", ["東京都"]),
        ("a", "a b c", []),
    ],
)
def test_only_words_that_begin_alike_are_looked_at_and_none_is_missed(
    words: str, text: str, matches: list[str]
) -> None:
    marker = Marker(words)
    found = [each.text for each in marker.mark(text) if each.is_match]
    thorough = Marker(words)
    thorough._candidates = None
    assert found == [each.text for each in thorough.mark(text) if each.is_match]
    assert [each for each in found if each in matches] == matches
