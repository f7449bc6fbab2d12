"""Reading what was flagged: for moderators, except what they wrote themselves; for everybody, their own flags."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from forum.accounts.models import Reader, User
from forum.base.causes import Cause
from forum.base.errors import NotFound
from forum.base.paging import PAGE_SIZE, Order, Page, fetch_page
from forum.base.verdicts import require
from forum.moderation import rules
from forum.moderation.models import MENDING, OPEN, Decision, Flag, ReviewItem
from forum.questions.models import Answer, Comment, Post, Question

KINDS: dict[str, Any] = {
    "question": Question,
    "answer": Answer,
    "comment": Comment,
}

#: A number in the navigation says "much" from here on, and costs no more than this many index entries.
MOST_COUNTED = 100


def visible_items(reader: Reader) -> Select[ReviewItem]:
    """What a moderator may look at: not what they wrote, so that nobody learns who flagged them."""
    require(rules.may_review(reader))
    return select(ReviewItem).where(ReviewItem.author_id != reader.id)


def count_open(session: Session, reader: Reader) -> int:
    """How many items wait, up to `MOST_COUNTED`; one indexed statement."""
    waiting = visible_items(reader).with_only_columns(ReviewItem.id).where(ReviewItem.state == OPEN)
    return session.scalar(select(func.count()).select_from(waiting.limit(MOST_COUNTED).subquery())) or 0


def list_items(
    session: Session, reader: Reader, state: str = OPEN, cursor: str | None = None, size: int = PAGE_SIZE
) -> Page[ReviewItem]:
    """What waits for moderators (or for its authors), the most harmful and then the oldest first."""
    query = (
        visible_items(reader)
        .where(ReviewItem.state == (MENDING if state == MENDING else OPEN))
        .options(joinedload(ReviewItem.author), joinedload(ReviewItem.claimed_by), joinedload(ReviewItem.question))
    )
    order = Order(ReviewItem.rank_at, ReviewItem.id, descending=False)
    return fetch_page(session, query, order, lambda item: (item.rank_at, item.id), cursor, size)


def find_item(session: Session, reader: Reader, item_id: int, *, lock: bool = False) -> ReviewItem:
    """Raise NotFound also for an item about what the reader wrote; `lock` makes two who decide meet."""
    query = visible_items(reader).where(ReviewItem.id == item_id)
    item = session.scalar(query.with_for_update() if lock else query)
    if item is None:
        raise NotFound("item")
    return item


def find_items(session: Session, reader: Reader, ids: Iterable[int]) -> dict[int, ReviewItem]:
    """Several items by id, locked in one order; what is not there is left out."""
    query = visible_items(reader).where(ReviewItem.id.in_(list(ids))).order_by(ReviewItem.id).with_for_update()
    return {item.id: item for item in session.scalars(query)}


def next_item(session: Session, reader: Reader, now: datetime, after: ReviewItem | None = None) -> ReviewItem | None:
    """The first item that waits and that nobody else has claimed, in the order of the list."""
    query = (
        visible_items(reader)
        .where(ReviewItem.state == OPEN)
        .where(
            or_(
                ReviewItem.claimed_until.is_(None),
                ReviewItem.claimed_until <= now,
                ReviewItem.claimed_by_id == reader.id,
            )
        )
        .order_by(ReviewItem.rank_at, ReviewItem.id)
        .limit(1)
    )
    if after is not None:
        query = query.where(
            or_(
                ReviewItem.rank_at > after.rank_at,
                and_(ReviewItem.rank_at == after.rank_at, ReviewItem.id > after.id),
            )
        )
    return session.scalar(query)


def find_text(session: Session, item: ReviewItem) -> Post:
    """The text that an item is about; nothing that was written is ever taken out of the database."""
    found: Post = session.get_one(KINDS[item.target_kind], item.target_id)
    return found


def find_texts(session: Session, items: Sequence[ReviewItem]) -> dict[int, Post]:
    """The texts of many items, by item; a statement for each kind."""
    wanted: dict[str, list[ReviewItem]] = defaultdict(list)
    for item in items:
        wanted[item.target_kind].append(item)
    found: dict[int, Post] = {}
    for kind, theirs in wanted.items():
        table = KINDS[kind]
        ids = {item.target_id for item in theirs}
        rows: dict[int, Post] = {row.id: row for row in session.scalars(select(table).where(table.id.in_(ids)))}
        found |= {item.id: rows[item.target_id] for item in theirs}
    return found


def flags_of(session: Session, items: Iterable[ReviewItem]) -> dict[int, list[Flag]]:
    """The flags that were not taken back, by item, the oldest first; one statement."""
    found: dict[int, list[Flag]] = defaultdict(list)
    rows = session.scalars(
        select(Flag)
        .where(Flag.item_id.in_([item.id for item in items]), Flag.withdrawn_at.is_(None))
        .options(joinedload(Flag.flagger))
        .order_by(Flag.id)
    )
    for flag in rows:
        found[flag.item_id].append(flag)
    return found


def item_before_us(session: Session, post: Post) -> ReviewItem | None:
    """The item about a text that still waits, for a moderator or for its author."""
    target = Cause.of(post)
    return session.scalar(
        select(ReviewItem)
        .where(ReviewItem.target_kind == target.kind, ReviewItem.target_id == target.id)
        .where(ReviewItem.state.in_((OPEN, MENDING)))
    )


def find_earlier_flag(session: Session, actor: User, post: Post) -> Flag | None:
    """The last flag that somebody raised on a text."""
    target = Cause.of(post)
    return session.scalar(
        select(Flag)
        .join(Flag.item)
        .where(Flag.flagger_id == actor.id)
        .where(ReviewItem.target_kind == target.kind, ReviewItem.target_id == target.id)
        .options(contains_eager(Flag.item))
        .order_by(Flag.id.desc())
        .limit(1)
    )


def find_own_flag(session: Session, actor: User, flag_id: int) -> Flag:
    """Raise NotFound also for somebody else's."""
    flag = session.get(Flag, flag_id)
    if flag is None or flag.flagger_id != actor.id:
        raise NotFound("flag")
    return flag


