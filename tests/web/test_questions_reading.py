"""Lists and pages of questions: what they show, to whom, at what cost, and what hostile requests get."""

import base64
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.questions import actions
from forum.questions.models import Answer, Comment, OldAddress, Question, Tag
from tests.builders import make_answer, make_comment, make_question, make_vote
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]


def titles_on(page: str) -> list[str]:
    """The titles of the rows of a list, in their order."""
    return [title.strip() for title in re.findall(r'question-row__title"[^>]*><a[^>]*>(.*?)</a>', page)]


@made_once
def four(session: Session, anna: User, bruno: User, now: datetime) -> dict[str, Question]:
    """One question of each kind, an hour apart."""
    made = {}
    for hours, name in enumerate(("oldest waiting", "answered later", "solved by bruno", "newest waiting")):
        made[name] = make_question(
            session,
            anna,
            title=f"The one that is {name}",
            tags=("router",) if hours % 2 else (),
            now=now + timedelta(hours=hours),
        )
    make_answer(session, bruno, made["answered later"], now=now + timedelta(days=1))
    make_answer(session, bruno, made["solved by bruno"], accepted=True, now=now + timedelta(hours=5))
    session.commit()
    return made


@pytest.mark.parametrize(
    "address, names",
    [
        ("/", ["newest waiting", "solved by bruno", "answered later", "oldest waiting"]),
        ("/questions?tab=waiting", ["oldest waiting", "newest waiting"]),
        ("/questions?tab=active", ["answered later", "solved by bruno", "newest waiting", "oldest waiting"]),
        ("/questions?tab=solved", ["solved by bruno"]),
        ("/questions?tag=router", ["newest waiting", "answered later"]),
        ("/questions?tag=Router&unanswered=1", ["newest waiting"]),
        ("/questions?state=answered", ["answered later"]),
        ("/tags/router", ["newest waiting", "answered later"]),
        ("/tags/router?tab=waiting", ["newest waiting"]),
        (
            "/questions?tab=nonsense&state=nonsense",
            ["newest waiting", "solved by bruno", "answered later", "oldest waiting"],
        ),
    ],
)
def test_what_a_list_shows_and_in_which_order(
    browser: Open, four: dict[str, Question], address: str, names: list[str]
) -> None:
    assert titles_on(browser(None).get(address).text) == [f"The one that is {name}" for name in names]


@pytest.mark.parametrize("tab", ["waiting", "new", "active"])
def test_going_on_meets_every_question_once(
    session: Session, browser: Open, anna: User, tab: str, now: datetime
) -> None:
    for number in range(60):
        make_question(session, anna, title=f"Question number {number}", now=now + timedelta(minutes=number // 3))
    session.commit()
    seen: list[str] = []
    address: str | None = f"/questions?tab={tab}"
    while address:
        page = browser(None).get(address).text
        seen += titles_on(page)
        address = (
            page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0].replace("&amp;", "&")
            if 'rel="next"' in page
            else None
        )
    assert sorted(seen) == sorted(f"Question number {number}" for number in range(60))


def forged(value: Any, row_id: Any = 1) -> str:
    return base64.urlsafe_b64encode(json.dumps([value, row_id]).encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "%00",
        "A" * 5000,
        forged({"v": 5}),
        forged({"v": "text\x00"}),
        forged({"t": "0001-01-01T00:00:00+14:00"}),
        forged({"t": "2026-01-01T00:00:00"}),
        forged({"t": "2026-01-01T00:00:00+00:00"}, 2**64),
        forged({"v": float("inf")}),
        forged([[[[]]]]),
    ],
)
@pytest.mark.parametrize("address", ["/questions?after=", "/tags?after=", "/questions?tab=active&after="])
def test_a_damaged_cursor_is_one_sentence(browser: Open, anna: User, address: str, cursor: str) -> None:
    page = browser(None).get(address + cursor)
    if address.startswith("/tags") and cursor == forged({"v": 5}):
        assert page.status_code == 200
    else:
        assert page.status_code == 422
        assert "damaged" in page.text


