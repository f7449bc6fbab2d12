"""Reading questions and what is written under them; rows that a reader may not see are never loaded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, aliased, contains_eager, defer, joinedload, raiseload, selectinload

from forum.accounts.models import Reader, User
from forum.base.errors import NotFound
from forum.base.paging import PAGE_SIZE, Order, Page, fetch_page
from forum.base.statements import Statement, connection_of, object_of
from forum.questions.mine import is_followed_by
from forum.questions.models import (
    ANSWERED,
    CLOSED,
    MOST_TAGS,
    SOLVED,
    WAITING,
    Answer,
    Comment,
    OldAddress,
    Product,
    Question,
    Revision,
    Tag,
    question_tags,
)
from forum.questions.rows import LISTED, QUESTIONS, TAGS, ListedRow, Sight, listed_row

STATES = (WAITING, ANSWERED, SOLVED, CLOSED)

#: The ways to look at the list: who waits longest, what was asked last, where something happens, what was solved.
TAB_WAITING, TAB_NEW, TAB_ACTIVE, TAB_SOLVED = "waiting", "new", "active", "solved"
#: What the reader asked, and what they follow; for people who are signed in.
TAB_MINE, TAB_FOLLOWED = "mine", "followed"
#: Tags are short: more of them fit a page.
TAGS_SIZE = 60

#: Nobody looks for a name among more.
MOST_SPEAKERS = 100

TABS = (TAB_WAITING, TAB_NEW, TAB_ACTIVE, TAB_SOLVED)


def is_public(kind: Any) -> ColumnElement[bool]:
    """Neither hidden nor deleted; `kind` is a model or the columns of its table."""
    return and_(kind.hidden_at.is_(None), kind.deleted_at.is_(None))


def may_be_read(reader: Reader | Sight, kind: Any) -> ColumnElement[bool]:
    """What everybody may read, what the reader wrote, and for moderators everything; `rules.may_see` of rows."""
    if reader.is_moderator:
        return true()
    if not reader.is_signed_in:
        return is_public(kind)
    author_id = kind.asker_id if hasattr(kind, "asker_id") else kind.author_id
    return or_(is_public(kind), author_id == reader.id)


def visible_questions(reader: Reader) -> Select[Question]:
    return select(Question).where(may_be_read(reader, Question))


def visible_answers(reader: Reader) -> Select[Answer]:
    """Answers under a question that the reader may not see are not seen either."""
    return (
        select(Answer)
        .join(Answer.question)
        .where(may_be_read(reader, Answer))
        .where(may_be_read(reader, Question))
        .options(contains_eager(Answer.question))
    )


def visible_comments(reader: Reader) -> Select[Comment]:
    """Comments under a question or answer that the reader may not see are not seen either."""
    return (
        select(Comment)
        .join(Comment.question)
        .outerjoin(Comment.answer)
        .where(may_be_read(reader, Comment))
        .where(may_be_read(reader, Question))
        .where(or_(Comment.answer_id.is_(None), may_be_read(reader, Answer)))
        .options(contains_eager(Comment.question), contains_eager(Comment.answer))
    )


def find_question(session: Session, reader: Reader, question_id: int, *, is_alone: bool = False) -> Question:
    """Raise NotFound also when it exists but not for this reader; `is_alone` leaves asker, product and tags for later."""
    query = visible_questions(reader).where(Question.id == question_id)
    if not is_alone:
        query = query.options(joinedload(Question.asker), joinedload(Question.product), selectinload(Question.tags))
    question = session.scalar(query)
    if question is None:
        raise NotFound("question")
    return question


def find_answer(session: Session, reader: Reader, answer_id: int) -> Answer:
    """Raise NotFound also when it, or its question, exists but not for this reader."""
    answer = session.scalar(visible_answers(reader).where(Answer.id == answer_id).options(joinedload(Answer.author)))
    if answer is None:
        raise NotFound("answer")
    return answer


def list_answers(session: Session, reader: Reader, question: Question) -> Sequence[Answer]:
    """What a question was answered, in the order of its page."""
    return session.scalars(
        visible_answers(reader)
        .where(Answer.question_id == question.id)
        .options(joinedload(Answer.author))
        .order_by(Answer.accepted_at.is_(None), Answer.score.desc(), Answer.created_at, Answer.id)
    ).all()


def find_comment(session: Session, reader: Reader, comment_id: int) -> Comment:
    """Raise NotFound also when it, or what it stands under, exists but not for this reader."""
    comment = session.scalar(
        visible_comments(reader).where(Comment.id == comment_id).options(joinedload(Comment.author))
    )
    if comment is None:
        raise NotFound("comment")
    return comment


def list_speakers(session: Session, reader: Reader, question_id: int) -> list[int]:
    """Who says something under a question that the reader can read, the asker first; raises NotFound."""
    question = find_question(session, reader, question_id)
    answers = visible_answers(reader).where(Answer.question_id == question_id).limit(MOST_SPEAKERS)
    comments = visible_comments(reader).where(Comment.question_id == question_id).limit(MOST_SPEAKERS)
    ids = [question.asker_id, *(row.author_id for row in session.scalars(answers))]
    return list(dict.fromkeys([*ids, *(row.author_id for row in session.scalars(comments))]))


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed to; each may be left out."""

    tag: str = ""
    #: The slug of a product.
    product: str = ""
    state: str = ""
    unanswered: bool = False
    #: For moderators: only what was hidden or deleted.
    removed: bool = False


