"""Asking ends where it can: a hit that solved it is thanked for and counted, and a search that failed becomes a title."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.clock import utc_now
from forum.base.parts import Parts
from forum.base.shield import Pace, Shield
from forum.drafts.models import Draft
from forum.questions import actions
from forum.questions.models import Question
from forum.search.models import ASKED_ANYWAY, NOTHING_SHOWN, SOLVED, Asking
from forum.web import pace
from tests.builders import make_answer, make_article, make_question
from tests.conftest import Browser

Open = Callable[[User | None], Browser]
KEY = "a1" * 16


@pytest.fixture
def solved(session: Session, anna: User, bruno: User, carry: Callable[[], None]) -> Question:
    question = make_question(session, anna, title="The router blinks red since the storm")
    make_question(session, anna, title="The router blinks blue since the storm")
    make_answer(session, bruno, question, text="Unplug the antenna of the router.", accepted=True)
    session.commit()
    carry()
    return question


def ends(session: Session) -> list[Asking]:
    session.expire_all()
    return list(session.scalars(select(Asking).order_by(Asking.id)))


@pytest.mark.parametrize("who", ["anna", None])
def test_a_hit_that_solved_it_ends_the_asking_and_is_counted_once(
    session: Session, browser: Open, cast: dict[str, User], solved: Question, who: str | None
) -> None:
    client = browser(cast[who] if who else None)
    for _ in range(2):
        done = client.send("/similar/solved", {"hit": f"question:{solved.id}", "asking": KEY, "title": "quoxwords"})
        assert done.status_code == 303
        assert done.location.startswith(f"/questions/{solved.id}/")
    assert "thank you" in client.get(done.location).text
    (end,) = ends(session)
    assert (end.outcome, end.hit_kind, end.hit_id, end.is_signed_in) == (SOLVED, "question", solved.id, bool(who))
    assert "quoxwords" not in repr(vars(end))


def test_an_article_can_have_solved_it(
    session: Session, browser: Open, solved: Question, elena: User, mia: User, anna: User, bruno: User
) -> None:
    answer = make_answer(session, bruno, make_question(session, anna), accepted=True)
    article = make_article(session, elena, answer, reviewer=mia)
    session.commit()
    done = browser(None).send("/similar/solved", {"hit": f"article:{article.id}", "asking": KEY})
    assert done.location.startswith(f"/kb/{article.id}/")
    assert ends(session)[0].hit_kind == "article"


def test_what_was_begun_is_discarded_and_can_be_taken_back(
    session: Session, browser: Open, anna: User, solved: Question
) -> None:
    client = browser(anna)
    client.send("/drafts", {"draft_for": "question-0", "title": "Red light", "text": "Since Tuesday."})
    done = client.send("/similar/solved", {"hit": f"question:{solved.id}", "asking": KEY})
    session.expire_all()
    draft = session.scalars(select(Draft)).one()
    assert draft.discarded_at is not None
    assert f"/drafts/{draft.id}/restore" in client.get(done.location).text


@pytest.mark.parametrize(
    "hit", ["", "question:", "question:0", "question:999999", "person:1", "question:x", "q" * 5000]
)
def test_what_is_no_hit_ends_nothing(session: Session, browser: Open, solved: Question, hit: str) -> None:
    assert browser(None).send("/similar/solved", {"hit": hit, "asking": KEY}).status_code == 404
    assert not ends(session)


def test_a_hidden_question_solves_nothing(session: Session, browser: Open, solved: Question, mia: User) -> None:
    actions.hide_question(session, mia, solved, "It names a person.", utc_now())
    session.commit()
    done = browser(None).send("/similar/solved", {"hit": f"question:{solved.id}", "asking": KEY})
    assert done.status_code == 404
    assert not ends(session)


def test_without_the_token_of_the_page_nothing_is_counted(session: Session, browser: Open, solved: Question) -> None:
    refused = browser(None).post("/similar/solved", data={"hit": f"question:{solved.id}", "asking": KEY})
    assert refused.status_code == 403
    assert not ends(session)


@pytest.mark.parametrize(("saw", "outcome"), [("1", ASKED_ANYWAY), ("0", NOTHING_SHOWN)])
def test_asking_all_the_same_is_counted_too(
    session: Session, browser: Open, anna: User, saw: str, outcome: str
) -> None:
    form = {"title": "The router is red", "text": "Why?", "tags": "", "once": "b" * 32, "asking": KEY, "saw": saw}
    for _ in range(2):
        assert browser(anna).send("/questions/ask", form).status_code == 303
    assert [end.outcome for end in ends(session)] == [outcome]


def test_staff_see_how_askings_ended(session: Session, browser: Open, ada: User, anna: User, solved: Question) -> None:
    browser(None).send("/similar/solved", {"hit": f"question:{solved.id}", "asking": KEY})
    browser(anna).send("/similar/solved", {"hit": f"question:{solved.id}", "asking": "b2" * 16})
    page = browser(ada).get("/admin").text
    assert re.search(r"Ended with “This solved it”</dt><dd>2<", page)
    assert re.search(r"Of these by visitors</dt><dd>1<", page)


def test_without_script_the_second_page_shows_what_is_similar_solved_first(
    browser: Open, anna: User, solved: Question
) -> None:
    page = browser(anna).get("/questions/ask?title=router+blinks+blue+or+red&asking=" + KEY).text
    listed = re.findall(r'class="similar__title" href="([^"]+)"', page)
    assert listed[0].startswith(f"/questions/{solved.id}/") and len(listed) == 2
    assert "What solved it:" in page and "Unplug the antenna" in page
    assert f'value="question:{solved.id}"' in page and 'name="saw" value="1"' in page and f'value="{KEY}"' in page


def test_the_script_is_told_what_solved_it(browser: Open, solved: Question) -> None:
    told: Any = browser(None).get("/similar?title=router+blinks+red", headers={"Accept": "application/json"}).json
    assert told["items"][0]["hit"] == f"question:{solved.id}"
    assert told["items"][0]["lead"] == "What solved it:"
    assert "antenna" in told["items"][0]["passage"]
    assert told["said"].startswith("2 that are similar")


@pytest.mark.parametrize("words", ["zzzunfindable", "router red", "zzz tag:fibra"])
def test_what_was_searched_becomes_the_title(browser: Open, solved: Question, words: str) -> None:
    page = browser(None).get("/search", query_string={"q": words}).text
    carried = re.findall(r'href="/questions/ask\?title=([^"&]+)"', page)
    assert carried == [words.removesuffix(" tag:fibra").replace(" ", "%20")] or carried == [
        words.removesuffix(" tag:fibra").replace(" ", "+")
    ]


@pytest.fixture
def stopped(parts: Parts, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a busy machine a clock that goes on gives back a token before the last one is spent."""
    monkeypatch.setattr(parts.shield, "_clock", lambda: 0.0)


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize(
    ("path", "limit"), [("/search?q=router", pace.SEARCHES), ("/similar?title=router+blinks", pace.SIMILAR)]
)
def test_who_searches_without_end_is_told_to_wait(
    browser: Open, parts: Parts, path: str, limit: Pace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts.shield, "_clock", lambda: 0.0)
    client = browser(None)
    assert client.get(path).status_code == 200
    for _ in range(limit.burst - 1):
        parts.shield.spend(limit, "127.0.0.1")
    refused = client.get(path)
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) >= 1
    assert "wait a little" in refused.text
    assert client.get(path, environ_base={"REMOTE_ADDR": "203.0.113.9"}).status_code == 200