@pytest.mark.parametrize(
    "address",
    [
        "/questions/999999999999",
        "/questions/9223372036854775807/x",
        "/questions/9223372036854775808",
        "/questions/99999999999999999999999",
        "/questions/0",
        "/questions/-1",
        "/questions/%D9%A1",
        "/answers/424242",
        "/tags/none-such",
        "/tags/a%00b",
        "/tags/" + "x" * 300,
        "/tags/%ED%A0%80",
        "/people/424242",
        "/people/9223372036854775808/x",
        "/q/%00",
        "/questions/424242/revisions",
    ],
)
def test_what_is_not_there_is_not_there(browser: Open, anna: User, address: str) -> None:
    assert browser(None).get(address).status_code == 404


def test_filters_that_cannot_be_are_ignored(browser: Open, four: dict[str, Question]) -> None:
    for query in ("tag=%00", "tag=" + "y" * 500, "tag=%ED%A0%80", "state=%00", "tab=%00", "removed=1"):
        assert browser(None).get(f"/questions?{query}").status_code == 200


@pytest.mark.parametrize(
    "path, data, status",
    [
        ("/questions/{q}/answers", {"text": ""}, 422),
        ("/questions/{q}/answers", {"text": "x" * 30_001}, 422),
        ("/questions/{q}/answers", {"text": "\x00\x01"}, 422),
        ("/questions/{q}/answers", {}, 422),
        ("/questions/{q}/answers", {"text": "[a](/b) " * 3000}, 422),
        ("/questions/{q}/comments", {"text": "\u202e"}, 422),
        ("/questions/424242/answers", {"text": "Hello there"}, 404),
        ("/questions/9223372036854775808/answers", {"text": "Hello there"}, 404),
        ("/answers/424242/accept", {}, 404),
        ("/questions/{q}/edit", {"title": "Mine now, all of it", "text": "x", "version": "1"}, 403),
        ("/questions/{q}/delete", {}, 403),
        ("/questions/{q}/hide", {"why": "I do not like it"}, 403),
        ("/questions/{q}/close", {"why": "I do not like it"}, 403),
        ("/questions/{q}/vote", {"value": "99999999999999999999"}, 422),
        ("/questions/preview", {"text": "x" * 30_001}, 422),
    ],
)
def test_what_cannot_be_taken_changes_nothing(
    session: Session, browser: Open, anna: User, carla: User, path: str, data: dict[str, str], status: int
) -> None:
    question = make_question(session, anna)
    session.commit()
    before = (question.version, question.answer_count, question.score, question.is_public)
    sent = browser(carla).send(path.format(q=question.id), data)
    assert sent.status_code == status
    session.expire_all()
    assert (question.version, question.answer_count, question.score, question.is_public) == before


def test_broken_bytes_and_half_characters_are_no_accident(session: Session, browser: Open, anna: User) -> None:
    question = make_question(session, anna)
    session.commit()
    client = browser(anna)
    client.send(f"/questions/{question.id}/comments", {"text": "first"})
    page = client.get(f"/questions/{question.id}/{question.slug}").text
    token = page.split('name="csrf_token" value="')[1].split('"')[0]
    for raw in (b"\xff\xfe", b"%ED%A0%80", b"%00", b"%u0000"):
        sent = client.post(
            f"/questions/{question.id}/comments",
            data=b"csrf_token=" + token.encode() + b"&text=" + raw,
            content_type="application/x-www-form-urlencoded",
        )
        assert sent.status_code in (303, 403, 422)
    texts = session.scalars(select(Comment.text)).all()
    assert not any("\x00" in text or any("\ud800" <= one <= "\udfff" for one in text) for text in texts)
    as_json = client.post(
        f"/questions/{question.id}/comments",
        data='{"text": "\\ud800"}',
        content_type="application/json",
        headers={"X-CSRF-Token": token},
    )
    assert as_json.status_code == 422


