"""Pages that visitors share: sent again as they are, and never when anything about them changed."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.models import User
from forum.accounts.sessions import open_session
from forum.app import create_app, create_parts
from forum.base.changes import Changes
from forum.base.clock import utc_now
from forum.base.db import Model, Store, make_engine
from forum.base.parts import Parts
from forum.questions import actions
from forum.questions.models import Answer, Question
from forum.web import shelf as shelf_module
from forum.web.maintenance import CLOSED_FILE, Closing, close_pages, open_pages
from forum.web.shelf import KeptPages
from forum.web.wire import Gate
from search_index.memory import MemoryIndex
from tests.builders import make_answer, make_question, make_user
from tests.stories.server import own_database

WORD = "zqunplug"


class Headers(dict[str, str]):
    """As the server gives them."""

    def get_all(self, name: str) -> list[str]:
        return self[name].split("\n") if name in self else []

    def items(self) -> Any:
        return [(name, value) for name in self for value in self[name].split("\n")]


class Scope:
    """A visitor's request."""

    http_version, scheme, client, server, authority = "1.1", "http", "192.0.2.1:4711", "127.0.0.1:5000", None

    def __init__(self, path: str, method: str = "GET", **headers: str) -> None:
        self.method, (self.path, _, self.query_string) = method, path.partition("?")
        given = {"host": "127.0.0.1:5000", "accept-language": "en", **headers}
        self.headers = Headers({name.replace("_", "-"): value for name, value in given.items()})


class Line:
    """Takes an answer."""

    async def __call__(self) -> bytes:
        return b""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.body = status, body
        self.headers = {name.lower(): value for name, value in headers}

    @property
    def text(self) -> str:
        return self.body.decode()


class Process:
    """A web process with its own application, connections and shelf; counts what the application is asked."""

    def __init__(self, settings: Settings) -> None:
        self.parts: Parts = create_parts(settings, Store(make_engine(settings.database_url)), MemoryIndex())
        self.app: Flask = create_app(settings, self.parts)
        self.changes = Changes(self.parts.store)
        self.counted: list[tuple[str, str, int]] = []
        shelf = KeptPages(
            self.changes,
            self.parts.measures,
            settings.languages,
            lambda *told: self.counted.append(told[:3]),
            settings.data / CLOSED_FILE,
        )
        self.gate = Gate(self._count, 1_000_000, shelf=shelf, believes_proxy=True)
        self.asked = 0

    def _count(self, environ: dict[str, Any], start: Any) -> Any:
        self.asked += 1
        return self.app.wsgi_app(environ, start)

    def get(self, path: str, method: str = "GET", **headers: str) -> Line:
        line = Line()
        asyncio.run(self.gate.__rsgi__(Scope(path, method, **headers), line))
        return line

    def close(self) -> None:
        self.changes.close()
        self.parts.store.close()


@pytest.fixture(scope="module")
def processes(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, Process]]:
    """Two processes on one database of their own."""
    folder = tmp_path_factory.mktemp("shelf")
    is_sqlite = database_url.startswith("sqlite")
    url = f"sqlite:///{folder / 'own.sqlite'}" if is_sqlite else own_database(database_url, "shelf")
    settings = replace(
        Settings(),
        data=folder,
        database_url=url,
        secret_key="a secret for tests alone, long enough",
        languages=("en", "it"),
    )
    engine = make_engine(url)
    with engine.execution_options(writes=True).begin() as connection:
        Model.metadata.create_all(connection)
    engine.dispose()
    made = Process(settings), Process(settings)
    yield made
    for process in made:
        process.close()


@pytest.fixture
def here(processes: tuple[Process, Process]) -> Process:
    return processes[0]


@pytest.fixture
def there(processes: tuple[Process, Process]) -> Process:
    return processes[1]


