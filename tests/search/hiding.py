"""Eight people search without pause while somebody hides and restores questions; used by a test and a benchmark."""

import random
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from config import Settings
from forum.accounts.models import User
from forum.app import create_app, create_parts
from forum.base.clock import utc_now
from forum.base.db import Model, Store, make_engine
from forum.base.errors import StoreBusy
from forum.base.parts import Parts
from forum.courier import make_courier
from forum.questions.actions import hide_question, restore_question
from forum.questions.models import Question
from forum.search.upkeep import rebuild
from search_index.contract import IndexBusy
from tests.builders import make_question, make_user

QUESTIONS = 80
SEARCHERS = 8

#: How often a moderator presses again who was told that it is busy.
ATTEMPTS = 5

#: Every so many changes the whole index is filled anew beside the old one.
REINDEX_EVERY = 10


@dataclass
class Outcome:
    """What was seen; `wrong` says what must not have been."""

    searches: int = 0
    changes: int = 0
    rebuilt: int = 0
    wrong: list[str] = field(default_factory=list)


class _Hidden:
    """What is hidden for certain: from after the hiding was committed until before the restoring begins."""

    def __init__(self) -> None:
        self._since: dict[str, int] = {}
        self._turn = 0

    def note(self, word: str) -> None:
        self._turn += 1
        self._since[word] = self._turn

    def forget(self, word: str) -> None:
        self._since.pop(word, None)

    def now(self) -> dict[str, int]:
        return dict(self._since)

    def all_along(self, before: dict[str, int]) -> list[str]:
        """Words that were hidden then and have not been shown since."""
        return [word for word, turn in before.items() if self._since.get(word) == turn]


def word_of(number: int) -> str:
    """A word that one question has, in its title and in its text."""
    return "zw" + "".join("bcdfghklmn"[int(digit)] for digit in f"{number:06}")


def settings_of(folder: Path, database_url: str) -> Settings:
    return replace(Settings(), data=folder, database_url=database_url, secret_key="b" * 40, languages=("en",))


def make_parts(settings: Settings) -> Parts:
    """The parts of an application on a new database with questions in it, all in the index."""
    store = Store(make_engine(settings.database_url))
    parts = create_parts(settings, store)
    with store.bind.engine.execution_options(writes=True).begin() as connection:
        Model.metadata.create_all(connection)
    store.write(_fill)
    rebuild(store, parts.index)
    return parts


def play(folder: Path, database_url: str, seconds: float) -> Outcome:
    """Search and hide for so long, on the application as it is put together for a server."""
    settings = settings_of(folder, database_url)
    parts = make_parts(settings)
    try:
        app = create_app(settings, parts)
        outcome, hidden, done = Outcome(), _Hidden(), threading.Event()
        threads = [
            threading.Thread(target=_search, args=(app, number, hidden, done, outcome)) for number in range(SEARCHERS)
        ]
        threads.append(threading.Thread(target=_carry, args=(parts, done, outcome)))
        for thread in threads:
            thread.start()
        try:
            _hide(parts, hidden, outcome, time.monotonic() + seconds)
        finally:
            done.set()
            for thread in threads:
                thread.join(60)
        return outcome
    finally:
        parts.store.bind.engine.dispose()


def _fill(session: Session) -> None:
    asker = make_user(session, "asker")
    make_user(session, "moderator", roles={"moderator"})
    for number in range(QUESTIONS):
        title = f"The {word_of(number)} lamp of the router blinks"
        make_question(session, asker, title=title, text=f"Since the storm {word_of(number)} is red.", now=utc_now())


def _hide(parts: Parts, hidden: _Hidden, outcome: Outcome, until: float) -> None:
    """Hide and restore at random, and now and then fill the index anew."""
    chance = random.Random(5)
    numbers = question_ids(parts)
    gone: set[int] = set()
    while time.monotonic() < until or not outcome.rebuilt:
        place = chance.randrange(len(numbers))
        if place in gone:
            hidden.forget(word_of(place))
            turn(parts, numbers[place], hide=False)
            gone.discard(place)
        else:
            turn(parts, numbers[place], hide=True)
            hidden.note(word_of(place))
            gone.add(place)
        outcome.changes += 1
        if outcome.changes % REINDEX_EVERY == 0:
            with suppress(IndexBusy, StoreBusy):  # the courier is at work: another time
                rebuild(parts.store, parts.index)
                outcome.rebuilt += 1


def question_ids(parts: Parts) -> list[int]:
    """By the number in their word."""
    with parts.store.reading() as session:
        return list(session.scalars(select(Question.id).order_by(Question.id)))


def turn(parts: Parts, question_id: int, *, hide: bool) -> None:
    """Hide a question, or restore it."""

    def act(session: Session) -> None:
        moderator = session.scalars(select(User).where(User.name == "Moderator")).one()
        question = session.get_one(Question, question_id)
        if hide:
            hide_question(session, moderator, question, "spam", utc_now())
        else:
            restore_question(session, moderator, question, utc_now())

    for _ in range(ATTEMPTS):
        # Nine threads share one interpreter here, so a turn to write may not come at once.
        with suppress(StoreBusy):
            return parts.store.write(act)
    raise StoreBusy


def _carry(parts: Parts, done: threading.Event, outcome: Outcome) -> None:
    """The one writer of the index."""
    courier = make_courier(parts)
    while not done.wait(0.05):
        try:
            courier.run_once()
        except Exception as error:
            outcome.wrong.append(f"the courier: {error!r}")


def _search(app: Flask, place: int, hidden: _Hidden, done: threading.Event, outcome: Outcome) -> None:
    chance = random.Random(place)
    browser = app.test_client()
    turn = 0
    while not done.is_set():
        turn += 1
        before = hidden.now()
        word = chance.choice(["router lamp", "storm red", *before]) if before else "router lamp"
        path = chance.choice([f"/search?q={word}", f"/similar?title={word}+blinks", f"/search?q={word}&sort=newest"])
        address = {"REMOTE_ADDR": f"10.{place}.{turn // 250 % 250}.{turn % 250}"}
        try:
            answer = browser.get(path.replace(" ", "+"), environ_base=address)
        except Exception as error:
            outcome.wrong.append(f"{path}: {error!r}")
            continue
        text = answer.get_data(as_text=True)
        if answer.status_code != 200:
            outcome.wrong.append(f"{path}: {answer.status_code}")
        # All questions have these words and at least one may be seen, however often the index is filled anew meanwhile.
        if word == "router lamp" and "-lamp-of-the-router" not in text:
            outcome.wrong.append(f"{path}: an empty page")
        # What was looked for stands in the box of the page; that is no hit.
        shown = [each for each in hidden.all_along(before) if each in text and each not in path]
        shown += [each for each in hidden.all_along(before) if f"{each}-lamp" in text]
        outcome.wrong.extend(f"{path} showed {each}, which was hidden" for each in shown)
        outcome.searches += 1