def list_own_flags(session: Session, actor: User, cursor: str | None = None, size: int = PAGE_SIZE) -> Page[Flag]:
    """What somebody flagged, the newest first."""
    query = (
        select(Flag).where(Flag.flagger_id == actor.id).options(joinedload(Flag.item).joinedload(ReviewItem.question))
    )
    return fetch_page(session, query, Order(Flag.id, Flag.id), lambda flag: (flag.id, flag.id), cursor, size)


def last_decision(session: Session, item: ReviewItem) -> Decision | None:
    """The decision that stands, if there is one."""
    return last_decisions(session, [item]).get(item.id)


def last_decisions(session: Session, items: Iterable[ReviewItem]) -> dict[int, Decision]:
    """The decisions that stand, by item; one statement."""
    rows = session.scalars(
        select(Decision)
        .join(Decision.item)
        .where(Decision.item_id.in_([item.id for item in items]), Decision.undone_at.is_(None))
        .where(ReviewItem.state != OPEN, Decision.round == ReviewItem.round)
        .options(contains_eager(Decision.item), joinedload(Decision.moderator))
    )
    return {decision.item_id: decision for decision in rows}


def find_decision(session: Session, reader: Reader, decision_id: int) -> Decision:
    """Raise NotFound also for a decision about what the reader wrote."""
    require(rules.may_review(reader))
    decision = session.scalar(
        select(Decision)
        .join(Decision.item)
        .where(Decision.id == decision_id, ReviewItem.author_id != reader.id)
        .options(contains_eager(Decision.item))
    )
    if decision is None:
        raise NotFound("decision")
    return decision


def list_decisions(session: Session, reader: Reader, cursor: str | None = None) -> Page[Decision]:
    """What was decided, the newest first, undone or not."""
    require(rules.may_review(reader))
    query = (
        select(Decision)
        .join(Decision.item)
        .where(ReviewItem.author_id != reader.id)
        .options(
            contains_eager(Decision.item).joinedload(ReviewItem.author),
            contains_eager(Decision.item).joinedload(ReviewItem.question),
            joinedload(Decision.moderator),
            joinedload(Decision.undone_by),
        )
    )
    order = Order(Decision.at, Decision.id)
    return fetch_page(session, query, order, lambda decision: (decision.at, decision.id), cursor)


@dataclass(frozen=True)
class AuthorRecord:
    """What a moderator should know of somebody before deciding: how much they wrote, and what was decided before."""

    posts: int
    removed: int
    #: The last decisions about what they wrote, the newest first.
    decisions: Sequence[Decision]


def read_author(session: Session, author: User, most: int = 5) -> AuthorRecord:
    """What somebody wrote here and how that was judged, in two statements."""
    counts = []
    for table, author_id in (
        (Question, Question.asker_id),
        (Answer, Answer.author_id),
        (Comment, Comment.author_id),
    ):
        theirs = select(func.count()).select_from(table).where(author_id == author.id)
        is_removed = or_(table.hidden_at.is_not(None), table.deleted_at.is_not(None))
        counts += [theirs.scalar_subquery(), theirs.where(is_removed).scalar_subquery()]
    row = session.execute(select(*counts)).one()
    decisions = session.scalars(
        select(Decision)
        .join(Decision.item)
        .where(ReviewItem.author_id == author.id, Decision.undone_at.is_(None))
        .options(contains_eager(Decision.item).joinedload(ReviewItem.question), joinedload(Decision.moderator))
        .order_by(Decision.id.desc())
        .limit(most)
    ).all()
    return AuthorRecord(sum(row[0::2]), sum(row[1::2]), decisions)


def asked_to_mend(session: Session, reader: Reader, question_id: int) -> set[tuple[str, int]]:
    """What of the reader's own texts on a question's page waits for them to mend it: kind and id."""
    rows = session.execute(
        select(ReviewItem.target_kind, ReviewItem.target_id)
        .where(ReviewItem.author_id == reader.id, ReviewItem.question_id == question_id)
        .where(ReviewItem.state == MENDING)
    )
    return {(row.target_kind, row.target_id) for row in rows}


def list_own_to_mend(session: Session, author: User, most: int = 20) -> Sequence[ReviewItem]:
    """What somebody wrote and is asked to mend, the oldest first."""
    return session.scalars(
        select(ReviewItem)
        .where(ReviewItem.author_id == author.id, ReviewItem.state == MENDING)
        .options(joinedload(ReviewItem.question))
        .order_by(ReviewItem.id)
        .limit(most)
    ).all()


def decisions_of(session: Session, item: ReviewItem) -> Sequence[Decision]:
    """All that was ever decided about an item, the newest first."""
    return session.scalars(
        select(Decision)
        .where(Decision.item_id == item.id)
        .options(joinedload(Decision.moderator), joinedload(Decision.undone_by))
        .order_by(Decision.id.desc())
        .limit(PAGE_SIZE)
    ).all()