@pytest.mark.usefixtures("stopped")
def test_previews_have_a_pace(browser: Open, parts: Parts, anna: User) -> None:
    client = browser(anna)
    assert client.send("/questions/preview", {"text": "x"}).status_code == 200
    for _ in range(pace.PREVIEWS.burst - 1):
        parts.shield.spend(pace.PREVIEWS, f"user:{anna.id}")
    assert client.send("/questions/preview", {"text": "x"}).status_code == 429


def test_a_shield_fills_again_and_stays_small() -> None:
    moment = [0.0]
    shield, slow = Shield(lambda: moment[0]), Pace("slow", 2, 0.5)
    shield.spend(slow, "a")
    shield.spend(slow, "a")
    with pytest.raises(Exception, match="wait"):
        shield.spend(slow, "a")
    shield.spend(slow, "b")
    moment[0] = 2.0
    shield.spend(slow, "a")
    for number in range(20_100):
        shield.spend(slow, str(number))
    assert len(shield._buckets) == 20_000


@pytest.mark.parametrize("words", ["router tag:nowhere", "user:999999", "is:solved zeppelin", "after:2199-01-31"])
def test_filters_that_leave_nothing_say_so(browser: Open, words: str) -> None:
    page = browser(None).get("/search", query_string={"q": words}).text
    assert "Nothing fits with these filters" in page
    assert ("Search everything" in page) is (" " in words)