class Town:
    """A question with one answer, and what is done to it."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.question_id, self.answer_id, self.mia_id, self.bruno_id = parts.store.write(self._build)
        self.path = f"/questions/{self.question_id}/the-router-shows-a-red-light-since-the-storm"

    @staticmethod
    def _build(session: Session) -> tuple[int, int, int, int]:
        number = session.scalar(select(func.count()).select_from(User))
        anna, bruno = make_user(session, f"anna{number}"), make_user(session, f"bruno{number}")
        mia = make_user(session, f"mia{number}", roles={"moderator"})
        question = make_question(session, anna, now=utc_now())
        answer = make_answer(session, bruno, question, text=f"Try {WORD}.", now=utc_now())
        return question.id, answer.id, mia.id, bruno.id

    def do(self, act: Callable[[Session, User, Answer], object], by: Process) -> None:
        """Let the moderator act in another process; returns when the commit is acknowledged."""

        def work(session: Session) -> None:
            act(session, session.get_one(User, self.mia_id), session.get_one(Answer, self.answer_id))

        by.parts.store.write(work)


@pytest.fixture
def town(here: Process) -> Town:
    return Town(here.parts)


def hide(session: Session, mia: User, answer: Answer) -> None:
    actions.hide_answer(session, mia, answer, "Not helpful here.", utc_now())


def restore(session: Session, mia: User, answer: Answer) -> None:
    actions.restore_answer(session, mia, answer, utc_now())


def delete(session: Session, mia: User, answer: Answer) -> None:
    actions.delete_answer(session, mia, answer, utc_now())


def delete_question(session: Session, mia: User, answer: Answer) -> None:
    actions.hide_question(session, mia, answer.question, "Gone.", utc_now())


def test_a_visitor_is_sent_what_another_was_sent(here: Process, town: Town) -> None:
    first = here.get(town.path)
    asked = here.asked
    second = here.get(town.path)
    assert here.asked == asked
    assert (second.status, second.body) == (200, first.body)
    assert WORD in second.text
    own = "x-request-id"
    assert {**second.headers, own: ""} == {**first.headers, own: ""} and second.headers[own] != first.headers[own]
    assert "default-src 'none'" in second.headers["content-security-policy"]
    assert "set-cookie" not in second.headers


@pytest.mark.parametrize("act", [hide, delete, delete_question])
def test_what_is_taken_away_in_another_process_is_gone_at_once(
    here: Process, there: Process, town: Town, act: Callable[[Session, User, Answer], None]
) -> None:
    assert WORD in here.get(town.path).text
    assert WORD in there.get(town.path).text
    town.do(act, by=there)
    assert WORD not in here.get(town.path).text
    assert WORD not in there.get(town.path).text


def test_whoever_has_the_page_is_told_so_until_it_changes(here: Process, there: Process, town: Town) -> None:
    tag = here.get(town.path).headers["etag"]
    same = here.get(town.path, if_none_match=tag)
    assert (same.status, same.body) == (304, b"")
    assert same.headers["etag"] == tag
    assert same.headers["cache-control"] == "private, no-cache"
    assert not {"content-length", "content-type", "content-encoding"} & set(same.headers)
    town.do(hide, by=there)
    changed = here.get(town.path, if_none_match=tag)
    assert changed.status == 200
    assert WORD not in changed.text
    town.do(restore, by=there)
    assert WORD in here.get(town.path, if_none_match=changed.headers["etag"]).text


def test_a_page_asked_for_with_an_old_name_is_kept_for_the_next(here: Process, town: Town) -> None:
    here.get(town.path, if_none_match='"old"')
    asked = here.asked
    assert here.get(town.path).status == 200
    assert here.asked == asked


def test_nothing_is_older_than_two_seconds(here: Process, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    here.get(town.path)
    asked = here.asked
    later = shelf_module.time.monotonic() + shelf_module.FRESH + 0.01
    monkeypatch.setattr(shelf_module.time, "monotonic", lambda: later)
    assert here.get(town.path).status == 200
    assert here.asked == asked + 1


@pytest.mark.parametrize(
    ("headers", "shown"),
    [
        ({"accept_language": "it"}, 'lang="it"'),
        ({"cookie": "language=it"}, 'lang="it"'),
        ({"cookie": "theme=dark"}, 'data-theme="dark"'),
        ({"cookie": "keys=off"}, 'data-keys="off"'),
    ],
)
def test_each_choice_has_a_page_of_its_own(here: Process, town: Town, headers: dict[str, str], shown: str) -> None:
    for _ in range(2):
        assert shown not in here.get(town.path).text
        assert shown in here.get(town.path, **headers).text


def test_each_encoding_has_a_page_of_its_own(here: Process, town: Town) -> None:
    plain = here.get(town.path)
    small = here.get(town.path, accept_encoding="br")
    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "br"
    assert small.headers["etag"] != plain.headers["etag"]
    assert here.get(town.path).body == plain.body
    assert {"Cookie", "Accept-Language", "Accept-Encoding"} <= set(small.headers["vary"].split(", "))


def signed_in(process: Process, user_id: int) -> str:
    """The cookie of somebody's browser."""

    def work(session: Session) -> str:
        return open_session(session, session.get_one(User, user_id), "test", utc_now())[1]

    serializer = process.app.session_interface.get_signing_serializer(process.app)  # type: ignore[attr-defined]
    return "sportello=" + serializer.dumps({"_user_id": process.parts.store.write(work), "_fresh": True})


