"""Fills an index anew beside the old one, and finds out at start what an index has missed."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload, selectinload

from forum.base.clock import utc_now
from forum.base.db import Store
from forum.base.outbox import DONE, WAITING, Delivery
from forum.knowledge.models import Article
from forum.questions.models import Question, Tag
from forum.questions.queries import is_public
from forum.search.documents import from_article, from_question
from forum.search.reactions import CHANNEL
from forum.search.texts import texts_under
from search_index.contract import SearchIndex
from search_index.document import Document

log = logging.getLogger(__name__)

#: Questions read at once, with all that stands under them.
CHUNK = 100

#: Deliveries written at the same time may commit in another order than they are numbered; so many are looked at twice.
OVERLAP = 500

#: No transaction of ours is open so long: what was written earlier was there to be read.
LONGEST_WRITE = timedelta(seconds=30)

Progress = Callable[[int, int], None]


def rebuild(store: Store, index: SearchIndex, progress: Progress | None = None) -> int:
    """Fill a new index and put it in the place of the old; searching goes on meanwhile. Returns the documents.

    What changed while it was filled may have gone into the old index: those deliveries are carried again.
    """
    started = utc_now()
    with store.reading() as session:
        begun = newest_delivery(session)
        total = _count(session)
    written = 0
    with index.open_rebuild() as batch:
        for documents in _chunks(store):
            for document in documents:
                batch.put(document)
            written += len(documents)
            if progress is not None:
                progress(written, total)
        batch.commit(begun)
    store.write(lambda session: carry_again(session, begun - OVERLAP))
    store.write(lambda session: pass_over(session, begun - OVERLAP, started))
    return written


def bring_up_to_date(store: Store, index: SearchIndex) -> None:
    """Rebuild an index that cannot be used; let one that fell behind (a restored or half lost one) catch up."""
    reason = index.needs_rebuild()
    if reason is not None:
        # Every installation begins without one: nobody has to look into that.
        log.log(logging.INFO if reason == "missing" else logging.WARNING, "the search index is rebuilt: %s", reason)
        rebuild(store, index)
        return
    with store.reading() as session:
        done = session.scalar(select(func.max(Delivery.id)).where(Delivery.channel == CHANNEL, Delivery.state == DONE))
        oldest = session.scalar(select(func.min(Delivery.id)))
    reached = index.upto()
    if done is None or done <= reached:
        return
    if oldest is not None and oldest <= reached + 1:
        log.warning("the search index missed the deliveries after %d and catches up", reached)
        store.write(lambda session: carry_again(session, reached - OVERLAP))
    else:
        log.warning("the search index is rebuilt: it is older than what the outbox remembers")
        rebuild(store, index)


def newest_delivery(session: Session) -> int:
    """The number of the last delivery written."""
    return session.scalar(select(func.max(Delivery.id))) or 0


def carry_again(session: Session, after: int) -> None:
    """Give the courier once more what it already brought to the index; bringing it twice does no harm."""
    session.execute(
        update(Delivery)
        .where(Delivery.channel == CHANNEL, Delivery.state == DONE, Delivery.id > after)
        .values(state=WAITING, done_at=None)
    )


def pass_over(session: Session, upto: int, started: datetime) -> None:
    """What had been said before a rebuild began is in it; nobody needs to carry it any more."""
    session.execute(
        update(Delivery)
        .where(Delivery.channel == CHANNEL, Delivery.state == WAITING)
        .where(Delivery.id <= upto, Delivery.created_at < started - LONGEST_WRITE)
        .values(state=DONE, done_at=started)
    )


def _count(session: Session) -> int:
    questions = session.scalar(select(func.count()).select_from(Question).where(is_public(Question))) or 0
    articles = session.scalar(select(func.count()).select_from(Article).where(Article.published_id.is_not(None))) or 0
    return questions + articles


def _chunks(store: Store) -> Iterator[list[Document]]:
    """All documents, a chunk at a time, each read in a short transaction of its own."""
    last = 0
    while True:
        with store.reading() as session:
            questions = session.scalars(
                select(Question)
                .where(Question.id > last, is_public(Question))
                .options(selectinload(Question.tags).selectinload(Tag.synonyms), joinedload(Question.product))
                .order_by(Question.id)
                .limit(CHUNK)
            ).all()
            if not questions:
                break
            answers, comments = texts_under(session, [question.id for question in questions])
            yield [from_question(each, answers[each.id], comments[each.id]) for each in questions]
            last = questions[-1].id
    with store.reading() as session:
        articles = session.scalars(select(Article).options(joinedload(Article.published)).order_by(Article.id))
        yield [from_article(article) for article in articles if article.is_live]
