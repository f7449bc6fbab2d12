"""Topics and people: what their pages show, to whom, and who may say what a topic is about."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.questions import actions
from forum.questions.models import Tag
from tests.builders import make_answer, make_article, make_question, make_vote
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]


@made_once
def router(session: Session, cast: dict[str, User]) -> Tag:
    """A topic with a solved, an answered and a waiting question, a helper and an article."""
    anna, bruno = cast["anna"], cast["bruno"]
    solved = make_question(session, anna, tags=("router",))
    answer = make_answer(session, bruno, solved, accepted=True)
    make_article(session, cast["elena"], answer, reviewer=cast["mia"], title="What a red light means")
    make_question(session, anna, title="One that has an answer", tags=("router",), answers=1, answerer=cast["carla"])
    make_question(session, anna, title="One that waits", tags=("router", "route-66"))
    hidden = make_question(session, anna, title="One that is hidden", tags=("router",))
    actions.hide_question(session, cast["mia"], hidden, "It names a person.", hidden.created_at)
    session.commit()
    return session.scalars(select(Tag).where(Tag.name == "router")).one()


def test_the_page_of_a_topic(session: Session, browser: Open, router: Tag, cast: dict[str, User]) -> None:
    page = browser(None).get("/tags/router").text
    aside = page.partition("<aside")[2]
    assert 'state=solved">Solved</a> <span class="quiet">1</span>' in aside
    assert 'state=waiting">Waiting</a> <span class="quiet">1</span>' in aside
    assert "Bruno" in aside
    assert "Carla" not in aside
    assert "1 solved" in aside
    assert "What a red light means" in aside
    assert "/account/sign-in?next=" in page
    cast["bruno"].disabled_at = cast["bruno"].created_at
    session.commit()
    assert "Bruno" not in browser(None).get("/tags/router").text.partition("<aside")[2]


def test_nobody_helps_themselves_to_the_top(session: Session, browser: Open, anna: User) -> None:
    question = make_question(session, anna, tags=("router",))
    make_answer(session, anna, question, accepted=True)
    session.commit()
    assert "Who solves most" not in browser(None).get("/tags/router").text


def test_a_moderator_says_what_a_topic_is_about(session: Session, browser: Open, router: Tag, mia: User) -> None:
    form = browser(mia).get("/tags/router/edit").text
    assert 'name="en"' in form
    assert 'name="it"' in form
    sent = {"en": "Boxes with <lights>.", "it": "Scatole con le luci.", "seen": json.dumps({"en": "", "it": ""})}
    assert browser(mia).send("/tags/router/edit", sent).status_code == 303
    english = browser(None).get("/tags/router", headers={"Accept-Language": "en"}).text
    assert '<p class="lead">Boxes with &lt;lights&gt;.</p>' in english
    assert "Scatole con le luci." in browser(None).get("/tags/router", headers={"Accept-Language": "it"}).text
    browser(mia).send("/tags/router/edit", {**sent, "en": "", "seen": ""})
    assert "Scatole con le luci." in browser(None).get("/tags/router", headers={"Accept-Language": "en"}).text
    acts = session.scalars(select(StaffAct).where(StaffAct.verb == "describe_tag").order_by(StaffAct.id)).all()
    assert [(act.before, act.after) for act in acts] == [
        ({}, {"en": "Boxes with <lights>.", "it": "Scatole con le luci."}),
        ({"en": "Boxes with <lights>.", "it": "Scatole con le luci."}, {"it": "Scatole con le luci."}),
    ]


def test_two_moderators_do_not_overwrite_each_other(
    session: Session, browser: Open, router: Tag, mia: User, ada: User
) -> None:
    seen = json.dumps({"en": "", "it": ""})
    assert browser(mia).send("/tags/router/edit", {"en": "Mia's words", "it": "", "seen": seen}).status_code == 303
    met = browser(ada).send("/tags/router/edit", {"en": "Ada's words", "it": "", "seen": seen})
    assert met.status_code == 409
    assert "Mia&#39;s words" in met.text
    assert "Ada&#39;s words" in met.text
    session.expire_all()
    assert router.descriptions == {"en": "Mia's words"}


@pytest.mark.parametrize("who", ["anna", "aldo", "elena", "visitor"])
def test_others_do_not(session: Session, browser: Open, router: Tag, cast: dict[str, User], who: str) -> None:
    client = browser(cast.get(who))
    headers = {"Accept": "text/html"}
    assert client.get("/tags/router/edit", headers=headers).status_code in (303, 403)
    assert client.send("/tags/router/edit", {"en": "x", "it": ""}, headers=headers).status_code in (303, 403)
    session.expire_all()
    assert router.descriptions == {}


@pytest.mark.parametrize("seen", ["", "[]", "{", "[" * 5000, '{"en": 1}', "null"])
def test_a_tampered_form_is_still_a_form(browser: Open, router: Tag, mia: User, seen: str) -> None:
    assert browser(mia).send("/tags/router/edit", {"en": "Lights", "it": "", "seen": seen}).status_code == 303


def test_a_description_has_an_end(browser: Open, router: Tag, mia: User) -> None:
    answer = browser(mia).send("/tags/router/edit", {"en": "x" * 301, "it": "", "seen": ""})
    assert answer.status_code == 422
    assert "at most 300 fit" in answer.text


@pytest.mark.parametrize(
    "words, found",
    [
        ("rout", {"router", "route-66"}),
        ("ROUTER", {"router"}),
        ("66", {"route-66"}),
        ("%", set()),
        ("\x00", {"router", "route-66"}),
        ("r" * 5000, set()),
    ],
)
def test_finding_a_topic(browser: Open, router: Tag, words: str, found: set[str]) -> None:
    page = browser(None).get("/tags", query_string={"q": words})
    assert page.status_code == 200
    assert {name for name in ("router", "route-66") if f'href="/tags/{name}"' in page.text} == found
    if not found:
        assert "No tag holds" in page.text


def test_topics_go_on_within_a_search(session: Session, browser: Open, anna: User) -> None:
    for number in range(14):
        tags = tuple(f"light-{number * 5 + each}" for each in range(5))
        make_question(session, anna, title=f"Question number {number}", tags=tags)
    session.commit()
    first = browser(None).get("/tags?q=light").text
    on = first.partition('rel="next"')[0].rpartition('href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "q=light" in on
    assert browser(None).get(on).text.count('class="tag"') == 10


def test_what_a_person_is_thanked_for(
    session: Session, browser: Open, router: Tag, bruno: User, carla: User, anna: User, now: datetime
) -> None:
    other = make_question(session, anna, title="A third about nothing", now=now + timedelta(hours=1))
    liked = make_answer(session, bruno, other, text="Not accepted, but liked.")
    make_vote(session, carla, liked)
    session.commit()
    address = f"/people/{bruno.id}/bruno"
    page = browser(None).get(address).text
    assert "<dt>Found helpful</dt><dd>1</dd>" in page
    assert other.title in page
    solved = browser(None).get(f"{address}?tab=solved").text
    assert other.title not in solved
    assert "The router shows a red light" in solved
    own = browser(bruno).get(f"{address}?tab=standing").text
    assert "Somebody found it helpful" in own
    assert "+15" in own
    assert "+2" in own
    assert f'<a href="/answers/{liked.id}">' in own
    assert "Carla" not in own.partition("standing-list")[2].partition("</table>")[0]


@pytest.mark.parametrize("who", ["visitor", "anna", "ada"])
def test_standing_line_by_line_is_the_owners_alone(browser: Open, router: Tag, cast: dict[str, User], who: str) -> None:
    page = browser(cast.get(who)).get(f"/people/{cast['bruno'].id}/bruno?tab=standing").text
    assert "standing-list" not in page
    assert "Your standing" not in page


def test_nothing_private_stands_on_a_profile(session: Session, browser: Open, router: Tag, bruno: User) -> None:
    bruno.about = "I like lamps."
    session.commit()
    page = browser(None).get(f"/people/{bruno.id}/bruno").text
    assert "I like lamps." in page
    assert "bruno@example.it" not in page
    bruno.disabled_at = bruno.created_at
    session.commit()
    closed = browser(None).get(f"/people/{bruno.id}/bruno").text
    assert "This account is closed" in closed
    assert "I like lamps." not in closed
    assert '<meta name="robots" content="noindex">' in closed
    assert "The router shows a red light" in closed
