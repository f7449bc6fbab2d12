"""Flags and their review through the front door."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.clock import utc_now
from forum.moderation import actions
from forum.moderation.models import Decision, Flag, ReviewItem
from forum.questions.models import Answer, Question
from tests.builders import make_answer, make_comment, make_flag, make_question
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]
Cast = dict[str, User]
WORDS = "Ask Carla on 06 555 0199, she never answers."


@made_once
def question(session: Session, anna: User) -> Question:
    return make_question(session, anna)


@made_once
def answer(session: Session, bruno: User, question: Question) -> Answer:
    made = make_answer(session, bruno, question, text=WORDS)
    session.commit()
    return made


def place(question: Question) -> str:
    return f"/questions/{question.id}/{question.slug}"


def form(item: ReviewItem, post: Any, decision: str, why: str = "") -> dict[str, str]:
    return {"decision": decision, "why": why, "round": str(item.round), "version": str(post.version)}


@made_once
def item(session: Session, carla: User, answer: Answer) -> ReviewItem:
    made = make_flag(session, carla, answer, "private", "It is my number.").item
    session.commit()
    return made


def test_a_reader_flags_is_thanked_and_learns_the_outcome(
    session: Session, browser: Open, cast: Cast, question: Question, answer: Answer
) -> None:
    carla_sees = browser(cast["carla"])
    assert f'href="/answers/{answer.id}/flag"' in carla_sees.get(place(question)).text
    page = carla_sees.get(f"/answers/{answer.id}/flag").text
    assert "its author is never told" in page
    empty = carla_sees.send(f"/answers/{answer.id}/flag", {"once": "a" * 32})
    assert (empty.status_code, "Please choose what is wrong" in empty.text) == (422, True)
    for _ in range(2):
        sent = carla_sees.send(f"/answers/{answer.id}/flag", {"reason": "private", "words": "Mine", "once": "b" * 32})
        assert sent.status_code == 303
    flag = session.scalars(select(Flag)).one()
    mine = carla_sees.get("/account/flags").text
    assert "Waiting for a moderator." in mine
    again = carla_sees.send(f"/answers/{answer.id}/flag", {"reason": "rude", "once": "c" * 32})
    assert again.headers["Location"] == "/account/flags"
    assert "flagged this already" in carla_sees.get("/account/flags").text
    assert carla_sees.get(f"/answers/{answer.id}/flag").headers["Location"] == "/account/flags"

    item = flag.item
    decided = browser(cast["mia"]).send(f"/review/{item.id}/decision", form(item, answer, "hide", "It shows a number."))
    assert decided.status_code == 303
    mine = carla_sees.get("/account/flags").text
    assert "A moderator has hidden it. Thank you." in mine
    assert "It shows a number." in mine
    # She cannot read it any more, so there is no way there.
    assert f"#answer-{answer.id}" not in mine


def test_taking_a_flag_back(session: Session, browser: Open, cast: Cast, item: ReviewItem) -> None:
    flag = session.scalars(select(Flag)).one()
    assert browser(cast["anna"]).send(f"/flags/{flag.id}/withdraw").status_code == 404
    carla_sees = browser(cast["carla"])
    assert carla_sees.send(f"/flags/{flag.id}/withdraw").status_code == 303
    assert "You took this flag back." in carla_sees.get("/account/flags").text
    assert carla_sees.send(f"/flags/{flag.id}/withdraw").status_code == 403
    assert "Nothing waits for you" in browser(cast["mia"]).get("/review").text


def test_nobody_but_moderators_sees_flags_and_the_author_least_of_all(
    session: Session, browser: Open, cast: Cast, question: Question, answer: Answer, item: ReviewItem
) -> None:
    for who in ("anna", "bruno", "elena", "aldo", None):
        client = browser(cast[who] if who else None)
        for path in (place(question), "/questions", "/", f"/people/{cast['bruno'].id}/bruno"):
            assert "It is my number." not in client.get(path).text
        for path in ("/review", f"/review/{item.id}", "/review/decided"):
            assert client.get(path).status_code in (403, 303), path
    assert "It is my number." in browser(cast["mia"]).get(f"/review/{item.id}").text
    own = make_answer(session, cast["mia"], question)
    hers = make_flag(session, cast["carla"], own, "other", "A secret doubt").item
    session.commit()
    mia_sees = browser(cast["mia"])
    assert mia_sees.get(f"/review/{hers.id}").status_code == 404
    assert "A secret doubt" not in mia_sees.get("/review").text


def test_own_and_removed_texts_cannot_be_flagged(
    session: Session, browser: Open, cast: Cast, question: Question, answer: Answer
) -> None:
    bruno_sees = browser(cast["bruno"])
    assert "/answers/{answer.id}/flag" not in bruno_sees.get(place(question)).text
    assert bruno_sees.get(f"/answers/{answer.id}/flag").status_code == 403
    assert bruno_sees.send(f"/answers/{answer.id}/flag", {"reason": "spam"}).status_code == 403
    visitor = browser(None)
    assert visitor.get(f"/answers/{answer.id}/flag").headers["Location"].startswith("/account/sign-in?next=")
    assert "/flag" not in visitor.get(place(question)).text
    browser(cast["mia"]).send(f"/answers/{answer.id}/hide", {"why": "No."})
    assert browser(cast["carla"]).get(f"/answers/{answer.id}/flag").status_code == 404
    assert browser(cast["mia"]).get(f"/answers/{answer.id}/flag").status_code == 403


@pytest.mark.parametrize("kind", ["question", "answer", "comment"])
def test_each_kind_of_text_is_flagged_and_shown_in_its_context(
    session: Session, browser: Open, cast: Cast, question: Question, answer: Answer, kind: str
) -> None:
    comment = make_comment(session, cast["bruno"], answer, text="A remark on it.")
    session.commit()
    post: Any = {"question": question, "answer": answer, "comment": comment}[kind]
    sent = browser(cast["carla"]).send(f"/{kind}s/{post.id}/flag", {"reason": "rude", "words": ""})
    assert sent.status_code == 303
    item = session.scalars(select(ReviewItem)).one()
    page = browser(cast["mia"]).get(f"/review/{item.id}").text
    assert question.title in page
    assert ("Close the question" in page) is (kind == "question")
    assert ("What it stands under" in page) is (kind != "question")
    assert ("06 555 0199" in page) is (kind != "question")


def test_the_list_is_worked_through_with_claims_and_the_number_goes_down(
    session: Session, browser: Open, cast: Cast, question: Question, item: ReviewItem, answer: Answer
) -> None:
    second = make_flag(session, cast["anna"], make_question(session, cast["bruno"], title="Cheap watches, click here"))
    session.commit()
    mia_sees, ada_sees = browser(cast["mia"]), browser(cast["ada"])
    assert '<span class="main-nav__count">2</span>' in mia_sees.get("/questions").text
    assert "main-nav__count" not in browser(cast["aldo"]).get("/questions").text
    page = mia_sees.get("/review").text
    assert page.index(question.title) < page.index("Cheap watches")
    assert mia_sees.send("/review/next").headers["Location"] == f"/review/{item.id}"
    assert "Mia is looking" in ada_sees.get("/review").text
    assert ada_sees.send("/review/next").headers["Location"] == f"/review/{second.item_id}"
    assert ada_sees.send(f"/review/{item.id}/claim").status_code == 403
    refused = ada_sees.send(f"/review/{item.id}/decision", form(item, answer, "keep"))
    assert (refused.status_code, "Mia is looking at this right now." in refused.text) == (403, True)
    assert ada_sees.send(f"/review/{second.item_id}/release").status_code == 303
    decided = mia_sees.send(f"/review/{item.id}/decision", form(item, answer, "delete", "It shows a number."))
    assert decided.headers["Location"] == f"/review/{second.item_id}"
    page = mia_sees.get(f"/review/{second.item_id}").text
    assert "You are looking" in page
    assert 'data-key="u"' in page
    assert '<span class="main-nav__count">1</span>' in page
    session.expire_all()
    assert answer.is_deleted


def test_what_was_decided_can_be_undone_from_the_list_too(
    session: Session, browser: Open, cast: Cast, item: ReviewItem, answer: Answer
) -> None:
    mia_sees = browser(cast["mia"])
    mia_sees.send(f"/review/{item.id}/decision", form(item, answer, "hide", "It shows a number."))
    decision = session.scalars(select(Decision)).one()
    page = browser(cast["ada"]).get("/review/decided").text
    assert f"/review/decisions/{decision.id}/undo" in page
    undone = browser(cast["ada"]).send(f"/review/decisions/{decision.id}/undo")
    assert undone.headers["Location"] == f"/review/{item.id}"
    session.expire_all()
    assert answer.is_public
    mia_sees.get("/review")  # reads the message with its own button
    page = mia_sees.get("/review/decided").text
    assert "Undone by Ada" in page
    assert f"/review/decisions/{decision.id}/undo" not in page
    assert mia_sees.send(f"/review/decisions/{decision.id}/undo").status_code == 403


def test_two_moderators_at_once(session: Session, browser: Open, cast: Cast, item: ReviewItem, answer: Answer) -> None:
    sent = form(item, answer, "delete", "Two at once")
    browser(cast["mia"]).send(f"/review/{item.id}/decision", form(item, answer, "keep", "It is his own number."))
    late = browser(cast["ada"]).send(f"/review/{item.id}/decision", sent)
    assert late.status_code == 409
    assert "Another moderator has decided about this meanwhile." in late.text
    assert "It is his own number." in late.text
    session.expire_all()
    assert answer.is_public


def test_a_text_changed_meanwhile_is_shown_anew_with_what_was_typed(
    session: Session, browser: Open, cast: Cast, item: ReviewItem, answer: Answer
) -> None:
    sent = form(item, answer, "delete", "Long typed reason")
    browser(cast["bruno"]).send(f"/answers/{answer.id}/edit", {"text": "Nothing private.", "version": "1", "why": ""})
    late = browser(cast["mia"]).send(f"/review/{item.id}/decision", sent)
    assert late.status_code == 409
    for words in ("changed while you were reading", "Nothing private.", "Long typed reason", "edited after it was"):
        assert words in late.text
    token = re.search(r'name="version"[^>]*value="(\d+)"', late.text)
    assert token is not None
    assert token[1] == "2"


@pytest.mark.parametrize(
    "sent, field, sentence",
    [
        ({"decision": "hide", "why": " "}, "why", "Please say why"),
        ({"decision": "", "why": "x"}, "decision", "Choose what should become of it."),
        ({"decision": "burn", "why": "x"}, "decision", "Choose one of"),
        ({"decision": "hide", "why": "x" * 301}, "why", "at most 300 fit"),
    ],
)
def test_a_decision_that_cannot_be_taken_is_said_beside_its_field(
    session: Session, browser: Open, cast: Cast, item: ReviewItem, answer: Answer, sent: Any, field: str, sentence: str
) -> None:
    page = browser(cast["mia"]).send(f"/review/{item.id}/decision", form(item, answer, "") | sent)
    assert page.status_code == 422
    assert sentence in page.text
    assert f'id="{field}-error"' in page.text
    session.expire_all()
    assert answer.is_public


def test_many_are_decided_at_once_and_what_is_left_is_said(
    session: Session, browser: Open, cast: Cast, item: ReviewItem, answer: Answer
) -> None:
    posts = [make_question(session, cast["bruno"], title=f"Cheap watches number {n}") for n in range(2)]
    items = [make_flag(session, cast["anna"], post).item for post in posts]
    actions.claim(session, cast["ada"], items[1], utc_now())
    session.commit()
    mia_sees = browser(cast["mia"])
    assert "Tick what you want" in mia_sees.send("/review", {"decision": "delete", "why": ""}).text
    ticked = [f"{each.id}-0-1" for each in (item, *items)] + ["nonsense", "1-2", "99999-0-1"]
    without = mia_sees.send("/review", {"item": ticked, "decision": "hide", "why": ""})
    assert (without.status_code, "checked" in without.text) == (422, True)
    sent = mia_sees.send("/review", {"item": ticked, "decision": "hide", "why": "Advertising."})
    assert sent.status_code == 303
    page = mia_sees.get("/review").text
    assert "2 are decided." in page
    assert "2 were left" in page
    session.expire_all()
    assert (answer.is_hidden, posts[0].is_hidden, posts[1].is_public) == (True, True, True)


def test_an_author_is_asked_to_mend_and_does(
    session: Session, browser: Open, cast: Cast, question: Question, item: ReviewItem, answer: Answer,
    carry: Callable[[], None],
) -> None:  # fmt: skip
    mia_sees, bruno_sees = browser(cast["mia"]), browser(cast["bruno"])
    mia_sees.send(f"/review/{item.id}/decision", form(item, answer, "mend", "Please leave the number out."))
    assert f'href="/review/{item.id}"' in mia_sees.get("/review?tab=mending").text
    assert WORDS[:10] not in browser(cast["carla"]).get(place(question)).text
    page = bruno_sees.get(place(question)).text
    assert "Please leave the number out." in page
    assert "A moderator asks you to mend" in page
    assert "Please leave the number out." in bruno_sees.get("/account/flags").text
    bruno_sees.send(f"/answers/{answer.id}/edit", {"text": "Ask the shop.", "version": "1", "why": ""})
    carry()
    page = mia_sees.get(f"/review/{item.id}").text
    assert "Mended by its author" in page
    session.expire_all()
    kept = mia_sees.send(f"/review/{item.id}/decision", form(item, answer, "keep"))
    assert kept.status_code == 303
    assert "Ask the shop." in browser(None).get(place(question)).text
    assert "mended it, and it is shown again" in browser(cast["carla"]).get("/account/flags").text


def test_the_suggested_reason_is_in_the_language_of_its_author(
    session: Session, browser: Open, cast: Cast, item: ReviewItem, answer: Answer
) -> None:
    cast["bruno"].language = "it"
    session.commit()
    page = browser(cast["mia"]).get(f"/review/{item.id}").text
    assert "Mostra dati privati." in page


def test_pages_of_many_flags_go_on_by_key_and_cost_the_same(
    session: Session, browser: Open, cast: Cast, question: Question, count_queries: Any
) -> None:
    def flag_more(number: int) -> None:
        for each in range(number):
            post = make_answer(session, cast["bruno"], question, text=f"Advertising number {each}")
            make_flag(session, cast["carla"], post)
        session.commit()

    mia_sees = browser(cast["mia"])
    costs = []
    for number in (2, 28):
        flag_more(number)
        mia_sees.get("/review")
        with count_queries() as queries:
            page = mia_sees.get("/review")
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 7, "\n".join(queries)
    cursor = re.search(r'href="(/review\?[^"]*cursor=[^"]+)"', page.text)
    assert cursor is not None
    second = mia_sees.get(cursor[1].replace("&amp;", "&")).text
    assert second.count('class="review__row') == 5
    assert mia_sees.get("/review?cursor=nonsense").status_code == 422


@pytest.mark.parametrize("kind", ["question", "answer", "comment"])
@pytest.mark.parametrize("away, back", [("delete", "undelete"), ("hide", "restore"), ("close", "reopen")])
def test_moderators_say_why_on_a_page_of_its_own_and_undo_in_one_press(
    session: Session, browser: Open, cast: Cast, question: Question, answer: Answer, kind: str, away: str, back: str
) -> None:
    comment = make_comment(session, cast["bruno"], answer)
    session.commit()
    post: Any = {"question": question, "answer": answer, "comment": comment}[kind]
    mia_sees = browser(cast["mia"])
    page = mia_sees.get(f"/{kind}s/{post.id}/{away}")
    if away == "close" and kind != "question":
        assert page.status_code == 404
        return
    assert page.status_code == 200
    empty = mia_sees.send(f"/{kind}s/{post.id}/{away}", {"why": " "})
    needed = "Say why, or which question asked the same before." if away == "close" else "Please fill this in."
    assert (empty.status_code, needed in empty.text) == (422, True)
    assert browser(cast["carla"]).send(f"/{kind}s/{post.id}/{away}", {"why": "I say so"}).status_code == 403
    assert mia_sees.send(f"/{kind}s/{post.id}/{away}", {"why": "It names a person."}).status_code == 303
    said = mia_sees.get(place(question)).text
    assert f'action="/{kind}s/{post.id}/{back}"' in said
    assert mia_sees.get(f"/{kind}s/{post.id}/{back}").status_code == 200
    assert mia_sees.send(f"/{kind}s/{post.id}/{back}", {"why": "It does not."}).status_code == 303
    acts = session.scalars(select(StaffAct).order_by(StaffAct.id)).all()
    assert [(act.verb, act.why) for act in acts] == [
        (f"{away}_{kind}", "It names a person."),
        (f"{back}_{kind}", "It does not."),
    ]
    assert all(act.before["state"] != act.after["state"] for act in acts)


def test_authors_delete_their_own_without_a_word(session: Session, browser: Open, cast: Cast, answer: Answer) -> None:
    bruno_sees = browser(cast["bruno"])
    assert bruno_sees.send(f"/answers/{answer.id}/delete").status_code == 303
    session.expire_all()
    assert answer.is_deleted
    assert bruno_sees.send(f"/answers/{answer.id}/undelete").status_code == 303
    assert not session.scalars(select(StaffAct)).all()
