"""Questions through the front door: what the browser posts, and what stands on the page after."""

import sqlite3
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.questions import actions
from forum.questions.models import Answer, Comment, Question, Vote
from tests.builders import make_answer, make_comment, make_question, make_vote
from tests.conftest import Browser

Open = Callable[[User | None], Browser]

ASKED = {
    "title": "The router shows a red light since the storm",
    "text": "I restarted it **twice** and the light stays red.",
    "tags": "Router, fibre",
    "once": "a" * 32,
}


def count(session: Session, kind: Any) -> int:
    return session.scalar(select(func.count()).select_from(kind)) or 0


def test_asking_answering_and_accepting(session: Session, browser: Open, anna: User, bruno: User) -> None:
    anna_sees, bruno_sees = browser(anna), browser(bruno)
    asked = anna_sees.send("/questions/ask", ASKED)
    assert asked.status_code == 303
    address = asked.headers["Location"]
    assert address.endswith("/the-router-shows-a-red-light-since-the-storm")

    page = bruno_sees.get(address)
    assert page.status_code == 200
    assert "<strong>twice</strong>" in page.text
    assert 'href="/tags/fibre"' in page.text
    question = session.scalars(select(Question)).one()
    assert (question.state, question.language) == ("waiting", "en")

    answered = bruno_sees.send(
        f"/questions/{question.id}/answers", {"text": "Unplug it for a minute.", "once": "b" * 32}
    )
    answer = session.scalars(select(Answer)).one()
    assert answered.headers["Location"].endswith(f"#answer-{answer.id}")

    assert "This solved it" not in bruno_sees.get(address).text
    assert "This solved it" in anna_sees.get(address).text
    assert bruno_sees.send(f"/answers/{answer.id}/accept").status_code == 403
    assert anna_sees.send(f"/answers/{answer.id}/accept").status_code == 303
    page = browser(None).get(address)
    assert "Solved by Bruno" in page.text
    session.expire_all()
    assert question.state == "solved"


def test_pressing_twice_asks_once(session: Session, browser: Open, anna: User) -> None:
    first, second = (browser(anna).send("/questions/ask", ASKED) for _ in range(2))
    assert first.headers["Location"] == second.headers["Location"]
    assert count(session, Question) == 1


@pytest.mark.parametrize(
    "wrong, sentence",
    [
        ({"title": ""}, "Please fill this in."),
        ({"title": "Short"}, "at least 10 characters"),
        ({"title": "x" * 201}, "at most 200 fit"),
        ({"text": "  \x00 "}, "Please fill this in."),
        ({"text": "x" * 30_001}, "at most 30000 fit"),
        ({"tags": "a,b,c,d,e,f"}, "At most 5 tags."),
        ({"tags": "<script>"}, "cannot be a tag"),
        ({"text": "> " * 300}, "nested too deeply"),
    ],
)
def test_what_cannot_be_asked_is_said_beside_its_field_and_kept(
    session: Session, browser: Open, anna: User, wrong: dict[str, str], sentence: str
) -> None:
    page = browser(anna).send("/questions/ask", ASKED | wrong)
    assert page.status_code == 422
    assert sentence in page.text
    kept = ASKED | wrong
    assert kept["title"] in page.text
    assert kept["text"].replace(">", "&gt;").strip(" \x00") in page.text
    assert count(session, Question) == 0


def test_asking_begins_with_the_title_alone(browser: Open, anna: User) -> None:
    page = browser(anna).get("/questions/ask")
    assert "data-similar-url" in page.text
    assert "<textarea" not in page.text
    page = browser(anna).get("/questions/ask?title=No+light+on+the+router")
    assert 'value="No light on the router"' in page.text
    assert "<textarea" in page.text


def test_a_preview_without_script_comes_back_with_the_page(session: Session, browser: Open, anna: User) -> None:
    page = browser(anna).send("/questions/ask", ASKED | {"preview": "1"})
    assert page.status_code == 200
    assert "<strong>twice</strong>" in page.text
    assert ASKED["text"] in page.text
    assert count(session, Question) == 0


