"""Questions that may ask what an older one asked, with the chance of it: found by the courier, decided by moderators."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session, aliased

from forum.accounts.actions import log_staff_act
from forum.accounts.models import Reader, User
from forum.base.causes import Cause
from forum.base.errors import NotFound
from forum.base.markup import plain_text
from forum.base.verdicts import require
from forum.questions.models import Question
from forum.questions.queries import is_public
from forum.search import rules
from forum.search.documents import QUESTION, question_key, read_key
from forum.search.likeness import asked, chance, signs, weigher
from forum.search.models import LikelyDuplicate
from search_index.contract import LONGEST_QUERY, Query, SearchIndex

#: Looked at for each question: the constants of `likeness` were fitted on so many.
CANDIDATES = 5

#: Less likely ones are not worth a moderator's look: of five of them four would be wrong.
LEAST = 0.2

#: Older pairs are history: whoever asked has gone on.
RECENT = timedelta(days=30)

#: A chance is kept in whole numbers.
PARTS = 1000

#: On one page of the list.
PAGE = 20


@dataclass(frozen=True)
class Pair:
    """A question and an older one, and the chance that they are one."""

    question: Question
    other: Question
    chance: float

    @property
    def percent(self) -> int:
        return round(100 * self.chance)


def weigh(session: Session, index: SearchIndex, question: Question, now: datetime) -> None:
    """Work out anew which older questions it may repeat; what moderators denied stays denied."""
    found = {pair.other.id: pair.chance for pair in _look(session, index, question)}
    denied = _denied(session, question)
    session.execute(
        delete(LikelyDuplicate).where(LikelyDuplicate.question_id == question.id, LikelyDuplicate.denied_at.is_(None))
    )
    session.add_all(
        LikelyDuplicate(question_id=question.id, other_id=other, chance=round(PARTS * told), at=now)
        for other, told in found.items()
        if other not in denied
    )
    session.flush()


def look(session: Session, reader: Reader, index: SearchIndex, question: Question) -> list[Pair]:
    """Which older questions it may repeat, as things are at this moment; what was denied is left out."""
    require(rules.may_see_duplicates(reader))
    denied = _denied(session, question)
    return [pair for pair in _look(session, index, question) if pair.other.id not in denied]


def _denied(session: Session, question: Question) -> set[int]:
    """What moderators said it does not repeat."""
    rows = select(LikelyDuplicate.other_id).where(LikelyDuplicate.question_id == question.id)
    return set(session.scalars(rows.where(LikelyDuplicate.denied_at.is_not(None))))


def _look(session: Session, index: SearchIndex, question: Question) -> list[Pair]:
    """Only older ones, which the newer one can be led to, and only what everybody may read."""
    hits = index.search(Query(question.title[:LONGEST_QUERY], kinds=frozenset({QUESTION}), limit=CANDIDATES + 1))
    shares = {read_key(hit.key)[1]: hit.share for hit in hits if hit.key != question_key(question.id)}
    older = [row_id for row_id in list(shares)[:CANDIDATES] if row_id < question.id]
    rows = session.scalars(select(Question).where(Question.id.in_(older), is_public(Question)))
    this = asked(question.title, plain_text(question.text))
    others = [(row, asked(row.title, plain_text(row.text))) for row in rows]
    terms = this.terms.union(*(other.terms for _, other in others))
    tells = weigher(index.frequencies(terms), index.count())
    pairs = [Pair(question, row, chance(signs(this, other, shares[row.id], tells))) for row, other in others]
    return sorted((pair for pair in pairs if pair.chance >= LEAST), key=lambda pair: (-pair.chance, pair.other.id))


def list_pairs(session: Session, reader: Reader, now: datetime, offset: int = 0) -> tuple[list[Pair], bool]:
    """Likely pairs of the last month that are still open, the likeliest first, and whether there are more."""
    rows = session.execute(_open_pairs(reader, now).offset(offset).limit(PAGE + 1)).all()
    return [Pair(question, other, told / PARTS) for question, other, told in rows[:PAGE]], len(rows) > PAGE


def _open_pairs(reader: Reader, now: datetime) -> Select[Question, Question, int]:
    require(rules.may_see_duplicates(reader))
    other = aliased(Question)
    return (
        select(Question, other, LikelyDuplicate.chance)
        .join(LikelyDuplicate, LikelyDuplicate.question_id == Question.id)
        .join(other, other.id == LikelyDuplicate.other_id)
        .where(LikelyDuplicate.denied_at.is_(None), LikelyDuplicate.chance >= round(PARTS * LEAST))
        .where(Question.created_at > now - RECENT)
        .where(is_public(Question), is_public(other), Question.closed_at.is_(None))
        .order_by(LikelyDuplicate.chance.desc(), Question.id.desc(), other.id)
    )


def deny(session: Session, actor: User, question: Question, other: Question, now: datetime) -> None:
    """Say that they ask different things; said twice it changes nothing."""
    require(rules.may_see_duplicates(actor))
    row = session.get(LikelyDuplicate, (question.id, other.id))
    if row is None:
        row = LikelyDuplicate(question_id=question.id, other_id=other.id, chance=0, at=now)
        session.add(row)
    if row.denied_at is None:
        row.denied_at = now
        session.flush()
        _log(session, actor, "deny_duplicate", question, other, now)


def undo_denial(
    session: Session, actor: User, index: SearchIndex, question: Question, other: Question, now: datetime
) -> None:
    """Take that back; the chance is worked out anew."""
    require(rules.may_see_duplicates(actor))
    row = session.get(LikelyDuplicate, (question.id, other.id))
    if row is None or row.denied_at is None:
        raise NotFound("denial")
    row.denied_at = None
    session.flush()
    weigh(session, index, question, now)
    _log(session, actor, "undo_denial", question, other, now)


def _log(session: Session, actor: User, verb: str, question: Question, other: Question, now: datetime) -> None:
    log_staff_act(session, actor, verb, Cause.of(question), now, after={"question_id": other.id})
