"""Gaps through the front door: what a search leaves behind, who sees it, and what they do about it."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.clock import utc_now
from forum.base.db import Model
from forum.base.parts import Parts
from forum.knowledge.models import Article
from forum.search.gathering import gather_searches
from forum.search.models import ANSWERED, DISMISSED, OPEN, Gap, GapDay, GapWording, SearchNote
from forum.web import trails
from forum.web.search.gaps import AnswerForm
from tests.builders import make_answer, make_gap, make_question

Open = Callable[..., Any]


class Searcher:
    """A browser that says where it comes from, as browsers do."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.at = "/"

    def go(self, path: str, **headers: str) -> Any:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        answer = self.client.get(path, headers={"Referer": f"http://localhost{self.at}", **named})
        self.at = path
        return answer

    def search(self, words: str) -> Any:
        """Send the form of the page at hand, with all that is in it."""
        page = self.client.get(self.at).text if self.at.startswith("/search") else ""
        since = re.search(r'name="since" value="(\d+)"', page)
        return self.go(f"/search?q={quote_plus(words)}" + (f"&since={since[1]}" if since else ""))


@pytest.fixture
def searcher(browser: Open) -> Searcher:
    return Searcher(browser(None))


@pytest.fixture
def counted(parts: Parts) -> Callable[[], dict[str, tuple[int, int, int, int]]]:
    """What was counted by now: nothing, shown, opened, again for every wording."""

    def look() -> dict[str, tuple[int, int, int, int]]:
        parts.measures.flush()
        parts.store.write(lambda session: gather_searches(session, utc_now()))
        with parts.store.reading() as session:
            rows = session.execute(select(GapWording.words, GapDay).join(GapDay, GapDay.wording_id == GapWording.id))
            return {words: (day.empty, day.shown, day.opened, day.again) for words, day in rows}

    return look


@pytest.fixture
def router(session: Session, anna: User, bruno: User, carry: Callable[[], None]) -> Any:
    question = make_question(session, anna, title="The router shows a red light", text="It blinks all night.")
    make_answer(session, bruno, question, text="Unplug it for two minutes.")
    session.commit()
    carry()
    return question


def test_what_becomes_of_a_search(searcher: Searcher, router: Any, counted: Any) -> None:
    searcher.search("unfindable zeppelin")
    assert counted() == {"unfindable zeppelin": (1, 0, 0, 0)}
    searcher.search("router")
    assert counted()["router"] == (0, 1, 0, 0)
    # Where nothing had been found, other words are no second failure.
    assert counted()["unfindable zeppelin"] == (1, 0, 0, 0)
    searcher.search("blinks all night")
    assert counted()["router"] == (0, 1, 0, 1)
    searcher.go(f"/questions/{router.id}/the-router-shows-a-red-light")
    assert counted()["blinks all night"] == (0, 1, 1, 0)


def test_a_page_from_the_shelf_counts_as_opened_too(searcher: Searcher, router: Any, counted: Any) -> None:
    searcher.search("red light")
    searcher.go(f"/questions/{router.id}")
    searcher.at = "/search?q=red+light"
    searcher.go(f"/questions/{router.id}/the-router-shows-a-red-light")
    assert counted()["red light"][2] == 1


def test_turning_pages_narrowing_and_repeating_is_no_new_search(searcher: Searcher, router: Any, counted: Any) -> None:
    searcher.search("router light")
    searcher.go("/search?q=router+light&sort=newest")
    searcher.go("/search?q=router+light&kind=question")
    searcher.go("/search?q=router+light&offset=20")
    searcher.go("/search?q=router+light")
    searcher.at = "/"
    searcher.go("/search?q=router+tag:fibra")
    searcher.go("/search?q=router+user:7")
    searcher.go("/search?q=the+and+of")
    searcher.go("/search?q=")
    assert counted() == {"router light": (0, 1, 0, 0)}


def test_what_no_page_of_ours_sends_is_not_counted(browser: Open, router: Any, counted: Any) -> None:
    client = browser(None)
    client.get("/search?q=zeppelin")
    client.get("/search?q=zeppelin", headers={"Referer": "https://elsewhere.example/"})
    client.get("/search?q=zeppelin", headers={"Referer": "http://localhost:port:/["})
    client.get("/search?q=zeppelin", headers={"Referer": "http://localhost/" + "x" * 3000})
    Searcher(client).go("/search?q=zeppelin", Sec_Purpose="prefetch")
    client.get(f"/questions/{router.id}", headers={"Referer": "http://localhost/search?q=%ff%00&q=&&&"})
    assert counted() == {}