def test_who_is_signed_in_gets_their_own_page_and_leaves_none_behind(here: Process, town: Town) -> None:
    cookie = signed_in(here, town.bruno_id)
    own = here.get(town.path, cookie=cookie)
    assert "csrf_token" in own.text
    assert own.headers["cache-control"] == "private, no-store"
    visitors = here.get(town.path)
    assert "csrf_token" not in visitors.text
    assert "Bruno" in here.get(town.path, cookie=f"theme=dark; {cookie}").text
    asked = here.asked
    assert "csrf_token" in here.get(town.path, cookie=cookie).text
    assert here.asked == asked + 1


@pytest.mark.parametrize(
    "headers",
    [
        {"cookie": "other=1"},
        {"cookie": "theme=dark\ntheme=light"},
        {"authorization": "Bearer x"},
        {"accept": "application/json"},
        {"accept_language": "x" * 301},
    ],
)
def test_a_request_out_of_the_ordinary_is_answered_by_the_application(
    here: Process, town: Town, headers: dict[str, str]
) -> None:
    here.get(town.path)
    asked = here.asked
    assert here.get(town.path, **headers).status == 200
    assert here.asked == asked + 1


@pytest.mark.parametrize("path", ["/account/sign-in", "/search?q=light", "/healthz", "/questions/999999/nothing"])
def test_what_visitors_do_not_share_is_made_for_each(here: Process, path: str) -> None:
    here.get(path)
    asked = here.asked
    here.get(path)
    assert here.asked == asked + 1


def test_only_the_head_of_a_page_is_asked_of_the_application(here: Process, town: Town) -> None:
    whole = here.get(town.path)
    head = here.get(town.path, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.headers["etag"] == whole.headers["etag"]
    assert here.get(town.path).body == whole.body


def test_looks_at_a_kept_page_are_counted_but_guesses_are_not(here: Process, town: Town) -> None:
    for _ in range(3):
        here.get(town.path)
    here.get(town.path, sec_purpose="prefetch")
    here.get(town.path, if_none_match=here.get(town.path).headers["etag"])
    here.parts.measures.flush()
    with here.parts.store.reading() as session:
        assert session.get_one(Question, town.question_id).view_count == 5


def test_the_shelf_holds_only_so_many_bytes(here: Process, town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelf_module, "BYTES", 200_000)
    shelf = here.gate._shelf
    assert shelf is not None
    for number in range(30):
        here.get(f"{town.path}?n={number}")
    assert 0 < shelf._bytes <= 200_000
    assert shelf._bytes == sum(kept.size for kept in shelf._kept.values())


def test_without_a_word_from_the_database_every_page_is_made_anew(
    here: Process, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.get(town.path)
    monkeypatch.setattr(here.changes, "state", lambda: None)
    asked = here.asked
    assert here.get(town.path).status == 200
    assert here.asked == asked + 1


def test_nothing_is_sent_from_the_shelf_while_the_pages_are_closed(here: Process, town: Town) -> None:
    here.get(town.path)
    asked = here.asked
    data = here.parts.settings.data
    close_pages(data, Closing(since="2026-03-02T12:00:00+00:00"))
    try:
        here.get(town.path)
        assert here.asked == asked + 1
    finally:
        open_pages(data)


def test_a_lost_connection_is_opened_again(here: Process) -> None:
    before = here.changes.state()
    here.changes._connection.close()
    assert here.changes.state() is None
    after = here.changes.state()
    assert after is not None
    assert after != before


def test_pages_have_names_also_where_no_shelf_stands_before_them(browser: Any, session: Session, anna: User) -> None:
    question = make_question(session, anna)
    session.commit()
    path = f"/questions/{question.id}/the-router-shows-a-red-light-since-the-storm"
    tag = browser(None).get(path).headers["ETag"]
    assert browser(None).get(path, headers={"If-None-Match": tag}).status_code == 304
    assert browser(anna).get(path, headers={"If-None-Match": tag}).status_code == 200
    assert "ETag" not in browser(anna).get(path).headers


def test_an_answer_from_the_shelf_has_a_name_and_is_counted_too(here: Process) -> None:
    town = Town(here.parts)
    first, second = here.get(town.path), here.get(town.path, x_request_id="of-the-proxy")
    assert first.headers["x-request-id"] not in ("", second.headers["x-request-id"])
    assert second.headers["x-request-id"] == "of-the-proxy" and second.body == first.body
    assert here.counted[-1] == ("GET", "/questions/<int:question_id>/<slug>", 200)
