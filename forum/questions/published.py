"""What everybody may read, as feeds and the map of the site want it: never more than a slice, by key."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, defer, joinedload, raiseload, selectinload

from forum.base.errors import NotFound
from forum.questions.models import Answer, Question, Tag, question_tags
from forum.questions.queries import is_public
from forum.questions.rows import QuestionRow

#: What a feed reader shows at once; who looks less often than once a day reads the list instead.
FEED_SIZE = 30

#: What one part of the map holds: ids from this many times its number, so that a part never shifts.
MAP_SIZE = 5_000

#: Nobody answered in a year: whoever comes from a search engine would be disappointed.
GIVEN_UP_AFTER = timedelta(days=365)


def newest_questions(session: Session, tag: str = "") -> Sequence[Question]:
    """The questions asked last, with all that an entry of a feed shows."""
    query = (
        select(Question)
        .where(is_public(Question))
        .options(
            joinedload(Question.asker),
            selectinload(Question.tags),
            defer(Question.text, raiseload=True),
            raiseload("*"),
        )
        .order_by(Question.created_at.desc(), Question.id.desc())
        .limit(FEED_SIZE)
    )
    if tag:
        tagged = select(question_tags.c.question_id).join(Tag, Tag.id == question_tags.c.tag_id).where(Tag.name == tag)
        query = query.where(Question.id.in_(tagged))
    return session.scalars(query).unique().all()


def find_public_question(session: Session, question_id: int) -> Question:
    """Raise NotFound for one that not everybody may see, whoever asks."""
    question = session.scalar(
        select(Question).where(Question.id == question_id, is_public(Question)).options(joinedload(Question.asker))
    )
    if question is None:
        raise NotFound("question")
    return question


def newest_answers(session: Session, question: Question) -> Sequence[Answer]:
    """The answers given last to a public question."""
    return session.scalars(
        select(Answer)
        .where(Answer.question_id == question.id, is_public(Answer))
        .options(joinedload(Answer.author), defer(Answer.text, raiseload=True), raiseload("*"))
        .order_by(Answer.created_at.desc(), Answer.id.desc())
        .limit(FEED_SIZE)
    ).all()


def last_removal(session: Session, since: datetime, question: Question | None = None) -> datetime | None:
    """When a question asked since then, or an answer to this question, was last taken from sight.

    What is gone from a feed leaves no entry that says so; the feed has changed all the same.
    """
    kind: type[Question] | type[Answer] = Question if question is None else Answer
    query = select(func.max(kind.hidden_at), func.max(kind.deleted_at)).where(~is_public(kind))
    if question is None:
        query = query.where(Question.created_at >= since)
    else:
        query = query.where(Answer.question_id == question.id)
    return max((moment for moment in session.execute(query).one() if moment is not None), default=None)


def is_given_up(question: Question | QuestionRow, now: datetime) -> bool:
    """Whether this has waited so long without an answer that nobody should be sent here; `worth_finding` of a row."""
    return question.answer_count == 0 and question.created_at <= now - GIVEN_UP_AFTER


def worth_finding(now: datetime) -> ColumnElement[bool]:
    """Public questions that somebody has answered, or still may."""
    return and_(is_public(Question), or_(Question.answer_count > 0, Question.created_at > now - GIVEN_UP_AFTER))


@dataclass(frozen=True)
class MapPart:
    """One part of the map of the site, and when something in it last changed."""

    number: int
    changed_at: datetime | None


@dataclass(frozen=True)
class Place:
    """What an address is made of, and when it last changed."""

    id: int
    title: str
    changed_at: datetime


def question_parts(session: Session, now: datetime) -> Sequence[MapPart]:
    """The parts that hold a question; counted by the database, no question is loaded."""
    part = ((Question.id - 1) // MAP_SIZE).label("part")
    rows = session.execute(
        select(part, func.max(Question.active_at)).where(worth_finding(now)).group_by("part").order_by("part")
    )
    return [MapPart(row[0] + 1, row[1]) for row in rows]


def questions_in_part(session: Session, number: int, now: datetime) -> Sequence[Place]:
    """The questions of one part of the map; none for a part there is not."""
    first = (number - 1) * MAP_SIZE
    rows = session.execute(
        select(Question.id, Question.title, Question.active_at)
        .where(Question.id > first, Question.id <= first + MAP_SIZE, worth_finding(now))
        .order_by(Question.id)
    )
    return [Place(*row) for row in rows]


def tag_parts(session: Session) -> Sequence[MapPart]:
    """The parts that hold a tag in use."""
    part = ((Tag.id - 1) // MAP_SIZE).label("part")
    rows = session.scalars(select(part).where(Tag.question_count > 0).group_by("part").order_by("part"))
    return [MapPart(row + 1, None) for row in rows]


def tags_in_part(session: Session, number: int) -> Sequence[str]:
    """The names of one part's tags."""
    first = (number - 1) * MAP_SIZE
    return session.scalars(
        select(Tag.name).where(Tag.id > first, Tag.id <= first + MAP_SIZE, Tag.question_count > 0).order_by(Tag.id)
    ).all()
