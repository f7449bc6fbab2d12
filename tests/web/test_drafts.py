"""Drafts through the front door: with and without script, on two devices, and after the session ended."""

import re
from collections.abc import Callable
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.clock import utc_now
from forum.drafts.models import Draft
from forum.questions import actions
from forum.questions.actions.products import ProductDraft, add_product
from forum.questions.models import Question
from tests.builders import give_password, make_answer, make_article, make_question
from tests.conftest import Browser

Open = Callable[[User | None], Browser]

SCRIPT = {"Accept": "application/json"}
ASKING = {
    "draft_for": "question-0",
    "draft_version": "0",
    "title": "The light is red & <b>blinks</b>",
    "text": "Since Tuesday.",
    "tags": "router",
}


def drafts(session: Session) -> list[Draft]:
    session.expire_all()
    return list(session.scalars(select(Draft).order_by(Draft.id)))


def test_a_question_is_kept_restored_elsewhere_and_gone_when_asked(session: Session, browser: Open, anna: User) -> None:
    kept = browser(anna).send("/drafts", ASKING)
    assert (kept.status_code, kept.location) == (303, "/questions/ask")
    page = browser(anna).get("/questions/ask").text
    assert "Draft restored" in page
    assert 'value="The light is red &amp; &lt;b&gt;blinks&lt;/b&gt;"' in page
    assert "Since Tuesday." in page and 'name="draft_version" value="1"' in page
    asked = browser(anna).send("/questions/ask", {**ASKING, "once": "a" * 32, "draft_version": "1"})
    assert asked.status_code == 303
    assert not drafts(session)
    assert "Draft restored" not in browser(anna).get("/questions/ask").text


def test_what_a_question_is_about_is_kept_too(session: Session, browser: Open, anna: User, ada: User) -> None:
    add_product(session, ada, ProductDraft({"it": "Fibra", "en": "Fibre"}, {}), utc_now())
    question = make_question(session, anna)
    session.commit()
    asking = {**ASKING, "product": "fibra"}
    editing = {**asking, "draft_for": f"edit_question-{question.id}", "version": "1"}
    for sent, page in ((asking, "/questions/ask"), (editing, f"/questions/{question.id}/edit")):
        browser(anna).send("/drafts", sent)
        assert '<option selected value="fibra">' in browser(anna).get(page).text


def test_what_is_refused_keeps_its_draft(session: Session, browser: Open, anna: User) -> None:
    browser(anna).send("/drafts", ASKING)
    refused = browser(anna).send("/questions/ask", {**ASKING, "text": "", "draft_version": "1"})
    assert refused.status_code == 422
    assert 'name="draft_version" value="1"' in refused.text
    assert len(drafts(session)) == 1


def test_two_windows_notice_each_other(session: Session, browser: Open, anna: User) -> None:
    one, other = browser(anna), browser(anna)
    first = one.send("/drafts", ASKING, headers=SCRIPT)
    assert first.json["version"] == 1 and first.json["saved_at"]
    late = other.send("/drafts", {**ASKING, "text": "On Wednesday."}, headers=SCRIPT)
    assert late.status_code == 409
    assert late.json["version"] == 1
    assert late.json["parts"]["text"] == "Since Tuesday."
    plain = other.send("/drafts", {**ASKING, "text": "On Wednesday."})
    assert plain.status_code == 409
    assert "Since Tuesday." in plain.text and "On Wednesday." in plain.text
    assert re.search(r'name="draft_version" value="1"', plain.text)
    mine = other.send("/drafts", {**ASKING, "text": "On Wednesday.", "draft_version": "1"}, headers=SCRIPT)
    assert mine.json["version"] == 2
    assert drafts(session)[0].text == "On Wednesday."


def test_another_title_does_not_overwrite_the_question_one_began(session: Session, browser: Open, anna: User) -> None:
    browser(anna).send("/drafts", ASKING)
    page = browser(anna).get("/questions/ask?title=The+bill+is+too+high").text
    assert 'value="The bill is too high"' in page
    assert "You began another question" in page and "The light is red &amp;" in page
    assert "Since Tuesday." not in page and 'name="draft_version" value="0"' in page


def test_answers_and_edits_have_drafts_of_their_own(
    session: Session, browser: Open, anna: User, bruno: User, elena: User, mia: User
) -> None:
    question = make_question(session, anna)
    answer = make_answer(session, bruno, question, accepted=True)
    article = make_article(session, elena, answer)
    other = make_question(session, anna, title="Which plug does the new modem need")
    session.commit()
    for who, url, purpose, parts, send in (
        (bruno, f"/questions/{other.id}", f"answer-{other.id}", {}, f"/questions/{other.id}/answers"),
        (anna, f"/questions/{question.id}/edit", f"edit_question-{question.id}", {"title": "The light is red again", "tags": "", "version": "1"}, None),
        (bruno, f"/answers/{answer.id}/edit", f"edit_answer-{answer.id}", {"version": "1"}, None),
        (elena, f"/kb/{article.id}/edit", f"edit_article-{article.id}", {"title": "The light is red", "language": "en", "version": "1"}, None),
    ):  # fmt: skip
        text = f"Written for {purpose}."
        client = browser(who)
        kept = client.send("/drafts", {"draft_for": purpose, "draft_version": "0", "text": text, **parts})
        assert kept.status_code == 303, purpose
        page = client.get(url, follow_redirects=True).text
        assert text in page and "Draft restored" in page
        assert text in client.get("/drafts").text
        sent = client.send(send or url, {"text": text, **parts})
        assert sent.status_code == 303, purpose
        assert not [draft for draft in drafts(session) if str(draft.purpose) == purpose]
    assert not drafts(session)


