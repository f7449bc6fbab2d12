"""Take the power away while people post, bring it back, and look at what is there; used by a test and a benchmark."""

import http.client
import random
import re
import secrets
import threading
import time
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from forum.app import open_index
from forum.base.limits import Usage
from forum.base.once import IdempotencyKey
from forum.base.parts import Parts
from forum.knowledge.models import Article
from forum.questions.models import Answer, Question, Revision
from forum.questions.queries import is_public
from forum.search.documents import article_key, question_key
from search_index.grammar import parse
from tests.stories.client import Client
from tests.stories.server import Server, wait_for

#: Seconds of undisturbed posting before the power goes.
POSTING = (1.0, 2.5)

#: What the index is given to agree with the database again.
INDEX_PATIENCE = 10.0


@dataclass
class Sent:
    """One post as its sender knows it."""

    client: Client
    path: str
    word: str
    once: str
    location: str = ""

    @property
    def is_acknowledged(self) -> bool:
        return bool(self.location)

    def send(self) -> None:
        """Post it, or post it again with the same key; raises OSError or HTTPException where no answer came."""
        answer = self.client.post(
            self.path,
            title=f"What does the lamp {self.word} mean",
            text=f"The lamp {self.word} blinks, and I do not know why.",
            once=self.once,
        )
        if answer.status == 503:
            return
        assert answer.status == 303, f"{answer.status}: {answer.text[:2000]}"
        assert not self.location or self.location == answer.location, "the same key led to another post"
        self.location = answer.location


@dataclass
class Round:
    """What one round showed."""

    acknowledged: int
    unanswered: int
    retried: int
    kept_unasked: int
    ready_after: float
    index_after: float