def test_a_preview_by_script_is_what_the_post_will_be(browser: Open, anna: User) -> None:
    accepts = {"Accept": "application/json"}
    said = browser(anna).send("/questions/preview", {"text": "**a** <script>b</script>"}, headers=accepts)
    assert said.get_json() == {"html": "<p><strong>a</strong> &lt;script&gt;b&lt;/script&gt;</p>\n"}
    said = browser(anna).send("/questions/preview", {"text": ""}, headers=accepts)
    assert (said.status_code, said.get_json()["detail"]) == (422, "Please fill this in.")


def test_a_vote_is_json_for_scripts_and_a_way_back_for_others(
    session: Session, browser: Open, anna: User, bruno: User
) -> None:
    question = make_question(session, anna)
    session.commit()
    url = f"/questions/{question.id}/vote"
    bruno_votes = browser(bruno)
    for value, score in (("1", 1), ("1", 1), ("-1", -1), ("0", 0), ("-1", -1)):
        said = bruno_votes.send(url, {"value": value}, headers={"Accept": "application/json"})
        assert said.get_json() == {"score": score, "mine": int(value)}
    assert bruno_votes.send(url, {"value": "1"}).status_code == 303
    assert count(session, Vote) == 1
    refused = browser(anna).send(url, {"value": "1"}, headers={"Accept": "application/json"})
    assert refused.status_code == 403
    assert refused.get_json()["title"] == "You cannot vote on what you wrote yourself."
    assert bruno_votes.send(url, {"value": "7"}).status_code == 422
    assert bruno_votes.send(url, {}).status_code == 422


def test_comments_stand_under_what_they_are_about(session: Session, browser: Open, anna: User, bruno: User) -> None:
    question = make_question(session, anna)
    answer = make_answer(session, bruno, question)
    session.commit()
    carol = browser(bruno)
    for where in (f"/questions/{question.id}", f"/answers/{answer.id}"):
        sent = carol.send(f"{where}/comments", {"text": f"About {where}"})
        assert sent.status_code == 303
    page = carol.get(f"/questions/{question.id}/{question.slug}").text
    assert page.index(f"About /questions/{question.id}") < page.index(f"About /answers/{answer.id}")
    empty = carol.send(f"/answers/{answer.id}/comments", {"text": ""})
    assert (empty.status_code, "Please fill this in." in empty.text) == (422, True)
    long = carol.send(f"/answers/{answer.id}/comments", {"text": "y" * 2001})
    assert (long.status_code, "y" * 2001 in long.text) == (422, True)
    assert count(session, Comment) == 2


def test_an_edit_keeps_what_was_there_before(session: Session, browser: Open, anna: User, mia: User) -> None:
    question = make_question(session, anna, tags=("router",))
    session.commit()
    anna_edits = browser(anna)
    url = f"/questions/{question.id}/edit"
    form = anna_edits.get(url).text
    assert 'name="version" type="hidden" value="1"' in form
    assert question.text in form
    edit = {
        "title": question.title + ", again",
        "text": "I restarted it three times.",
        "tags": "fibre",
        "version": "1",
        "why": "Counted again",
    }
    assert anna_edits.send(url, edit).status_code == 303
    page = anna_edits.get(f"/questions/{question.id}/revisions").text
    assert "Counted again" in page
    assert "<del>twice and the light stays red.</del>" in page
    assert "<ins>three times.</ins>" in page
    first = anna_edits.get(f"/questions/{question.id}/revisions?revision=1").text
    assert "I restarted it twice and the light stays red." in first
    assert anna_edits.get(f"/questions/{question.id}/revisions?revision=9").status_code == 404


