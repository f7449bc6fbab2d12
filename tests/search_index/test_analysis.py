"""What becomes of words before they are indexed or looked for."""

import threading

import pytest

from search_index import analysis


@pytest.mark.parametrize(
    "one, other",
    [
        ("città", "citta"),
        ("città", "cittá"),
        ("CITTÀ", "Citta\u0300"),
        ("fattura", "fatture"),
        ("fatturazione", "fatture"),
        ("bolletta", "bollette"),
        ("dell'addebito", "addebiti"),
        ("l’app", "app"),
        ("un'offerta", "offerte"),
        ("ﬁbra", "fibra"),
        ("ｆｉｂｒａ", "fibra"),
    ],
)
def test_italian_words_that_mean_the_same_give_the_same_terms(one: str, other: str) -> None:
    assert analysis.terms(one, "it") == analysis.terms(other, "it") != []


@pytest.mark.parametrize(
    "one, other",
    [
        ("moving", "moved"),
        ("accounts", "account"),
        ("user's", "users"),
        ("naïve", "naive"),
        ("Straße", "strasse"),
    ],
)
def test_english_words_that_mean_the_same_give_the_same_terms(one: str, other: str) -> None:
    assert analysis.terms(one, "en") == analysis.terms(other, "en") != []


@pytest.mark.parametrize(
    "text, expected",
    [
        ("FRITZ!Box 7590", {"fritzbox", "fritz", "box", "7590"}),
        ("Wi-Fi", {"wifi", "wi", "fi"}),
        ("wifi", {"wifi"}),
        ("E-mail", {"email", "mail"}),
        ("C++ and C#", {"c++", "c#"}),
        (".net", {"net"}),
        ("AT&T", {"att"}),
        ("11.2.1", {"1121", "11", "2", "1"}),
        ("iphone12", {"iphone12", "iphon", "12"}),
        ("snake_case", {"snakecas", "snake", "case"}),
        ("don't", set()),
        ("we're", set()),
    ],
)
def test_names_of_products_and_code(text: str, expected: set[str]) -> None:
    assert set(analysis.terms(text, "en")) == expected


@pytest.mark.parametrize(
    "text", ["perché non è la tua e neanche della mia".replace("neanche ", ""), "dov'è, cos'è, com'è"]
)
def test_stop_words_leave_nothing(text: str) -> None:
    assert analysis.terms(text, "it") == []


def test_words_of_another_language_are_not_its_stop_words() -> None:
    assert analysis.terms("come", "en") == ["come"]
    assert analysis.terms("come", "it") == []


@pytest.mark.parametrize(
    "text, language",
    [
        ("Come posso cambiare la mia password?", "it"),
        ("How can I change my password?", "en"),
        ("Il download del router with the app non va", "it"),
        ("", "it"),
        ("7590", "it"),
    ],
)
def test_the_language_is_guessed_by_its_stop_words(text: str, language: str) -> None:
    assert analysis.guess_language(text) == language


def test_a_word_of_a_query_stands_for_its_stems_in_every_language() -> None:
    words = {word.form: word.alternatives for word in analysis.query_words("fatture e notifications")}
    assert "fattur" in words["fatture"]
    assert "notif" in words["notifications"]


def test_common_ways_of_asking_are_faint() -> None:
    faint = {word.form: word.is_faint for word in analysis.query_words("How is it possible to delete files?")}
    assert faint == {"possible": True, "delete": False, "files": False}


def test_words_too_long_to_be_looked_for_are_left_out() -> None:
    assert analysis.terms("a" * 100_000 + " fibra", "it") == ["fibr"]
    assert analysis.terms("a" * 40, "en") == ["a" * 40]


def test_what_no_store_accepts_is_dropped() -> None:
    assert analysis.clean("a\0b\ud800c") == "a b?c"
    assert "fibr" in analysis.terms("\udfff fibra \0", "it")


def test_every_kind_of_script_gives_terms() -> None:
    for text in ("привет", "مرحبا", "नमस्ते", "東京都", "서울특별시", "Ελλάδα", "שלום"):
        assert analysis.terms(text, "en"), text
    assert set(analysis.terms("東京", "en")) <= set(analysis.terms("東京都庁", "en"))


def test_stemming_is_the_same_from_many_threads() -> None:
    words = [f"{start}azione{end}" for start in ("fattur", "attiv", "migr", "cess", "lav") for end in ("", "i")]
    expected = {word: analysis.stem(word, "it") for word in words}
    analysis.stem.cache_clear()
    wrong: list[str] = []

    def check() -> None:
        for _ in range(200):
            analysis.stem.cache_clear()
            wrong.extend(word for word in words if analysis.stem(word, "it") != expected[word])

    threads = [threading.Thread(target=check) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_places_point_into_the_text_as_written() -> None:
    text = "L’addebito dell'app FRITZ!Box: città, Straße"
    found = [text[word.start : word.end] for word in analysis.places(text)]
    assert found == ["L’addebito", "dell'app", "FRITZ!Box", "città", "Straße"]


@pytest.mark.parametrize(
    "text, noise",
    [
        ("il di la", "common"),
        ("?! ...", "signs"),
        ("", "signs"),
        ("a" * 41, "long"),
        (f"il {'b' * 300}", "long"),
    ],
)
def test_what_holds_no_word_says_why(text: str, noise: str) -> None:
    assert analysis.query_words(text) == []
    assert analysis.noise_of(text) == noise