def test_a_visitor_can_change_nothing(session: Session, browser: Open, app: Any, anna: User, bruno: User) -> None:
    question = make_question(session, anna, tags=("router",))
    answer = make_answer(session, bruno, question)
    comment = make_comment(session, bruno, question)
    session.commit()
    visitor = browser(None)
    ids = {"question_id": question.id, "answer_id": answer.id, "comment_id": comment.id, "number": 1, "name": "router"}
    tried = 0
    for rule in app.url_map.iter_rules():
        if rule.methods & {"POST"} and rule.endpoint.startswith("questions."):
            url = app.url_map.bind("localhost").build(rule.endpoint, {name: ids[name] for name in rule.arguments})
            sent = visitor.send(
                url, {"text": "x", "why": "y", "value": "1", "preview": "1"}, headers={"Accept": "text/html"}
            )
            assert sent.status_code in (303, 403), url
            tried += 1
            if sent.status_code == 303:
                assert "/account/sign-in" in sent.headers["Location"], url
    assert tried >= 25
    session.expire_all()
    assert (question.version, answer.is_accepted, question.score, question.is_public, answer.is_public) == (
        1,
        False,
        0,
        True,
        True,
    )


def test_every_unsafe_route_of_questions_writes_in_a_transaction(app: Any) -> None:
    for rule in app.url_map.iter_rules():
        if rule.methods & {"POST"} and rule.endpoint.startswith("questions."):
            assert getattr(app.view_functions[rule.endpoint], "is_writes", False), rule


@pytest.mark.parametrize("who", ["visitor", "carla", "anna", "mia"])
def test_a_long_discussion_costs_few_statements(
    session: Session, browser: Open, cast: dict[str, User], who: str, count_queries: Callable[[], Any]
) -> None:
    anna, bruno = cast["anna"], cast["bruno"]
    question = make_question(session, anna, tags=("router", "fibre"), answers=20, answerer=bruno)
    answers = session.scalars(select(Answer).order_by(Answer.id)).all()
    for number in range(30):
        make_comment(session, cast["elena"], answers[number % 20] if number % 3 else question, text=f"Remark {number}")
    actions.accept_answer(session, anna, answers[7], question.created_at)
    make_vote(session, cast["carla"], answers[3])
    session.commit()
    session.expunge_all()
    client = browser(cast.get(who))
    address = f"/questions/{question.id}/the-router-shows-a-red-light-since-the-storm"
    client.get(address)
    with count_queries() as queries:
        page = client.get(address)
    assert page.status_code == 200
    assert page.text.count('class="answer-card') >= 20
    assert page.text.count("Remark ") == 30
    assert len(queries) <= 8, queries
    assert page.text.index(f'id="answer-{answers[7].id}"') < page.text.index(f'id="answer-{answers[3].id}"')
    assert page.text.index(f'id="answer-{answers[3].id}"') < page.text.index(f'id="answer-{answers[0].id}"')


@pytest.mark.parametrize("address, most", [("/", 4), ("/questions?tab=waiting", 3), ("/tags/router", 6), ("/tags", 2)])
def test_a_list_costs_few_statements(
    session: Session, browser: Open, anna: User, bruno: User, address: str, most: int, count_queries: Callable[[], Any]
) -> None:
    for number in range(30):
        make_question(
            session, anna if number % 2 else bruno, title=f"Question number {number}", tags=("router", f"t{number}")
        )
    session.commit()
    session.expunge_all()
    client = browser(bruno)
    client.get(address)
    with count_queries() as queries:
        page = client.get(address)
    assert page.status_code == 200
    assert "router" in page.text
    assert len(queries) <= most, queries


SECRET_TITLE, SECRET = "Zanzibar is the title of this", "Quokkas live in this text"