def test_a_draft_is_discarded_and_taken_back(session: Session, browser: Open, anna: User, bruno: User) -> None:
    client = browser(anna)
    client.send("/drafts", ASKING)
    draft = drafts(session)[0]
    assert browser(bruno).send(f"/drafts/{draft.id}/discard").status_code == 404
    assert client.send(f"/drafts/{draft.id}/discard").location == "/drafts"
    page = client.get("/drafts").text
    assert "The draft is discarded." in page and "Undo" in page and "No drafts" in page
    assert browser(bruno).send(f"/drafts/{draft.id}/restore").status_code == 404
    assert client.send(f"/drafts/{draft.id}/restore").location == "/questions/ask"
    assert "Since Tuesday." in client.get("/questions/ask").text
    client.send("/drafts/discard", ASKING)
    assert "Since Tuesday." not in client.get("/questions/ask").text


def test_the_list_says_what_is_gone_and_still_shows_the_words(
    session: Session, browser: Open, anna: User, bruno: User, mia: User
) -> None:
    question = make_question(session, anna, title="Quoxhidden words in a title")
    session.commit()
    browser(bruno).send("/drafts", {"draft_for": f"answer-{question.id}", "text": "My long answer."})
    assert "Quoxhidden" in browser(bruno).get("/drafts").text
    actions.hide_question(session, mia, question, "It names a person.", utc_now())
    session.commit()
    page = browser(bruno).get("/drafts").text
    assert "Quoxhidden" not in page and "no longer here" in page and "My long answer." in page


def test_a_text_whose_session_ended_is_kept_through_signing_in(
    session: Session, browser: Open, anna: User, parts: Any
) -> None:
    give_password(session, anna, "tidal marmot under seven lamps")
    session.commit()
    lost = browser(None).send("/questions/ask", {**ASKING, "text": "\nSince <Tuesday>.", "once": "a" * 32})
    assert lost.status_code == 401
    assert "Your text is safe" in lost.text and "Since &lt;Tuesday&gt;." in lost.text
    kept = dict(re.findall(r'<textarea name="(\w+)" hidden>\n(.*?)</textarea>', lost.text, re.DOTALL))
    assert set(kept) == {"draft_for", "draft_version", "title", "text", "product", "tags"}
    client = browser(None)
    who = {"email": "anna@example.it", "next": "/questions/ask"}
    text = {**ASKING, "text": "Since <Tuesday>."}
    wrong = client.send("/account/sign-in", {**who, **text, "password": "not hers"})
    assert wrong.status_code == 422 and "Since &lt;Tuesday&gt;." in wrong.text
    right = client.send("/account/sign-in", {**who, **text, "password": "tidal marmot under seven lamps"})
    assert (right.status_code, right.location) == (303, "/questions/ask")
    assert "Since &lt;Tuesday&gt;." in client.get("/questions/ask").text
    assert session.scalars(select(Question)).all() == []


def test_signing_in_with_a_text_where_another_is_kept_shows_both(session: Session, browser: Open, anna: User) -> None:
    give_password(session, anna, "tidal marmot under seven lamps")
    session.commit()
    browser(anna).send("/drafts", {**ASKING, "text": "From the telephone."})
    came = browser(None).send(
        "/account/sign-in", {"email": "anna@example.it", "password": "tidal marmot under seven lamps", **ASKING}
    )
    assert came.status_code == 409
    assert "From the telephone." in came.text and "Since Tuesday." in came.text
    assert drafts(session)[0].text == "From the telephone."


def test_a_browser_that_lost_its_cookie_keeps_the_text_and_a_forged_form_does_not_get_in(
    session: Session, browser: Open
) -> None:
    lost = browser(None).post("/questions/ask", data=ASKING, headers={"Sec-Fetch-Site": "same-origin"})
    assert lost.status_code == 401 and "Since Tuesday." in lost.text
    forged = browser(None).post("/questions/ask", data=ASKING, headers={"Sec-Fetch-Site": "cross-site"})
    assert forged.status_code == 403 and "Since Tuesday." not in forged.text
    silent = browser(None).post("/questions/ask", data=ASKING)
    assert silent.status_code == 403


def test_wrong_and_hostile_drafts_are_refused_in_a_sentence(session: Session, browser: Open, anna: User) -> None:
    client = browser(anna)
    for form, status in (
        ({}, 422),
        ({"draft_for": "mail-7"}, 422),
        ({"draft_for": "question-0", "text": "x" * 41_000}, 422),
        ({"draft_for": "question-0", "draft_version": "9" * 30, "text": "x"}, 303),
        ({"draft_for": "answer-999999999999999999", "draft_version": "7", "text": "x"}, 409),
    ):
        assert client.send("/drafts", form).status_code == status, form
        assert browser(None).send("/drafts", form, headers=SCRIPT).status_code in (401, 422)
    assert browser(None).get("/drafts").status_code == 303


def test_a_page_from_before_signing_in_again_gives_its_text_back(session: Session, browser: Open, anna: User) -> None:
    client = browser(anna)
    same = {"Sec-Fetch-Site": "same-origin"}
    old = client.post("/questions/ask", data={**ASKING, "csrf_token": "old"}, headers=same)
    assert old.status_code == 403
    assert "You signed in again" in old.text and "Since Tuesday." in old.text
    assert not drafts(session)
    token = client.get("/drafts/token").json["csrf_token"]
    kept = client.post("/drafts", data={**ASKING, "csrf_token": token}, headers={**same, **SCRIPT})
    assert kept.json["version"] == 1
    cross = client.post("/drafts", data={**ASKING, "csrf_token": "old"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert cross.status_code == 403 and "Since Tuesday." not in cross.text
    assert browser(None).get("/drafts/token").status_code == 303