def list_questions(
    session: Session,
    reader: Reader,
    tab: str = TAB_NEW,
    filters: Filters | None = None,
    cursor: str | None = None,
    size: int = PAGE_SIZE,
) -> Page[ListedRow]:
    """Questions that everybody may see, whoever looks; moderators can ask for the removed ones instead."""
    wanted = filters or Filters()
    query = LISTED
    if wanted.removed and reader.is_moderator:
        query = query.where(~is_public(QUESTIONS.c))
    elif tab == TAB_MINE and reader.is_signed_in:
        # What was hidden or deleted is marked, and never missing without a word.
        query = query.where(QUESTIONS.c.asker_id == reader.id)
    else:
        query = query.where(is_public(QUESTIONS.c))
    if wanted.tag:
        query = query.where(_has_tag(wanted.tag))
    if wanted.product:
        query = query.where(
            QUESTIONS.c.product_id == select(Product.id).where(Product.slug == wanted.product).scalar_subquery()
        )
    if wanted.state in STATES:
        query = query.where(QUESTIONS.c.state == wanted.state)
    if wanted.unanswered:
        query = query.where(QUESTIONS.c.answer_count == 0)
    if tab == TAB_FOLLOWED:
        query = query.where(is_followed_by(reader))
    if tab == TAB_WAITING:
        return _by_age(session, query.where(QUESTIONS.c.state == WAITING), cursor, size, oldest_first=True)
    if tab == TAB_SOLVED:
        return _by_age(session, query.where(QUESTIONS.c.state == SOLVED), cursor, size)
    if tab in (TAB_ACTIVE, TAB_MINE, TAB_FOLLOWED):
        order = Order(QUESTIONS.c.active_at, QUESTIONS.c.id)
        return fetch_page(session, query, order, lambda row: (row.active_at, row.id), cursor, size, listed_row)
    return _by_age(session, query, cursor, size)


def _has_tag(name: str) -> ColumnElement[bool]:
    return exists(
        select(question_tags.c.question_id)
        .join(TAGS, func.coalesce(TAGS.c.meant_id, TAGS.c.id) == question_tags.c.tag_id)
        .where(question_tags.c.question_id == QUESTIONS.c.id)
        .where(TAGS.c.name == name)
    )


def _by_age(
    session: Session, query: Select[Any], cursor: str | None, size: int, *, oldest_first: bool = False
) -> Page[ListedRow]:
    order = Order(QUESTIONS.c.created_at, QUESTIONS.c.id, descending=not oldest_first)
    return fetch_page(session, query, order, lambda row: (row.created_at, row.id), cursor, size, listed_row)


def find_tag(session: Session, name: str) -> Tag:
    """The tag that is meant by a name; raises NotFound for one that no question bears or bore."""
    tag = session.scalar(select(Tag).where(Tag.name == name).options(joinedload(Tag.meant)))
    if tag is None:
        raise NotFound("tag")
    return tag.meant or tag


def find_own_tag(session: Session, name: str) -> Tag:
    """The tag or synonym of exactly this name, for whoever keeps them; raises NotFound."""
    tag = session.scalar(select(Tag).where(Tag.name == name).options(joinedload(Tag.meant), selectinload(Tag.synonyms)))
    if tag is None:
        raise NotFound("tag")
    return tag


def list_all_tags(session: Session, words: str = "", cursor: str | None = None, size: int = PAGE_SIZE) -> Page[Tag]:
    """Every tag, also one that nobody uses, whose name or synonym holds these letters; the most used first."""
    query = select(Tag).where(Tag.meant_id.is_(None)).options(selectinload(Tag.synonyms))
    if words:
        other = aliased(Tag)
        holds = other.name.contains(words, autoescape=True)
        query = query.where(
            or_(
                Tag.name.contains(words, autoescape=True),
                exists(select(other.id).where(other.meant_id == Tag.id, holds)),
            )
        )
    order = Order(Tag.question_count, Tag.id)
    return fetch_page(session, query, order, lambda row: (row.question_count, row.id), cursor, size)


def list_tags(session: Session, cursor: str | None = None, size: int = TAGS_SIZE, search: str = "") -> Page[Tag]:
    """The tags in use, the most used first; with a search those whose name holds the words."""
    order = Order(Tag.question_count, Tag.id)
    query = select(Tag).where(Tag.question_count > 0)
    for word in search.casefold().split()[:MOST_TAGS]:
        query = query.where(Tag.name.contains(word, autoescape=True))
    return fetch_page(session, query, order, lambda row: (row.question_count, row.id), cursor, size)