def test_those_who_look_after_gaps_make_none(browser: Open, cast: dict[str, User], router: Any, counted: Any) -> None:
    for who, makes in (("elena", False), ("mia", False), ("ada", False), ("aldo", True), ("anna", True)):
        Searcher(browser(cast[who])).search(f"zeppelin {who}")
        assert (f"zeppelin {who}" in counted()) is makes


def test_the_minute_of_long_ago_says_nothing(searcher: Searcher, router: Any, counted: Any) -> None:
    searcher.search("router")
    for since in ("1", "99999999999", "-1", "x", "٣", "1" * 40, ""):
        searcher.at = "/search?q=router"
        searcher.go(f"/search?q=blinks&since={since}")
    assert counted()["router"] == (0, 1, 0, 0)


def test_one_caller_cannot_fill_the_list(
    searcher: Searcher, router: Any, counted: Any, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.shield, "_clock", lambda: 0.0)
    for number in range(trails.COUNTED.burst + 10):
        searcher.at = "/"
        searcher.search(f"zeppelin {chr(97 + number % 26)}{chr(97 + number // 26)}q")
    assert len(counted()) == trails.COUNTED.burst


def test_nothing_of_the_person_is_kept(browser: Open, anna: User, router: Any, counted: Any, parts: Parts) -> None:
    asks = Searcher(browser(anna))
    asks.search("zeppelin of anna.conti@example.it 333 1234567")
    assert counted() == {"zeppelin of": (1, 0, 0, 0)}
    columns = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        if table.name in {"search_notes", "gaps", "gap_wordings", "gap_days"}
        for column in table.columns
    }
    assert not [name for name in columns if re.search("user|session|address|person|agent|by_id", name)]


def test_looking_changes_nothing_at_once(searcher: Searcher, router: Any, session: Session) -> None:
    searcher.search("zeppelin")
    assert not session.scalars(select(SearchNote)).all() and not session.scalars(select(Gap)).all()


@pytest.mark.parametrize(
    ("who", "status"),
    [("visitor", 303), ("anna", 403), ("aldo", 403), ("elena", 200), ("mia", 200), ("ada", 200)],
)
def test_who_sees_the_list(browser: Open, cast: dict[str, User], session: Session, who: str, status: int) -> None:
    gap = make_gap(session, "how to borrow a ladder", nothing=4, now=utc_now())
    session.commit()
    client = browser(cast.get(who))
    for path in ("/search/gaps", f"/search/gaps/{gap.id}"):
        answer = client.get(path)
        assert answer.status_code == status
        assert ("how to borrow a ladder" in answer.text) is (status == 200)
    for act in ("dismiss", "reopen"):
        client.send(f"/search/gaps/{gap.id}/{act}", {})
    session.refresh(gap)
    assert gap.state == OPEN


def test_a_list_without_anything_says_so(browser: Open, elena: User) -> None:
    client = browser(elena)
    for path, said in (
        ("/search/gaps", "Everybody finds something"),
        ("/search/gaps?state=answered", "Nothing is marked as answered"),
        ("/search/gaps?state=dismissed", "Nothing is set aside"),
        ("/search/gaps?kind=left", "Nothing fits these filters"),
    ):
        assert said in client.get(path).text


@pytest.mark.parametrize(
    "asked", ["state=%00", "kind=<b>", "language=xx", "days=0", "page=-1", "page=99999999999999999999", "days=²"]
)
def test_odd_wishes_are_taken_for_none(browser: Open, elena: User, session: Session, asked: str) -> None:
    make_gap(session, "how to borrow a ladder", nothing=4, now=utc_now())
    session.commit()
    answer = browser(elena).get(f"/search/gaps?{asked}")
    assert answer.status_code == 200
    if "page" not in asked or "-" in asked:
        assert "how to borrow a ladder" in answer.text


def test_an_article_answers_a_gap_and_is_found(browser: Open, elena: User, session: Session, router: Any) -> None:
    gap = make_gap(session, "red light of the router", left=4, now=utc_now())
    session.commit()
    client = browser(elena)
    page = client.get(f"/search/gaps/{gap.id}").text
    assert f'value="question:{router.id}"' in page
    assert 'href="/kb/new?title=Red+light+of+the+router"' in page
    assert 'href="/questions/ask?title=Red+light+of+the+router"' in page
    client.send(f"/search/gaps/{gap.id}/answer", {"answer": f"question:{router.id}"})
    session.refresh(gap)
    assert (gap.state, gap.answer_id) == (ANSWERED, router.id)
    page = client.get(f"/search/gaps/{gap.id}").text
    assert "These words find it first." in page
    assert session.scalars(select(StaffAct.verb).where(StaffAct.target_kind == "gap")).all() == ["answer_gap"]