def test_two_edits_of_one_version_show_both_texts(session: Session, browser: Open, anna: User, mia: User) -> None:
    question = make_question(session, anna)
    answer = make_answer(session, anna, question, text="One.")
    session.commit()
    url = f"/answers/{answer.id}/edit"
    assert browser(anna).send(url, {"text": "Anna was quicker.", "version": "1"}).status_code == 303
    late = browser(mia).send(url, {"text": "Mia was later.", "version": "1"})
    assert late.status_code == 409
    assert "Anna was quicker." in late.text
    assert "Mia was later." in late.text
    assert 'name="version" type="hidden" value="2"' in late.text
    session.expire_all()
    assert answer.text == "Anna was quicker."
    assert browser(mia).send(url, {"text": "Mia was later.", "version": "2"}).status_code == 303
    again = browser(mia).send(url, {"text": "Mia was later.", "version": "2"})
    assert again.status_code == 303
    session.expire_all()
    assert (answer.text, answer.version) == ("Mia was later.", 3)


def test_deleting_offers_to_undo(session: Session, browser: Open, anna: User, carla: User) -> None:
    question = make_question(session, anna)
    session.commit()
    url = f"/questions/{question.id}"
    anna_deletes = browser(anna)
    gone = anna_deletes.send(f"{url}/delete", follow_redirects=True)
    assert f'action="{url}/undelete"' in gone.text
    assert browser(carla).get(f"{url}/{question.slug}").status_code == 404
    assert browser(carla).get(url).status_code == 404
    assert anna_deletes.send(f"{url}/delete").status_code == 303
    assert anna_deletes.send(f"{url}/undelete").status_code == 303
    assert browser(carla).get(f"{url}/{question.slug}").status_code == 200


def test_hiding_needs_a_reason_that_the_author_reads(
    session: Session, browser: Open, anna: User, bruno: User, mia: User, carla: User
) -> None:
    question = make_question(session, anna)
    answer = make_answer(session, bruno, question, text="Buy my pills.")
    session.commit()
    url, page = f"/answers/{answer.id}/hide", f"/questions/{question.id}/{question.slug}"
    assert browser(bruno).get(url).status_code == 403
    assert browser(bruno).send(url, {"why": "I want"}).status_code == 403
    assert browser(mia).send(url, {"why": ""}).status_code == 422
    assert browser(mia).send(url, {"why": "It sells something."}).status_code == 303
    for who, reads in ((bruno, True), (mia, True), (anna, False), (carla, False), (None, False)):
        text = browser(who).get(page).text
        assert ("Buy my pills." in text, "It sells something." in text) == (reads, reads)
    assert browser(mia).send(f"/answers/{answer.id}/restore").status_code == 303
    assert "Buy my pills." in browser(None).get(page).text


def test_a_closed_question_says_why_and_takes_no_answers(
    session: Session, browser: Open, anna: User, bruno: User, mia: User
) -> None:
    question = make_question(session, anna)
    session.commit()
    url, page = f"/questions/{question.id}", f"/questions/{question.id}/{question.slug}"
    assert browser(anna).send(f"{url}/close", {"why": "Enough"}).status_code == 403
    assert browser(mia).send(f"{url}/close", {"why": "Moved to the hotline."}).status_code == 303
    assert "Moved to the hotline." in browser(bruno).get(page).text
    assert browser(bruno).send(f"{url}/answers", {"text": "Still, try this."}).status_code == 403
    assert browser(mia).send(f"{url}/reopen").status_code == 303
    assert browser(bruno).send(f"{url}/answers", {"text": "Still, try this."}).status_code == 303


def test_a_wrong_or_missing_slug_leads_to_the_right_address(session: Session, browser: Open, anna: User) -> None:
    question = make_question(session, anna)
    session.commit()
    right = f"/questions/{question.id}/{question.slug}"
    for wrong in ("", "/wrong", "/wrong?tab=new", "/wrong?slug=x&question_id=3&_anchor=y&endpoint=z"):
        moved = browser(None).get(f"/questions/{question.id}{wrong}")
        assert moved.status_code == 308
    assert browser(None).get(f"/questions/{question.id}/wrong").headers["Location"] == right
    assert browser(None).get(right).status_code == 200
    assert f'rel="canonical" href="http://127.0.0.1:5000{right}"' in browser(None).get(right).text