def list_products(session: Session) -> list[Product]:
    """All products in their order, those no longer offered with them: they are few."""
    return [object_of(session, Product, raw) for raw in _products().ask(connection_of(session), {})]


@lru_cache
def _products() -> Statement:
    products = Product.__table__
    return Statement(select(products).order_by(products.c.position, products.c.id))


def find_product(session: Session, slug: str) -> Product:
    """Raise NotFound for a name that no product has; one that is no longer offered is still found."""
    product = session.scalar(select(Product).where(Product.slug == slug))
    if product is None:
        raise NotFound("product")
    return product


def count_by_product(session: Session) -> dict[int, int]:
    """How many questions everybody may see each product has, by its id."""
    counted = select(Question.product_id, func.count()).where(Question.product_id.is_not(None), is_public(Question))
    return {int(key): number for key, number in session.execute(counted.group_by(Question.product_id)) if key}


def list_questions_of(
    session: Session, person: User, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[ListedRow]:
    """What a person asked and everybody may see, the newest first."""
    query = LISTED.where(QUESTIONS.c.asker_id == person.id).where(is_public(QUESTIONS.c))
    return _by_age(session, query, cursor, size)


def list_answers_of(
    session: Session, person: User, cursor: str | None = None, size: int = PAGE_SIZE, *, accepted: bool = False
) -> Page[Answer]:
    """What a person answered and everybody may see, the newest first, each with its question; all, or what solved."""
    query = (
        select(Answer)
        .join(Answer.question)
        .where(Answer.author_id == person.id, is_public(Answer), is_public(Question))
        .options(
            contains_eager(Answer.question).defer(Question.text),
            contains_eager(Answer.question).defer(Question.html),
            defer(Answer.text),
            defer(Answer.html),
            raiseload("*"),
        )
    )
    if accepted:
        query = query.where(Answer.accepted_at.is_not(None))
    order = Order(Answer.created_at, Answer.id)
    return fetch_page(session, query, order, lambda row: (row.created_at, row.id), cursor, size)


@dataclass(frozen=True)
class Record:
    """What a person did here, in numbers, counting only what everybody may see."""

    questions: int
    answers: int
    accepted: int
    #: Votes that called an answer helpful.
    helpful: int


def count_record(session: Session, person: User) -> Record:
    """One statement for all the numbers of a profile."""
    asked = select(func.count()).where(Question.asker_id == person.id, is_public(Question)).scalar_subquery()
    answers, accepted = (
        select(func.count(counted))
        .select_from(Answer)
        .join(Answer.question)
        .where(Answer.author_id == person.id, is_public(Answer), is_public(Question))
        .scalar_subquery()
        for counted in (Answer.id, Answer.accepted_at)
    )
    helpful = (
        select(func.coalesce(func.sum(Answer.up_count + Answer.imported_up), 0))
        .join(Answer.question)
        .where(Answer.author_id == person.id, is_public(Answer), is_public(Question))
        .scalar_subquery()
    )
    return Record(*session.execute(select(asked, answers, accepted, helpful)).one())


def list_revisions(
    session: Session, post: Question | Answer, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[Revision]:
    """The saved states of a question or an answer, the newest first, without their texts."""
    query = (
        select(Revision)
        .where(_revises(post))
        .options(joinedload(Revision.author), defer(Revision.text, raiseload=True), raiseload("*"))
    )
    order = Order(Revision.number, Revision.id)
    return fetch_page(session, query, order, lambda row: (row.number, row.id), cursor, size)


def find_revision(session: Session, post: Question | Answer, number: int) -> tuple[Revision, Revision | None]:
    """One saved state and the one before it; raises NotFound for a number there is not."""
    rows = session.scalars(
        select(Revision)
        .where(_revises(post), Revision.number <= number)
        .options(joinedload(Revision.author))
        .order_by(Revision.number.desc())
        .limit(2)
    ).all()
    if not rows or rows[0].number != number:
        raise NotFound("revision")
    return rows[0], rows[1] if len(rows) > 1 else None


def _revises(post: Question | Answer) -> ColumnElement[bool]:
    return Revision.question_id == post.id if isinstance(post, Question) else Revision.answer_id == post.id


def find_old_address(session: Session, reader: Reader, path: str) -> Question | Answer:
    """What was known under a path before; raises NotFound also when the reader may not see it."""
    # No database is asked for what none can hold: PostgreSQL takes no NUL.
    address = session.get(OldAddress, path) if path.isprintable() else None
    if address is None:
        raise NotFound("address")
    if address.answer_id is not None:
        return find_answer(session, reader, address.answer_id)
    return find_question(session, reader, address.question_id)
