"""Earlier versions: going back to one, and taking the words out of one."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.markup import render
from forum.knowledge.actions import save_revision
from forum.knowledge.models import Article
from forum.questions import actions
from forum.questions.models import Answer, Question, Revision
from tests.builders import make_answer, make_article, make_question
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]

SECRET = "My number is 555-0199"


@made_once
def question(session: Session, anna: User, now: datetime) -> Question:
    """Asked with a secret, then edited."""
    made = make_question(session, anna, title="Call me about the light", text=f"{SECRET}, *call* me.", tags=("phone",))
    actions.edit_question(session, anna, made, "The light is red again", render("It is red."), ["light"], 1, now)
    session.commit()
    return made


@made_once
def answer(session: Session, bruno: User, question: Question, now: datetime) -> Answer:
    made = make_answer(session, bruno, question, text=f"{SECRET}, says Bruno.")
    actions.edit_answer(session, bruno, made, render("Turn it off."), 1, now)
    session.commit()
    return made


def test_going_back_and_back_again(session: Session, browser: Open, question: Question, anna: User) -> None:
    address = f"/questions/{question.id}/revisions"
    shown = browser(anna).get(f"{address}?revision=1").text
    assert "Go back to version 1" in shown
    assert "Go back to version" not in browser(anna).get(address).text
    sent = browser(anna).send(f"{address}/1/rollback", {"version": "2", "why": "It said more."})
    assert sent.status_code == 303
    session.expire_all()
    assert (question.title, question.text, question.version) == (
        "Call me about the light", f"{SECRET}, *call* me.", 3,
    )  # fmt: skip
    assert "<em>call</em>" in question.html
    assert [tag.name for tag in question.tags] == ["phone"]
    assert browser(anna).send(f"{address}/2/rollback", {"version": "3", "why": ""}).status_code == 303
    session.expire_all()
    assert (question.text, question.version) == ("It is red.", 4)
    whys = session.scalars(select(Revision.why).where(Revision.question_id == question.id).order_by(Revision.number))
    assert whys.all() == ["", "", "It said more.", "Back to version 2"]


def test_going_back_to_the_same_words_is_refused(
    session: Session, browser: Open, question: Question, anna: User
) -> None:
    address = f"/questions/{question.id}/revisions"
    browser(anna).send(f"{address}/1/rollback", {"version": "2"})
    same = browser(anna).send(f"{address}/1/rollback", {"version": "3"})
    assert same.status_code == 403
    assert "nothing would change" in same.text
    newest = browser(anna).send(f"{address}/3/rollback", {"version": "3"})
    assert newest.status_code == 403
    session.expire_all()
    assert question.version == 3


@pytest.mark.parametrize(
    "who, status", [("bruno", 303), ("mia", 303), ("ada", 303), ("anna", 403), ("aldo", 403), ("visitor", 303)]
)
def test_who_goes_back_on_an_answer(
    session: Session, browser: Open, answer: Answer, cast: dict[str, User], who: str, status: int
) -> None:
    sent = browser(cast.get(who)).send(
        f"/answers/{answer.id}/revisions/1/rollback", {"version": "2"}, headers={"Accept": "text/html"}
    )
    assert sent.status_code == status
    session.expire_all()
    assert answer.version == (3 if who in ("bruno", "mia", "ada") else 2)


def test_going_back_from_what_was_edited_meanwhile_is_a_conflict(
    session: Session, browser: Open, answer: Answer, bruno: User, now: datetime
) -> None:
    actions.edit_answer(session, bruno, answer, render("Turn it off and on."), 2, now)
    session.commit()
    sent = browser(bruno).send(f"/answers/{answer.id}/revisions/1/rollback", {"version": "2"})
    assert sent.status_code == 409
    session.expire_all()
    assert (answer.text, answer.version) == ("Turn it off and on.", 3)


@pytest.mark.parametrize("kind", ["question", "answer"])
def test_redacted_words_are_gone_for_everybody(
    session: Session, browser: Open, question: Question, answer: Answer, cast: dict[str, User], kind: str
) -> None:
    post: Any = question if kind == "question" else answer
    address = f"/{kind}s/{post.id}/revisions"
    assert SECRET in browser(None).get(f"{address}?revision=1").text
    assert browser(cast["mia"]).get(f"{address}/1/redact").status_code == 200
    done = browser(cast["mia"]).send(f"{address}/1/redact", {"why": "A telephone number."})
    assert done.status_code == 303
    for who in (None, *cast.values()):
        client = browser(who)
        for version in ("1", "2", ""):
            page = client.get(f"{address}?revision={version}").text
            assert "555" not in page
            assert "Call me about" not in page.replace("call", "Call") or kind == "answer"
        assert "A telephone number." in client.get(f"{address}?revision=1").text
        assert client.get(f"{address}?revision=1").text.count("rollback") == 0
    assert session.scalar(select(func.count()).where(Revision.text.contains("555"), Revision.number == 1)) == 1
    act = session.scalars(select(StaffAct).where(StaffAct.verb == "redact_revision")).one()
    assert (act.target_kind, act.target_id, act.why) == (kind, post.id, "A telephone number.")
    assert "555" not in str((act.before, act.after))
    author = cast["anna"] if kind == "question" else cast["bruno"]
    assert browser(author).send(f"{address}/1/rollback", {"version": "2"}).status_code == 403


def test_what_stands_there_now_must_be_edited_first(session: Session, browser: Open, answer: Answer, mia: User) -> None:
    address = f"/answers/{answer.id}/revisions"
    for sent in (browser(mia).get(f"{address}/2/redact"), browser(mia).send(f"{address}/2/redact", {"why": "x"})):
        assert sent.status_code == 403
        assert "Edit it first" in sent.text
    assert browser(mia).send(f"{address}/1/redact", {"why": " "}).status_code == 422
    assert browser(mia).send(f"{address}/1/redact", {"why": "x"}).status_code == 303
    assert browser(mia).send(f"{address}/1/redact", {"why": "again"}).status_code == 403
    session.expire_all()
    assert answer.text == "Turn it off."


@pytest.mark.parametrize("path", ["{0}/9/redact", "{0}/9/rollback", "{0}/9223372036854775807/rollback"])
@pytest.mark.parametrize("who", ["mia", "bruno"])
def test_versions_that_are_not_there(browser: Open, answer: Answer, cast: dict[str, User], path: str, who: str) -> None:
    address = path.format(f"/answers/{answer.id}/revisions")
    assert browser(cast[who]).send(address, {"why": "x", "version": "2"}).status_code == 404


@made_once
def article(session: Session, cast: dict[str, User], anna: User, bruno: User, now: datetime) -> Article:
    """Published with a secret, then published anew without it."""
    asked = make_question(session, anna, title="How is the light put out")
    made = make_article(
        session, cast["elena"], make_answer(session, bruno, asked, accepted=True), text=f"Call: {SECRET}."
    )
    save_revision(session, cast["elena"], made, made.title, render("Do not call."), now, language="en", based_on=1)
    session.commit()
    return made


def test_an_article_goes_back_as_a_draft(
    session: Session, browser: Open, article: Article, cast: dict[str, User]
) -> None:
    address = f"/kb/{article.id}/revisions"
    assert "Go back to version 1" in browser(cast["elena"]).get(f"{address}?revision=1").text
    assert browser(cast["aldo"]).send(f"{address}/1/rollback", {"version": "2"}).status_code == 403
    assert browser(cast["elena"]).send(f"{address}/1/rollback", {"version": "1"}).status_code == 409
    assert browser(cast["elena"]).send(f"{address}/1/rollback", {"version": "2"}).status_code == 303
    same = browser(cast["elena"]).send(f"{address}/1/rollback", {"version": "3"})
    assert (same.status_code, "nothing would change" in same.text) == (403, True)
    session.expire_all()
    assert (article.version, article.state) == (3, "draft")


def test_words_are_taken_out_of_an_article(
    session: Session, browser: Open, article: Article, cast: dict[str, User]
) -> None:
    address = f"/kb/{article.id}/revisions"
    assert browser(cast["elena"]).send(f"{address}/1/redact", {"why": "A number."}).status_code == 403
    assert browser(cast["mia"]).send(f"{address}/2/redact", {"why": "A number."}).status_code == 403
    assert browser(cast["mia"]).send(f"{address}/1/redact", {"why": "A number."}).status_code == 303
    for who in ("elena", "mia", "aldo"):
        for page in (f"{address}?revision=1", f"{address}?revision=2", f"/kb/{article.id}/edit?from=1"):
            assert "555" not in browser(cast[who]).get(page).text
    assert browser(cast["elena"]).get(f"/kb/{article.id}/edit?from=1").status_code == 404