def test_a_title_that_reads_like_a_page_of_its_own_keeps_its_address(
    session: Session, browser: Open, anna: User
) -> None:
    question = make_question(session, anna, title="Edit?????????")
    session.commit()
    moved = browser(None).get(f"/questions/{question.id}")
    assert moved.headers["Location"] == f"/questions/{question.id}/edit-"
    assert browser(None).get(moved.headers["Location"]).status_code == 200


def test_votes_of_mine_are_marked(session: Session, browser: Open, anna: User, bruno: User) -> None:
    question = make_question(session, anna)
    make_vote(session, bruno, question)
    session.commit()
    page = f"/questions/{question.id}/{question.slug}"
    assert 'aria-pressed="true"' in browser(bruno).get(page).text
    assert 'aria-pressed="true"' not in browser(anna).get(page).text.split('id="main"')[1].split("</main>")[0]


def test_views_are_counted_but_not_the_askers_nor_guesses(
    session: Session, browser: Open, parts: Any, anna: User, bruno: User
) -> None:
    question = make_question(session, anna)
    session.commit()
    page = f"/questions/{question.id}/{question.slug}"
    browser(anna).get(page)
    browser(bruno).get(page)
    browser(None).get(page)
    browser(None).get(page, headers={"Sec-Purpose": "prefetch;prerender"})
    browser(None).head(page)
    parts.measures.flush()
    session.expire_all()
    assert question.view_count == 2


def test_comments_can_be_edited_and_deleted_by_their_author(
    session: Session, browser: Open, anna: User, bruno: User
) -> None:
    comment = make_comment(session, bruno, make_question(session, anna), text="Which model?")
    session.commit()
    url = f"/comments/{comment.id}"
    assert browser(anna).send(f"{url}/edit", {"text": "Mine now", "version": "1"}).status_code == 403
    assert browser(bruno).send(f"{url}/edit", {"text": "Which model is it?", "version": "1"}).status_code == 303
    assert browser(anna).send(f"{url}/delete").status_code == 403
    assert browser(bruno).send(f"{url}/delete").status_code == 303
    assert browser(bruno).send(f"{url}/undelete").status_code == 303
    session.expire_all()
    assert (comment.text, comment.is_public) == ("Which model is it?", True)


def test_a_visitor_is_asked_in_and_comes_back(session: Session, browser: Open, anna: User) -> None:
    question = make_question(session, anna)
    session.commit()
    page = browser(None).get(f"/questions/{question.id}/{question.slug}").text
    assert f"/account/sign-in?next=%2Fquestions%2F{question.id}" in page
    assert "<textarea" not in page


def test_what_is_said_is_said_once_even_when_two_writers_met(
    session: Session, browser: Open, anna: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    question = make_question(session, anna)
    session.commit()
    tries: list[int] = []
    really = actions.delete_question

    def meet_once(*args: Any, **kwargs: Any) -> None:
        really(*args, **kwargs)
        tries.append(1)

    def flash_then_meet(*args: Any, **kwargs: Any) -> Any:
        result = redirect_really(*args, **kwargs)
        if len(tries) == 1:
            raise OperationalError("", {}, sqlite3.OperationalError("database is locked"))
        return result

    from forum.web.questions import removing

    redirect_really = removing.redirect
    monkeypatch.setattr(actions, "delete_question", meet_once)
    monkeypatch.setattr(removing, "redirect", flash_then_meet)
    page = browser(anna).send(f"/questions/{question.id}/delete", follow_redirects=True)
    assert len(tries) == 2
    assert page.text.count("The question is deleted.") == 1