def play_round(server: Server, clients: list[Client], seed: int) -> Round:
    """Post with all clients at once, kill everything, start again, retry, and check; raises AssertionError."""
    chance = random.Random(seed)
    with server.parts() as parts:
        parts.store.write(forget_limits)
        questions = newest_questions(parts)
    sent = post_until_killed(server, clients, questions, chance.uniform(*POSTING), seed)
    ready_after = server.start()
    back = time.monotonic()
    open_ends = [each for each in sent if not each.is_acknowledged]
    retried = open_ends[: (len(open_ends) + 1) // 2]
    again = [*retried, *chance.sample([each for each in sent if each.is_acknowledged], 3)]
    for each in again:
        wait_for(lambda each=each: each.send() or each.is_acknowledged, "a retry to be taken")
    with server.parts() as parts:
        kept_unasked = check_rows(parts, sent)
        wait_for(lambda: not differences(parts), "the index to agree", INDEX_PATIENCE)
        assert not missing_words(parts, sent), "found under another word or not at all"
    return Round(
        acknowledged=sum(each.is_acknowledged for each in sent) - len(retried),
        unanswered=len(open_ends),
        retried=len(retried),
        kept_unasked=kept_unasked,
        ready_after=ready_after,
        index_after=time.monotonic() - back,
    )


def forget_limits(session: Session) -> None:
    """Nobody posts so much in an hour by hand; the limits have tests of their own."""
    session.execute(delete(Usage))


def newest_questions(parts: Parts) -> list[int]:
    """The questions that answers are given to."""
    with parts.store.reading() as session:
        return list(session.scalars(select(Question.id).where(is_public(Question)).order_by(-Question.id).limit(3)))


def post_until_killed(
    server: Server, clients: list[Client], questions: list[int], seconds: float, seed: int
) -> list[Sent]:
    """Let everybody post as fast as they are answered; the power goes after `seconds`."""
    sent: list[Sent] = []
    failures: list[BaseException] = []

    def post(client: Client, number: int) -> None:
        chance = random.Random(f"{seed} {number}")
        while True:
            answers = questions and chance.random() < 0.6
            path = f"/questions/{chance.choice(questions)}/answers" if answers else "/questions/ask"
            each = Sent(client, path, new_word(), secrets.token_hex(16))
            sent.append(each)
            try:
                each.send()
            except (OSError, http.client.HTTPException):
                return
            except BaseException as error:
                failures.append(error)
                return

    threads = [threading.Thread(target=post, args=(each, number)) for number, each in enumerate(clients)]
    for thread in threads:
        thread.start()
    wait_for(lambda: failures or sum(each.is_acknowledged for each in sent) >= len(clients), "the first posts")
    threading.Event().wait(seconds)
    server.kill()
    for thread in threads:
        thread.join(60)
    assert not failures, failures[0]
    return list(sent)


#: Letters of the key that a form carries.
ONCE_LENGTH = 32


def new_word() -> str:
    """A word that is nowhere else, made of letters alone, so that a search takes it as one."""
    return "zv" + "".join(secrets.choice("bcdfghjklmnp") for _ in range(12))


def check_rows(parts: Parts, sent: list[Sent]) -> int:
    """Acknowledged is there once, the rest at most once, and nothing is there by halves; returns what came unasked."""
    with parts.store.reading() as session:
        posts: list[Question | Answer] = [*session.scalars(select(Question)), *session.scalars(select(Answer))]
        texts = [word for post in posts for word in re.findall(r"\bzv[b-p]{12}\b", post.text)]
        counted = Counter(texts)
        # What is kept begins with the form's own key and goes on with a print of what the form held.
        keys = {key[:ONCE_LENGTH] for key in session.scalars(select(IdempotencyKey.key))}
        doubled = [word for word, count in counted.items() if count > 1]
        lost = [each.word for each in sent if each.is_acknowledged and counted[each.word] != 1]
        torn = [each.word for each in sent if (each.once in keys) is not (counted[each.word] == 1)]
        assert not lost, f"acknowledged and lost: {lost}"
        assert not doubled, f"there more than once: {doubled}"
        assert not torn, f"key and post disagree: {torn}"
        for post in posts:
            assert post.html and post.excerpt if isinstance(post, Question) else post.html
        # Other stories on the same server may have left an answer that is hidden.
        seen = select(Answer.question_id, func.count()).where(Answer.hidden_at.is_(None), Answer.deleted_at.is_(None))
        counts = session.execute(seen.group_by(Answer.question_id))
        answers = {row.question_id: row[1] for row in counts}
        wrong = [
            question.id
            for question in session.scalars(select(Question))
            if question.answer_count != answers.get(question.id, 0)
        ]
        assert not wrong, f"miscounted answers: {wrong}"
        revisions = session.scalar(select(func.count()).select_from(Revision).where(Revision.number == 1))
        assert revisions is None or revisions >= len(posts), "a post without its first revision"
        return sum(1 for each in sent if not each.is_acknowledged and counted[each.word])


def differences(parts: Parts) -> set[str]:
    """Keys that only the index or only the database has."""
    with parts.store.reading() as session:
        public = {question_key(number) for number in session.scalars(select(Question.id).where(is_public(Question)))}
        articles = session.scalars(select(Article))
        public |= {article_key(article.id) for article in articles if article.is_live}
    index = open_index(parts.settings, parts.store)
    try:
        return index.keys() ^ public
    finally:
        index.close()


def missing_words(parts: Parts, sent: list[Sent]) -> list[str]:
    """Words of acknowledged posts that do not lead to exactly one document, once the courier had its time."""
    index = open_index(parts.settings, parts.store)
    missing = [each.word for each in sent if each.is_acknowledged]
    deadline = time.monotonic() + INDEX_PATIENCE
    try:
        while missing and time.monotonic() < deadline:
            missing = [word for word in missing if len(index.search(parse(word)).keys) != 1]
            threading.Event().wait(0.1 if missing else 0)
    finally:
        index.close()
    return missing


def clients_of(server: Server, users: list[str], password: str) -> list[Client]:
    """Signed-in clients for these people."""
    return [Client(server.port).sign_in(name, password) for name in users]
