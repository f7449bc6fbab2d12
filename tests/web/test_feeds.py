"""What programs read: feeds, the map of the site, and what robots are told."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.clock import utc_now
from forum.base.markup import render
from forum.base.parts import Parts
from forum.questions import actions, published
from forum.questions.models import Question
from tests.builders import make_answer, make_article, make_comment, make_question
from tests.conftest import Browser
from tests.ground import made_once

Open = Callable[[User | None], Browser]

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
HOST = "http://127.0.0.1:5000"

HOSTILE = (
    "</title><script>alert(1)</script> & co",
    "]]> <![CDATA[ is it still well formed",
    "&amp; &lt;b&gt; twice &#0; escaped &nbsp;",
    "“Quotes” 'and' \"others\" <!-- and a comment",
    "Ümläute, 日本語, \U0001f600 and עברית in a title",
    "<?xml version='1.0'?> <!DOCTYPE x [<!ENTITY y 'z'>]> &y;",
)


def read(browser: Open, path: str) -> Element:
    answer = browser(None).get(path)
    assert answer.status_code == 200
    root: Element = fromstring(answer.data)
    return root


def titles(feed: Element) -> list[str]:
    return [str(title.text) for title in feed.findall(f"{ATOM}entry/{ATOM}title")]


def text_of(entry: Element, name: str) -> str:
    found = entry.find(f"{ATOM}{name}")
    assert found is not None
    return str(found.text)


@made_once
def asked(session: Session, anna: User, bruno: User, now: datetime) -> Question:
    question = make_question(session, anna, text="See [the list](/questions) and `<b>`.", tags=("router",), now=now)
    make_answer(session, bruno, question, text="Unplug it, says **Bruno**.", accepted=True, now=now)
    session.commit()
    return question


def test_the_newest_questions_as_a_feed(session: Session, browser: Open, asked: Question, anna: User) -> None:
    make_question(session, anna, title="A second question, asked later", now=asked.created_at + timedelta(hours=1))
    session.commit()
    feed = read(browser, "/feeds/questions.atom")
    assert titles(feed) == ["A second question, asked later", asked.title]
    entry = feed.findall(f"{ATOM}entry")[1]
    assert text_of(entry, "id") == f"{HOST}/questions/{asked.id}"
    assert text_of(entry, "updated") == "2026-03-02T12:00:00+00:00"
    assert text_of(feed, "updated") == "2026-03-02T13:00:00+00:00"
    assert text_of(entry, "author/" + ATOM + "name") == "Anna"
    assert f'<a href="{HOST}/questions"' in text_of(entry, "content")
    assert "<code>&lt;b&gt;</code>" in text_of(entry, "content")
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href") == f"{HOST}/questions/{asked.id}/the-router-shows-a-red-light-since-the-storm"
    category = entry.find(f"{ATOM}category")
    assert category is not None
    assert category.get("term") == "router"
    assert entry.get("{http://www.w3.org/XML/1998/namespace}lang") == "en"


def test_every_entry_keeps_its_id_when_the_title_changes(
    session: Session, browser: Open, asked: Question, anna: User, now: datetime
) -> None:
    before = text_of(read(browser, "/feeds/questions.atom").findall(f"{ATOM}entry")[0], "id")
    later = now + timedelta(hours=2)
    actions.edit_question(session, anna, asked, "Another title altogether", render("Still."), [], asked.version, later)
    session.commit()
    entry = read(browser, "/feeds/questions.atom").findall(f"{ATOM}entry")[0]
    assert (text_of(entry, "title"), text_of(entry, "id")) == ("Another title altogether", before)
    assert text_of(entry, "updated") == "2026-03-02T14:00:00+00:00"


@pytest.mark.parametrize("title", HOSTILE)
def test_a_hostile_title_comes_out_as_it_was_typed(session: Session, browser: Open, anna: User, title: str) -> None:
    question = make_question(session, anna, title=title, text=f"{title}\n\n`{title}`", tags=("c++", "node.js"))
    make_answer(session, anna, question, text=title)
    session.commit()
    assert titles(read(browser, "/feeds/questions.atom")) == [title]
    assert titles(read(browser, "/feeds/tags/node.js.atom")) == [title]
    assert titles(read(browser, "/feeds/tags/c++.atom")) == [title]
    about = read(browser, f"/feeds/questions/{question.id}.atom")
    assert text_of(about, "title") == f"Answers to: {title} · Sportello"
    content = text_of(about.findall(f"{ATOM}entry")[0], "content")
    assert "<script" not in content
    assert fromstring(browser(None).get("/sitemaps/questions-1.xml").data) is not None


def test_what_no_xml_can_hold_is_left_out(session: Session, browser: Open, asked: Question) -> None:
    asked.title, asked.html = "A bell\x07 and\ufffe nothing", "<p>\x0bline\x00</p>".replace("\x00", "\x01")
    session.commit()
    feed = read(browser, "/feeds/questions.atom")
    assert titles(feed) == ["A bell and nothing"]
    assert text_of(feed.findall(f"{ATOM}entry")[0], "content") == "<p>line</p>"


def test_the_answers_to_a_question_as_a_feed(session: Session, browser: Open, asked: Question, carla: User) -> None:
    make_answer(session, carla, asked, text="It was the cable.", now=asked.created_at + timedelta(hours=3))
    session.commit()
    feed = read(browser, f"/feeds/questions/{asked.id}.atom")
    assert titles(feed) == ["Answer by Carla", "Answer by Bruno, which solved it"]
    italian = read(browser, f"/feeds/questions/{asked.id}.atom?language=it")
    assert titles(italian) == ["Risposta di Carla", "Risposta di Bruno, che ha risolto"]


def test_published_articles_as_a_feed(
    session: Session, browser: Open, asked: Question, cast: dict[str, User], bruno: User
) -> None:
    live = make_answer(session, bruno, asked, accepted=True)
    make_article(session, cast["elena"], live, reviewer=cast["mia"], title="What a red light means")
    other = make_question(session, bruno, title="Something not yet published")
    make_article(session, cast["elena"], make_answer(session, bruno, other, accepted=True), title="Only a draft")
    session.commit()
    assert titles(read(browser, "/feeds/articles.atom")) == ["What a red light means"]


@pytest.mark.parametrize("act", ["hide", "delete"])
def test_what_is_removed_is_in_no_feed_and_on_no_map(
    session: Session, browser: Open, anna: User, mia: User, act: str
) -> None:
    now = utc_now()
    kept = make_question(session, anna, title="This one everybody sees", tags=("router",), now=now)
    gone = make_question(session, anna, title="This one nobody sees", tags=("router",), now=now)
    answer = make_answer(session, anna, kept, text="A word that goes", now=now)
    for kind, post in (("question", gone), ("answer", answer)):
        if act == "hide":
            getattr(actions, f"hide_{kind}")(session, mia, post, "It names a person.", now)
        else:
            getattr(actions, f"delete_{kind}")(session, mia, post, now)
    session.commit()
    for who in (None, anna, mia):
        client = browser(who)
        assert titles(fromstring(client.get("/feeds/questions.atom").data)) == [kept.title]
        assert titles(fromstring(client.get("/feeds/tags/router.atom").data)) == [kept.title]
        assert titles(fromstring(client.get(f"/feeds/questions/{kept.id}.atom").data)) == []
        assert client.get(f"/feeds/questions/{gone.id}.atom").status_code == 404
        page = client.get("/sitemaps/questions-1.xml").text
        assert f"/questions/{kept.id}/" in page
        assert f"/questions/{gone.id}/" not in page


@pytest.mark.parametrize("encoding", ["", "br", "gzip"])
def test_a_feed_is_sent_once(browser: Open, asked: Question, encoding: str) -> None:
    headers = {"Accept-Encoding": encoding}
    first = browser(None).get("/feeds/questions.atom", headers=headers)
    assert first.headers["Cache-Control"] == "public, no-cache"
    assert first.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert "Set-Cookie" not in first.headers
    again = browser(None).get("/feeds/questions.atom", headers={**headers, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    since = {**headers, "If-Modified-Since": first.headers["Last-Modified"]}
    assert browser(None).get("/feeds/questions.atom", headers=since).status_code == 304


def test_hiding_makes_the_feed_another_one(
    session: Session, browser: Open, asked: Question, anna: User, mia: User, now: datetime
) -> None:
    gone = make_question(session, anna, title="This one will be hidden soon", now=now + timedelta(hours=1))
    session.commit()
    first = browser(None).get("/feeds/questions.atom").headers
    actions.hide_question(session, mia, gone, "It names a person.", now + timedelta(hours=2))
    session.commit()
    for condition in ({"If-None-Match": first["ETag"]}, {"If-Modified-Since": first["Last-Modified"]}):
        assert browser(None).get("/feeds/questions.atom", headers=condition).status_code == 200


def test_a_feed_costs_few_statements_and_stays_small(
    session: Session, browser: Open, anna: User, count_queries: Any, now: datetime
) -> None:
    for number in range(published.FEED_SIZE + 5):
        question = make_question(session, anna, title=f"Question number {number}", now=now + timedelta(minutes=number))
        question.html = f"<p>{'x' * 50_000}</p>"
    session.commit()
    with count_queries() as queries:
        answer = browser(None).get("/feeds/questions.atom")
    assert len(queries) <= 3, "\n".join(queries)
    feed = fromstring(answer.data)
    assert len(titles(feed)) == published.FEED_SIZE
    assert len(answer.data) < 1_100_000
    assert feed.findall(f"{ATOM}entry")[-1].find(f"{ATOM}summary") is not None


@pytest.mark.parametrize(
    "path, status",
    [
        ("/feeds/tags/Router.atom?language=it", 308),
        ("/feeds/tags/nothing.atom", 404),
        ("/feeds/tags/%00.atom", 404),
        ("/feeds/tags/Router.atom?name=x&endpoint=y", 308),
        ("/feeds/questions/999999.atom", 404),
        ("/feeds/questions/9223372036854775808.atom", 404),
        ("/sitemaps/questions-2.xml", 404),
        ("/sitemaps/questions-9223372036854775807.xml", 404),
        ("/sitemaps/people-1.xml", 404),
        ("/sitemaps/pages-2.xml", 404),
        ("/feeds/questions.atom?language=%F0%9F%98%80", 200),
    ],
)
def test_odd_addresses(browser: Open, asked: Question, path: str, status: int) -> None:
    assert browser(None).get(path).status_code == status


def test_an_empty_house_has_valid_documents(browser: Open, cast: dict[str, User]) -> None:
    feed = read(browser, "/feeds/questions.atom")
    assert titles(feed) == []
    assert text_of(feed, "updated") == "1970-01-01T00:00:00+00:00"
    assert places(browser) == ["pages"]


def places(browser: Open) -> list[str]:
    root = read(browser, "/sitemap.xml")
    locations = [str(place.text) for place in root.findall(f"{MAP}sitemap/{MAP}loc")]
    assert all(place.startswith(f"{HOST}/sitemaps/") for place in locations)
    kinds = []
    for place in locations:
        part = read(browser, place.removeprefix(HOST))
        assert 1 <= len(part.findall(f"{MAP}url")) <= published.MAP_SIZE
        kinds.append(place.rpartition("/")[2].rpartition("-")[0])
    return kinds


def test_the_map_leads_to_every_page_and_each_is_there(
    session: Session, browser: Open, cast: dict[str, User], anna: User, bruno: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(published, "MAP_SIZE", 5)
    now = utc_now()
    for number in range(11):
        make_question(session, anna, title=f"Question number {number} ", tags=("router",), now=now)
    question = make_question(session, anna, title="edit revisions", now=now)
    make_article(session, cast["elena"], make_answer(session, bruno, question, accepted=True), reviewer=cast["mia"])
    session.commit()
    assert set(places(browser)) == {"pages", "questions", "articles", "tags"}
    found = []
    for place in read(browser, "/sitemap.xml").findall(f"{MAP}sitemap/{MAP}loc"):
        found += [str(url.text) for url in read(browser, str(place.text).removeprefix(HOST)).iter(f"{MAP}loc")]
    assert len(found) == len(set(found)) == 5 + 12 + 1 + 1
    for url in found:
        answer = browser(None).get(url.removeprefix(HOST))
        assert answer.status_code == 200, url
        assert "noindex" not in answer.text
        assert f'<link rel="canonical" href="{url}">' in answer.text, url


def test_who_waited_in_vain_for_a_year_is_not_shown_to_search_engines(
    session: Session, browser: Open, anna: User, bruno: User
) -> None:
    long_ago = utc_now() - timedelta(days=366)
    alone = make_question(session, anna, title="Nobody ever answered this", now=long_ago)
    helped = make_question(session, anna, title="Somebody answered this", answers=1, answerer=bruno, now=long_ago)
    session.commit()
    page = browser(None).get("/sitemaps/questions-1.xml").text
    assert f"/questions/{helped.id}/" in page
    assert f"/questions/{alone.id}/" not in page
    for question, hidden in ((alone, True), (helped, False)):
        shown = browser(None).get(f"/questions/{question.id}", follow_redirects=True).text
        assert ('<meta name="robots" content="noindex">' in shown) is hidden


def test_robots_are_told_where_the_map_is(browser: Open) -> None:
    assert f"\nSitemap: {HOST}/sitemap.xml\n" in browser(None).get("/robots.txt").text


def test_addresses_begin_with_the_sites_own(
    session: Session, browser: Open, parts: Parts, asked: Question, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.settings.__class__, "__setattr__", object.__setattr__)
    settings = replace(parts.settings, base_url="https://help.example.it")
    object.__setattr__(parts, "settings", settings)
    body = browser(None).get("/feeds/questions.atom").text
    assert "127.0.0.1" not in body
    assert "https://help.example.it/questions" in body


@pytest.mark.parametrize("page", ["/", "/questions", "/tags/router", "/questions/{id}", "/kb"])
def test_pages_name_their_feed(browser: Open, asked: Question, page: str) -> None:
    shown = browser(None).get(page.format(id=asked.id), follow_redirects=True).text
    feeds = re.findall(r'<link rel="alternate" type="application/atom\+xml" title="[^"]+" href="([^"]+)">', shown)
    assert feeds
    for feed in feeds:
        assert browser(None).get(feed).status_code == 200


def test_comments_are_in_no_feed(session: Session, browser: Open, asked: Question, carla: User) -> None:
    make_comment(session, carla, asked, text="Between the two of us")
    session.commit()
    for path in ("/feeds/questions.atom", f"/feeds/questions/{asked.id}.atom"):
        assert "Between the two of us" not in browser(None).get(path).text


def properties(page: str, kind: str) -> list[list[str]]:
    """The names of the properties in each item of this kind, in their order."""
    found = []
    for scope in re.split(r'(?=<[a-z]+[^>]* itemscope itemtype="https://schema.org/)', page):
        if scope.partition(">")[0].endswith(f'itemtype="https://schema.org/{kind}"'):
            found.append(re.findall(r'itemprop="(\w+)"', scope.partition(">")[2]))
    return found


def test_a_question_page_tells_machines_what_it_is(
    session: Session, browser: Open, asked: Question, carla: User, mia: User, now: datetime
) -> None:
    make_answer(session, carla, asked, text="It was the cable.")
    gone = make_answer(session, carla, asked, text="Call 555 and ask for Mario.")
    actions.hide_answer(session, mia, gone, "It names a person.", now)
    session.commit()
    page = browser(None).get(f"/questions/{asked.id}", follow_redirects=True).text
    assert len(properties(page, "QAPage")) == len(properties(page, "Question")) == 1
    assert page.count('itemprop="acceptedAnswer"') == 1
    assert page.count('itemprop="suggestedAnswer"') == 1
    assert '<meta itemprop="answerCount" content="2">' in page
    assert '<h1 itemprop="name" lang="en">' in page
    assert [names[:1] for names in properties(page, "Answer")] == [["text"], ["text"]]
    assert {"dateCreated", "upvoteCount"} <= set(properties(page, "Answer")[0])
    assert 'itemprop="position" content="1"' in page


def test_a_moderators_page_marks_no_removed_text(
    session: Session, browser: Open, asked: Question, mia: User, now: datetime
) -> None:
    actions.hide_question(session, mia, asked, "It names a person.", now)
    session.commit()
    page = browser(mia).get(f"/questions/{asked.id}", follow_redirects=True).text
    assert "schema.org/QAPage" not in page
    assert '<meta name="robots" content="noindex">' in page


def test_an_article_page_tells_machines_what_it_is(
    session: Session, browser: Open, asked: Question, cast: dict[str, User], bruno: User
) -> None:
    answer = make_answer(session, bruno, asked, accepted=True)
    article = make_article(session, cast["elena"], answer, reviewer=cast["mia"], title="What a red light means")
    session.commit()
    page = browser(None).get(f"/kb/{article.id}", follow_redirects=True).text
    assert {"headline", "articleBody", "dateModified", "datePublished"} <= set(properties(page, "TechArticle")[0])
    assert '<meta property="og:type" content="article">' in page
    assert '<meta name="description" content="Unplug the antenna cable' in page


@pytest.mark.parametrize(
    "wrong, right",
    [
        ("/questions/{id}/another-title?tab=x", "/questions/{id}/the-router-shows-a-red-light-since-the-storm?tab=x"),
        ("/people/{anna}?tab=questions", "/people/{anna}/anna?tab=questions"),
        ("/people/{anna}/someone-else", "/people/{anna}/anna"),
        ("/tags/ROUTER?state=waiting", "/tags/router?state=waiting"),
        ("/kb/{live}/other?newest=1", "/kb/{live}/what-a-red-light-means?newest=1"),
    ],
)
def test_a_wrong_slug_leads_to_the_right_address(
    session: Session, browser: Open, asked: Question, cast: dict[str, User], bruno: User, wrong: str, right: str
) -> None:
    answer = make_answer(session, bruno, asked, accepted=True)
    live = make_article(session, cast["elena"], answer, reviewer=cast["mia"], title="What a red light means")
    session.commit()
    ids = {"id": asked.id, "anna": cast["anna"].id, "live": live.id}
    answered = browser(None).get(wrong.format(**ids))
    assert (answered.status_code, answered.headers["Location"]) == (308, right.format(**ids))