@pytest.mark.parametrize("ending", ["hidden", "deleted"])
def test_the_text_of_a_removed_question_is_nowhere(
    session: Session, browser: Open, cast: dict[str, User], ending: str, now: datetime
) -> None:
    question = make_question(session, cast["anna"], title=SECRET_TITLE, text=SECRET, tags=("secret-topic",))
    answer = make_answer(session, cast["bruno"], question, text="Wombats answer")
    session.add(OldAddress(path="/q/77", question_id=question.id))
    session.add(OldAddress(path="/a/78", question_id=question.id, answer_id=answer.id))
    session.commit()
    places = [
        "/",
        "/questions",
        "/questions?tab=waiting",
        "/questions?tab=active",
        "/questions?state=answered",
        "/questions?tag=secret-topic",
        "/tags",
        "/tags/secret-topic",
        "/people/{anna}/anna?tab=questions",
        "/people/{bruno}/bruno",
        "/questions/{id}",
        "/questions/{id}/x",
        "/questions/{id}/revisions",
        "/answers/{answer}",
        "/answers/{answer}/revisions",
        "/q/77",
        "/a/78",
        "/questions/{id}/edit",
        "/answers/{answer}/edit",
    ]
    ids = {"anna": cast["anna"].id, "bruno": cast["bruno"].id, "id": question.id, "answer": answer.id}
    words = ("Zanzibar", "zanzibar", "Quokkas", "Wombats")

    def seen(who: User | None) -> set[str]:
        client = browser(who)
        found = set()
        for place in places:
            said = client.get(place.format(**ids))
            if any(word in said.text or word in said.headers.get("Location", "") for word in words):
                found.add(place)
        return found

    assert len(seen(None)) >= 10
    if ending == "hidden":
        actions.hide_question(session, cast["mia"], question, "Not for here", now)
    else:
        actions.delete_question(session, cast["mia"], question, now)
    session.commit()
    for who in (None, cast["carla"], cast["bruno"], cast["aldo"]):
        assert seen(who) == set()
    assert browser(cast["carla"]).get("/tags").text.count("secret-topic") == 0
    assert SECRET in browser(cast["anna"]).get(f"/questions/{question.id}/{question.slug}").text
    assert SECRET in browser(cast["mia"]).get(f"/questions/{question.id}/{question.slug}").text
    assert SECRET_TITLE in browser(cast["mia"]).get("/questions?removed=1").text
    assert SECRET_TITLE not in browser(cast["carla"]).get("/questions?removed=1").text


@pytest.mark.parametrize("ending", ["hidden", "deleted"])
def test_the_text_of_a_removed_answer_is_nowhere(
    session: Session, browser: Open, cast: dict[str, User], ending: str, now: datetime
) -> None:
    question = make_question(session, cast["anna"])
    answer = make_answer(session, cast["bruno"], question, text=SECRET, accepted=True)
    make_comment(session, cast["carla"], answer, text="Wombats comment on it")
    session.commit()
    page, profile = f"/questions/{question.id}/{question.slug}", f"/people/{cast['bruno'].id}/bruno"
    assert "Quokkas" in browser(cast["aldo"]).get(page).text
    assert question.title in browser(None).get(profile).text
    if ending == "hidden":
        actions.hide_answer(session, cast["mia"], answer, "Not for here", now)
    else:
        actions.delete_answer(session, cast["mia"], answer, now)
    session.commit()
    for who in (None, cast["anna"], cast["aldo"], cast["carla"]):
        text = browser(who).get(page).text
        assert ("Quokkas" in text, "Wombats" in text, "Solved by" in text) == (False, False, False)
        assert browser(who).get(f"/answers/{answer.id}/revisions").status_code == 404
        assert question.title not in browser(who).get(profile).text
    assert "Quokkas" in browser(cast["bruno"]).get(page).text


def test_tags_count_what_everybody_sees(session: Session, cast: dict[str, User], now: datetime) -> None:
    question = make_question(session, cast["anna"], tags=("router", "fibre"))
    make_question(session, cast["anna"], tags=("router",))

    def counts() -> dict[str, int]:
        session.flush()
        session.expire_all()
        return {tag.name: tag.question_count for tag in session.scalars(select(Tag))}

    assert counts() == {"router": 2, "fibre": 1}
    actions.hide_question(session, cast["mia"], question, "Spam", now)
    assert counts() == {"router": 1, "fibre": 0}
    actions.delete_question(session, cast["mia"], question, now)
    assert counts() == {"router": 1, "fibre": 0}
    actions.restore_question(session, cast["mia"], question, now)
    assert counts() == {"router": 1, "fibre": 0}
    actions.undelete_question(session, cast["mia"], question, now)
    assert counts() == {"router": 2, "fibre": 1}