@pytest.mark.parametrize(
    "given",
    ["", "x", "0", "question:0", "99999999999999999999", "https://elsewhere.example/", "/people/1", "kb/999999",
     "question:999999", "<script>", "\x00", "9" * 600],
)  # fmt: skip
def test_what_is_no_answer_is_refused(browser: Open, elena: User, session: Session, given: str) -> None:
    gap = make_gap(session, "how to borrow a ladder", nothing=4, now=utc_now())
    session.commit()
    answer = browser(elena).send(f"/search/gaps/{gap.id}/answer", {"answer": given})
    assert answer.status_code == 422
    session.refresh(gap)
    assert gap.state == OPEN


@pytest.mark.parametrize("written", ["{id}", "#{id}", "/questions/{id}", "http://127.0.0.1:5000/questions/{id}/x?y#z"])
def test_an_answer_is_named_as_it_is_copied(
    browser: Open, elena: User, session: Session, router: Any, written: str
) -> None:
    gap = make_gap(session, "how to borrow a ladder", nothing=4, now=utc_now())
    session.commit()
    client = browser(elena)
    client.send(f"/search/gaps/{gap.id}/answer", {"answer": written.format(id=router.id)})
    session.refresh(gap)
    assert (gap.answer_kind, gap.answer_id) == ("question", router.id)
    assert "do not find it among the first ten" in client.get(f"/search/gaps/{gap.id}").text


def test_set_aside_and_taken_back(browser: Open, mia: User, session: Session) -> None:
    gap = make_gap(session, "weather on sunday", nothing=4, now=utc_now())
    session.commit()
    client = browser(mia)
    listed = client.send(f"/search/gaps/{gap.id}/dismiss", {}, follow_redirects=True)
    assert "Set aside." in listed.text and "weather on sunday" not in listed.text
    assert f"/search/gaps/{gap.id}/reopen" in listed.text
    session.refresh(gap)
    assert gap.state == DISMISSED
    client.send(f"/search/gaps/{gap.id}/reopen", {})
    session.refresh(gap)
    assert gap.state == OPEN


def test_an_article_is_written_from_a_gap(browser: Open, elena: User, mia: User, session: Session) -> None:
    client = browser(elena)
    page = client.get("/kb/new?title=How+to+borrow+a+ladder").text
    assert 'value="How to borrow a ladder"' in page
    once = re.search(r'name="once"[^>]*value="(\w+)"', page)
    assert once is not None
    form = {"title": "How to borrow a ladder", "text": "Ask at the *counter*.", "language": "en", "once": once[1]}
    for _ in range(2):
        assert client.send("/kb/new", form).status_code == 303
    article = session.scalars(select(Article)).one()
    assert (article.state, article.source_answer_id, article.creator_id) == ("draft", None, elena.id)
    assert client.get(f"/kb/{article.id}/{article.slug}").status_code == 200
    client.send(f"/kb/{article.id}/state", {"state": "in_review", "why": ""})
    reviewed = browser(mia).send(f"/kb/{article.id}/review", {"outcome": "approve", "version": "1", "comment": ""})
    assert reviewed.status_code == 303
    shown = browser(None).get(f"/kb/{article.id}/{article.slug}")
    assert shown.status_code == 200 and "Where this comes from" not in shown.text
    assert browser(mia).get("/kb/new").status_code == 200


def test_an_article_needs_words(browser: Open, elena: User, session: Session) -> None:
    for form in ({"title": "", "text": "x"}, {"title": "How to borrow", "text": ""}, {"title": "x" * 300, "text": "x"}):
        assert browser(elena).send("/kb/new", {**form, "language": "en"}).status_code == 422
    assert not session.scalars(select(Article)).all()


@pytest.mark.parametrize(
    "written, kind, number",
    [
        ("/kb/12/how-to", "article", 12),
        ("https://help.example.it/kb/12/7-steps?x=1#top", "article", 12),
        ("article:12", "article", 12),
        ("/questions/7/my-slug#answer-9", "question", 7),
        ("#7", "question", 7),
        ("7", "question", 7),
    ],
)
def test_an_address_names_what_it_is_the_address_of(made_app: Flask, written: str, kind: str, number: int) -> None:
    with made_app.test_request_context():
        form = AnswerForm(data={"answer": written})
        assert form.chosen == (kind, number)
