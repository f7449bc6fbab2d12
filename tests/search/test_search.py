"""What is written is found, by its title, its body and its answers; what is hidden never."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, User
from forum.base.parts import Parts
from forum.questions.actions import accept_answer, delete_answer, hide_answer, hide_question, restore_question
from forum.search import queries
from forum.search.queries import read_query
from forum.search.upkeep import bring_up_to_date, rebuild
from tests.builders import make_answer, make_comment, make_question


@pytest.fixture
def found(parts: Parts, session: Session, carry: Callable[[], None]) -> Callable[[str], list[int]]:
    """The questions found for some words once the courier came by."""

    def look(words: str) -> list[int]:
        session.commit()
        carry()
        results = queries.search(session, VISITOR, parts.index, read_query(words))
        return [hit.id for hit in results.items]

    return look


@pytest.fixture
def router(session: Session, anna: User, bruno: User) -> Any:
    question = make_question(
        session, anna, title="The router blinks red since the storm", text="The fibre light is **off**."
    )
    make_answer(session, bruno, question, text="Unplug the optical terminal for two minutes.")
    make_comment(session, anna, question, text="It is the grey converter near the door.")
    return question


@pytest.mark.parametrize(
    "words", ["router", "blinking", "fibre light", "optical terminal", "converter", "storm routers"]
)
def test_a_question_is_found_by_all_that_stands_on_its_page(
    found: Callable[[str], list[int]], router: Any, words: str
) -> None:
    assert found(words) == [router.id]


def test_an_edited_answer_is_found_by_its_new_words_only(
    found: Callable[[str], list[int]], session: Session, router: Any, bruno: User, now: datetime
) -> None:
    from forum.base.markup import render
    from forum.questions.actions import edit_answer
    from forum.questions.models import Answer

    answer = session.query(Answer).one()
    edit_answer(session, bruno, answer, render("Replace the transformer."), answer.version, now)
    assert found("transformer") == [router.id]
    assert found("terminal") == []


def test_a_hidden_question_is_gone_before_the_courier_comes_and_back_when_restored(
    found: Callable[[str], list[int]], parts: Parts, session: Session, router: Any, mia: User, now: datetime
) -> None:
    assert found("router") == [router.id]
    hide_question(session, mia, router, "spam", now)
    session.commit()
    results = queries.search(session, VISITOR, parts.index, read_query("router"))
    assert list(results.items) == []
    assert queries.similar(session, VISITOR, parts.index, "the router blinks red") == []
    assert found("router") == []
    restore_question(session, mia, router, now)
    assert found("router") == [router.id]


@pytest.mark.parametrize("take_away", [hide_answer, delete_answer])
def test_no_word_of_an_answer_taken_away_is_shown_even_before_the_courier_comes(
    found: Callable[[str], list[int]],
    parts: Parts,
    session: Session,
    router: Any,
    mia: User,
    now: datetime,
    take_away: Callable[..., None],
) -> None:
    from forum.questions.models import Answer

    assert found("terminal") == [router.id]
    answer = session.query(Answer).one()
    if take_away is hide_answer:
        hide_answer(session, mia, answer, "wrong", now)
    else:
        delete_answer(session, mia, answer, now)
    session.commit()
    results = queries.search(session, VISITOR, parts.index, read_query("terminal"))
    assert all("terminal" not in (hit.passage.text if hit.passage else "") for hit in results.items)
    assert found("terminal") == []


def test_similar_questions_show_the_passage_of_the_accepted_answer(
    found: Callable[[str], list[int]], parts: Parts, session: Session, router: Any, anna: User, now: datetime
) -> None:
    from forum.questions.models import Answer

    accept_answer(session, anna, session.query(Answer).one(), now)
    found("router")
    (hit,) = queries.similar(session, VISITOR, parts.index, "my router is blinking in red")
    assert hit.id == router.id
    assert hit.state == "solved"
    assert hit.passage is not None
    assert "optical terminal" in hit.passage.text


def test_a_phrase_must_stand_in_the_text(found: Callable[[str], list[int]], router: Any) -> None:
    assert found('"optical terminal"') == [router.id]
    assert found('"terminal optical"') == []


def test_a_rebuilt_index_finds_the_same(
    found: Callable[[str], list[int]], parts: Parts, session: Session, router: Any
) -> None:
    assert found("router") == [router.id]
    assert rebuild(parts.store, parts.index) == 1
    assert found("router") == [router.id]


def test_an_index_that_fell_behind_catches_up(
    found: Callable[[str], list[int]], parts: Parts, session: Session, router: Any, carry: Callable[[], None]
) -> None:
    assert found("router") == [router.id]
    with parts.index.open_rebuild() as batch:
        batch.commit(0)
    assert found("router") == []
    bring_up_to_date(parts.store, parts.index)
    assert found("router") == [router.id]


def test_the_results_page_marks_the_words_and_costs_five_statements(
    found: Callable[[str], list[int]], browser: Any, router: Any, anna: User, count_queries: Any
) -> None:
    found("router")
    page = browser(anna)
    page.get("/search?q=router")
    with count_queries() as queries_sent:
        response = page.get("/search?q=optical+terminal")
    assert response.status_code == 200
    assert "<mark>optical</mark> <mark>terminal</mark>" in response.text
    assert f"/questions/{router.id}/" in response.text
    assert len(queries_sent) <= 5, queries_sent


@pytest.mark.parametrize(
    "words",
    [
        "",
        "   ",
        '"',
        "((((",
        "a" * 5000,
        "\x00",
        "%00",
        "*",
        "NOT NOT",
        "tag:",
        "score:>>3",
        "<script>alert(1)</script>",
    ],
)
def test_odd_words_are_answered_kindly(browser: Any, words: str) -> None:
    response = browser(None).get("/search", query_string={"q": words})
    assert response.status_code == 200
    assert "<script>alert" not in response.text


def test_a_failed_search_becomes_the_title_of_a_question(browser: Any) -> None:
    response = browser(None).get("/search", query_string={"q": "purple wombat & co"})
    assert "/questions/ask?title=purple+wombat+%26+co" in response.text


def test_similar_ones_come_as_json_and_as_a_page(found: Callable[[str], list[int]], browser: Any, router: Any) -> None:
    found("router")
    address = "/similar?title=router+blinks+red"
    (item,) = browser(None).get(address, headers={"Accept": "application/json"}).json["items"]
    assert item["title"] == router.title
    assert item["word"]
    assert router.title in browser(None).get(address).text


@pytest.mark.parametrize(
    "words, sentence",
    [
        ("the of and", "These words are in almost everything"),
        ("?! …", "There is no word in this"),
        ("x" * 60, "This is too long for a word"),
    ],
)
def test_what_holds_no_word_to_look_for_says_why(browser: Any, words: str, sentence: str) -> None:
    response = browser(None).get("/search", query_string={"q": words})
    assert response.status_code == 200
    assert sentence in response.text
    assert "Nobody has written about this yet" not in response.text


def test_no_word_of_a_hidden_title_is_offered_before_the_index_hears_of_it(
    parts: Parts, session: Session, carry: Callable[[], None], anna: User, mia: User, now: datetime
) -> None:
    question = make_question(session, anna, title="The transformer hums at night", text="All the time.")
    make_question(session, anna, title="A lamp in the cellar", text="It is dark.")
    session.commit()
    carry()
    open_ = queries.search(session, VISITOR, parts.index, read_query("transfromer"))
    assert [hit.id for hit in open_.items] == [question.id]
    assert list(open_.corrected) == [("transfromer", "transformer")]
    hide_question(session, mia, question, "spam", now)
    session.commit()
    for words in ("transfromer", "transfromer cellar"):
        gone = queries.search(session, VISITOR, parts.index, read_query(words))
        assert "transformer" not in f"{gone.corrected} {gone.suggestion}"
