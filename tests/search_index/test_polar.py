"""Questions that ask for yes or no, and texts that begin so."""

import pytest

from search_index.contract import Query, SearchIndex, Sort
from search_index.grammar import parse
from search_index.polar import LONGEST_BEGINNING, LONGEST_QUESTION, is_answer, is_question
from tests.search_index.conftest import fill, make_document

WHOLE = make_document("article:1", "Pagamenti", "No, la somma si paga in una volta.", language="it")
SHARES = make_document("article:2", "Pagamenti", "La somma si paga in una volta.", language="it", days=1)
OTHER = make_document("article:3", "Orari", "Sì, anche la domenica.", language="it")


@pytest.mark.parametrize(
    "text",
    [
        "Posso pagare a rate?",
        "posso pagare a rate",
        "È possibile pagare a rate?",
        "E' possibile?",
        "C’è un’app?",
        "Ho perso la carta. Posso averne un’altra?",
        "Se perdo il telefono, posso entrare lo stesso?",
        "E se cambio casa: devo avvisare qualcuno?",
        "Come si paga, e posso farlo a rate?",
        "Sono previste penali?",
        "Can I pay in instalments?",
        "can i pay in instalments",
        "I lost my card. Is there a way to stop it?",
        "Won't it be blocked?",
        "Do I have to sign?",
        "But does it work abroad?",
        "Posso pagare a rate? Grazie mille.",
        "Can I use Node.js 18?",
        "Non posso pagare a rate?",
        "È possibile pagare",
        "Can I see who has access?",
        "Can I know " + "that this is paid for " * 5 + "where I live?",
    ],
)
def test_who_asks_for_yes_or_no_is_understood(text: str) -> None:
    assert is_question(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "?!",
        "Come posso pagare a rate?",
        "Con che carta posso pagare?",
        "A chi posso rivolgermi?",
        "Posso pagare a rate, e come?",
        "Posso pagare? Quanto costa?",
        "Sono bloccato fuori dal mio account",
        "Ho perso la carta",
        "Do not disturb",
        "pagare a rate",
        "How can I pay in instalments?",
        "What is a PUK?",
        "router red light",
        "can't log in",
        "c'è un problema con il modem",
        "Funziona solo via cavo",
        "may 2024 bill",
        "will and testament",
        "Could you tell me how to pay?",
        "Può dirmi quanto costa?",
        "Mi dite come si fa?",
        "Non posso entrare",
        "can" * 10,
    ],
)
def test_who_asks_for_something_else_is_not_taken_for_it(text: str) -> None:
    assert not is_question(text)


@pytest.mark.parametrize(
    "text",
    ["Sì, puoi.", "SI. Puoi.", "**No**: non si può.", "«No», dice.", "Yes! You can.", "no - never", "No — you must."],
)
def test_yes_and_no_are_heard(text: str) -> None:
    assert is_answer(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Si tratta di un codice.",
        "No one knows.",
        "Noi, invece.",
        "Nothing, really.",
        "Forse sì.",
        "no-reply@example.it",
        "No.1 bank",
        "Yes-man.",
        " " * 99 + "Sì.",
    ],
)
def test_what_only_looks_like_yes_or_no_is_none(text: str) -> None:
    assert not is_answer(text)


def test_only_the_end_of_a_question_and_the_beginning_of_a_text_are_read() -> None:
    assert is_question("parola, " * LONGEST_QUESTION + "posso?")
    assert not is_answer("*" * LONGEST_BEGINNING + "Sì.")


def test_who_asks_for_yes_or_no_is_given_it_first(index: SearchIndex) -> None:
    shelf = fill(index, WHOLE, SHARES, OTHER)
    assert shelf.search(parse("posso pagare la somma a rate?")).keys == ["article:1", "article:2"]
    assert shelf.search(parse("come pagare la somma a rate?")).keys == ["article:2", "article:1"]
    assert shelf.similar("Posso pagare la somma a rate?").keys == ["article:1", "article:2"]


def test_an_answer_alone_finds_nothing(index: SearchIndex) -> None:
    shelf = fill(index, WHOLE, SHARES, OTHER)
    assert shelf.search(Query("posso zzgrblf?")).keys == []
    assert shelf.search(Query("\x03")).keys == []


def test_yes_and_no_change_nothing_but_the_order(index: SearchIndex) -> None:
    shelf = fill(index, WHOLE, SHARES, OTHER)
    for sort in Sort:
        asked = shelf.search(Query("posso pagare la somma?", sort=sort))
        other = shelf.search(Query("come pagare la somma?", sort=sort))
        assert (asked.total, asked.is_exact, asked.has_more) == (other.total, other.is_exact, other.has_more)
        assert {hit.key: hit.share for hit in asked.hits} == {hit.key: hit.share for hit in other.hits}
        assert sort is Sort.RELEVANCE or asked.keys == other.keys


def test_the_better_match_stays_before_a_yes_that_has_little_of_it(index: SearchIndex) -> None:
    matching = make_document("article:4", "Bollette", "La bolletta si paga in rate.", language="it")
    other = make_document("article:5", "Bollette", "Sì, la bolletta arriva per posta.", language="it", days=1)
    shelf = fill(index, WHOLE, OTHER, matching, other)
    assert shelf.search(Query("posso pagare la bolletta a rate?")).keys[0] == "article:4"


def test_who_says_no_longer_is_found_like_the_others(index: SearchIndex) -> None:
    shelf = fill(index, WHOLE, SHARES)
    with shelf.open_batch() as batch:
        batch.put(make_document("article:1", "Pagamenti", "Tutta la somma si paga in una volta.", language="it"))
        batch.commit(upto=9)
    assert shelf.search(parse("posso pagare la somma a rate?")).keys == ["article:2", "article:1"]