def test_a_tag_in_other_letters_leads_to_the_tag(session: Session, browser: Open, anna: User) -> None:
    make_question(session, anna, tags=("router", "c#"))
    session.commit()
    moved = browser(None).get("/tags/ROUTER")
    assert (moved.status_code, moved.headers["Location"]) == (308, "/tags/router")
    assert browser(None).get("/tags/c%23").status_code == 200


def test_old_addresses_lead_on_for_good(session: Session, browser: Open, anna: User, bruno: User) -> None:
    question = make_question(session, anna)
    answer = make_answer(session, bruno, question)
    session.add(OldAddress(path="/forum/thread-77.html", question_id=question.id))
    session.add(OldAddress(path="/forum/post-78", question_id=question.id, answer_id=answer.id))
    session.commit()
    page = f"/questions/{question.id}/{question.slug}"
    for old, new in (
        ("/forum/thread-77.html", page),
        ("/forum/thread-77.html?page=2", page),
        ("/forum/post-78/", f"{page}#answer-{answer.id}"),
    ):
        moved = browser(None).get(old)
        assert (moved.status_code, moved.headers["Location"]) == (308, new)
    assert browser(None).get("/forum/thread-78.html").status_code == 404
    assert browser(anna).send("/forum/thread-77.html").status_code == 404


def test_a_profile_shows_what_a_person_did(session: Session, browser: Open, anna: User, bruno: User) -> None:
    question = make_question(session, anna)
    make_answer(session, bruno, question, accepted=True)
    session.commit()
    moved = browser(None).get(f"/people/{bruno.id}")
    assert (moved.status_code, moved.headers["Location"]) == (308, f"/people/{bruno.id}/bruno")
    page = browser(None).get(f"/people/{bruno.id}/bruno").text
    assert question.title in page
    assert "solved it" in page
    assert "<dd>15</dd>" in page
    assert question.title in browser(None).get(f"/people/{anna.id}/anna?tab=questions").text
    assert "bruno@example.it" not in page


def test_limits_hold_for_customers_and_are_wider_for_staff(
    session: Session, browser: Open, anna: User, mia: User
) -> None:
    def ask(client: Browser, number: int) -> Any:
        return client.send(
            "/questions/ask", {"title": f"Question number {number}", "text": "Text", "once": f"{number}a"}
        )

    anna_asks, mia_asks = browser(anna), browser(mia)
    assert [ask(anna_asks, number).status_code for number in range(10)] == [303] * 10
    refused = ask(anna_asks, 10)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) > 0
    assert [ask(mia_asks, number).status_code for number in range(11)] == [303] * 11
    assert session.scalar(select(func.count()).where(Question.asker_id == anna.id)) == 10


def test_lists_that_are_empty_say_why(browser: Open, anna: User) -> None:
    for address, sentence in (
        ("/", "No questions yet"),
        ("/questions?tab=waiting", "Nobody waits"),
        ("/questions?tab=solved", "Nothing is solved yet"),
        ("/questions?tag=none", "No question fits these filters"),
        ("/tags", "No tags yet"),
        (f"/people/{anna.id}/anna", "No answers yet"),
        (f"/people/{anna.id}/anna?tab=questions", "No questions yet"),
    ):
        assert sentence in browser(anna).get(address).text, address


def test_each_text_says_its_language(session: Session, browser: Open, anna: User, bruno: User) -> None:
    question = make_question(
        session, anna, title="Il router non si accende più", text="Dopo il temporale la luce è rossa e non va la rete."
    )
    make_answer(session, bruno, question, text="You should unplug it for a minute, and then plug it in again.")
    session.commit()
    page = browser(None).get(f"/questions/{question.id}/{question.slug}").text
    assert '<h1 itemprop="name" lang="it">Il router non si accende più</h1>' in page
    assert '<div class="prose" itemprop="text" lang="it">' in page
    assert '<div class="prose" itemprop="text" lang="en">' in page
