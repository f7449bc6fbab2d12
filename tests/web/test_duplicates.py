"""Likely duplicates through the front door: beside a question, on the list, closing so that it leads to the older one."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.clock import utc_now
from forum.questions.actions import close_question, hide_question
from forum.questions.models import DUPLICATE, QuestionLink
from forum.search.models import LikelyDuplicate
from tests.builders import NOON, make_answer, make_article, make_question

Open = Callable[..., Any]


@pytest.fixture
def pair(session: Session, anna: User, bruno: User, carry: Callable[[], None]) -> tuple[Any, Any]:
    older = make_question(session, anna, title="The router shows a <b>red</b> light since the storm")
    make_question(session, anna, title="Where can I pay the bill in cash", text="At the post office?")
    newer = make_question(
        session, bruno, title="Red light on the router since the storm", text="It stays red.", now=utc_now()
    )
    session.commit()
    carry()
    return older, newer


@pytest.mark.parametrize(
    ("who", "status"),
    [("visitor", 303), ("anna", 403), ("elena", 403), ("aldo", 403), ("mia", 200), ("ada", 200)],
)
def test_who_sees_them(browser: Open, cast: dict[str, User], pair: Any, who: str, status: int) -> None:
    _, newer = pair
    client = browser(cast.get(who))
    for path in ("/review/duplicates", f"/questions/{newer.id}/duplicates", f"/questions/{newer.id}/duplicates?part=1"):
        answer = client.get(path)
        assert answer.status_code == status
        assert ("% likely" in answer.text) is (status == 200)
        assert answer.headers["Cache-Control"].startswith("private") or status == 303
    page = client.get(f"/questions/{newer.id}/{newer.slug}").text
    assert (f"/questions/{newer.id}/duplicates" in page) is (status == 200)


def test_a_pair_is_closed_and_leads_to_the_older_one(
    browser: Open, cast: dict[str, User], mia: User, session: Session, pair: Any
) -> None:
    older, newer = pair
    client = browser(mia)
    page = client.get("/review/duplicates").text
    assert "<b>red</b>" not in page
    link = f"/questions/{newer.id}/close?duplicate_of={older.id}"
    assert f'href="{link}"' in page
    assert re.search(rf'name="duplicate_of"[^>]*value="{older.id}"', client.get(link).text)
    assert client.send(f"/questions/{newer.id}/close", {"duplicate_of": str(older.id), "why": ""}).status_code == 303
    session.refresh(newer)
    assert newer.closed_at is not None and newer.closed_why == ""
    again = client.send(f"/questions/{newer.id}/close", {"why": "And again"})
    assert "It was closed already" in client.get(again.location).text
    session.refresh(newer)
    assert newer.closed_why == ""
    assert link not in client.get("/review/duplicates").text
    way = f"/questions/{older.id}/{older.slug}"
    for reader in (None, *cast.values()):
        page = unescape(browser(reader).get(f"/questions/{newer.id}/{newer.slug}").text)
        assert page.index("This was asked before") < page.index(f'href="{way}"') < page.index("takes no more answers")
        assert re.search(rf'rel="canonical" href="[^"]*{way}"', page) and "QAPage" not in page
        assert "Sign in to answer" not in page and "This question is closed" in page
        assert f"/questions/{newer.id}/{newer.slug}" in browser(reader).get(way).text
    client.send(f"/questions/{newer.id}/reopen", {"why": ""})
    page = browser(None).get(f"/questions/{newer.id}/{newer.slug}").text
    assert "This was asked before" not in page and "QAPage" in page
    log = client.get("/admin/log").text
    assert f"Asked before: question: {older.id}" in log


def test_nobody_is_led_where_they_may_not_read(browser: Open, mia: User, session: Session, pair: Any) -> None:
    older, newer = pair
    close_question(session, mia, newer, "", newer.created_at, duplicate_of=older)
    session.commit()
    address = f"/questions/{newer.id}/{newer.slug}"
    assert older.title in unescape(browser(None).get(address).text)
    hide_question(session, mia, older, "Not here.", newer.created_at)
    session.commit()
    page = unescape(browser(None).get(address).text)
    assert older.title not in page and "Closed: no more answers" in page
    assert f"/questions/{older.id}" not in page


@pytest.mark.parametrize("wrong", ["itself", "999999", "router", "hidden", "back", "round three", "both empty"])
def test_what_cannot_be_led_to_is_said(
    browser: Open, mia: User, anna: User, session: Session, pair: Any, wrong: str
) -> None:
    older, newer = pair
    written = {"itself": newer.id, "999999": 999999, "router": "router", "both empty": ""}.get(wrong, older.id)
    if wrong == "hidden":
        hide_question(session, mia, older, "Not here.", newer.created_at)
    if wrong == "back":
        close_question(session, mia, older, "", newer.created_at, duplicate_of=newer)
    if wrong == "round three":
        third = make_question(session, anna)
        close_question(session, mia, older, "", newer.created_at, duplicate_of=third)
        close_question(session, mia, third, "", newer.created_at, duplicate_of=newer)
    session.commit()
    answer = browser(mia).send(f"/questions/{newer.id}/close", {"duplicate_of": str(written), "why": ""})
    assert answer.status_code == 422 and "There is a problem" in answer.text
    session.refresh(newer)
    assert (
        newer.closed_at is None
        and not session.scalars(
            select(QuestionLink).where(QuestionLink.source_id == newer.id, QuestionLink.kind == DUPLICATE)
        ).all()
    )


def test_what_is_typed_into_the_address_of_the_form_is_only_text(browser: Open, mia: User, pair: Any) -> None:
    _, newer = pair
    page = browser(mia).get(f"/questions/{newer.id}/close", query_string={"why": '"><script>x' + "y" * 900})
    assert page.status_code == 200 and "<script>x" not in page.text and "y" * 301 not in page.text


def test_a_pair_is_denied_and_taken_back(browser: Open, mia: User, session: Session, pair: Any) -> None:
    older, newer = pair
    client = browser(mia)
    listed = client.send(f"/questions/{newer.id}/duplicates/{older.id}/deny", {}, follow_redirects=True).text
    assert "they ask different things" in listed and "% likely" not in listed
    assert f"/questions/{newer.id}/duplicates/{older.id}/undo" in listed
    assert "No older question is likely" in client.get(f"/questions/{newer.id}/duplicates?part=1").text
    listed = client.send(f"/questions/{newer.id}/duplicates/{older.id}/undo", {}, follow_redirects=True).text
    assert "% likely" in listed
    assert client.send(f"/questions/{newer.id}/duplicates/{older.id}/undo", {}).status_code == 404


@pytest.mark.parametrize("path", ["/questions/999999/duplicates", "/questions/{id}/duplicates/999999/deny"])
def test_what_is_not_there(browser: Open, mia: User, pair: Any, path: str) -> None:
    client = browser(mia)
    path = path.format(id=pair[1].id)
    assert (client.send(path, {}) if path.endswith("deny") else client.get(path)).status_code == 404


def test_only_moderators_deny(browser: Open, cast: dict[str, User], session: Session, pair: Any) -> None:
    older, newer = pair
    for who in ("anna", "elena", "aldo"):
        assert browser(cast[who]).send(f"/questions/{newer.id}/duplicates/{older.id}/deny", {}).status_code == 403
    session.expire_all()
    row = session.get(LikelyDuplicate, (newer.id, older.id))
    assert row is not None and row.denied_at is None


@pytest.mark.parametrize("page", ["-1", "x", "9999999999", "%00", "3"])
def test_odd_pages_of_the_list(browser: Open, mia: User, pair: Any, page: str) -> None:
    assert browser(mia).get(f"/review/duplicates?page={page}").status_code == 200


def test_a_list_without_pairs_says_so(browser: Open, mia: User) -> None:
    assert "No question seems to repeat another" in browser(mia).get("/review/duplicates").text


def test_an_article_shows_what_it_may_answer(
    browser: Open,
    session: Session,
    anna: User,
    bruno: User,
    elena: User,
    mia: User,
    carry: Callable[[], None],
    pair: Any,
) -> None:
    older, newer = pair
    source = make_question(session, anna, title="The red light of the router")
    answer = make_answer(session, bruno, source, text="Unplug the router for two minutes.", accepted=True)
    article = make_article(session, elena, answer, reviewer=mia)
    session.commit()
    carry()
    address = f"/kb/{article.id}/{article.slug}"
    page = browser(None).get(address).text
    assert "Questions it may answer, too" in page and f"/questions/{newer.id}/" in page
    assert "It answers this" not in page
    hide_question(session, mia, session.merge(newer), "Spam.", NOON)
    session.commit()
    assert f"/questions/{newer.id}/" not in browser(None).get(address).text
    editors = browser(elena)
    assert f'value="{older.id}"' in editors.get(address).text
    editors.send(f"/kb/{article.id}/questions", {"question": str(older.id)})
    assert "It answers this" not in editors.get(address).text
