"""What people look for and do not find: as editors read it, and what they do about it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import Reader, User
from forum.base.causes import Cause
from forum.base.errors import Invalid, NotFound
from forum.base.verdicts import require
from forum.base.words import say
from forum.knowledge.models import Article
from forum.questions.models import Question
from forum.search import rules
from forum.search.documents import ARTICLE, QUESTION
from forum.search.gathering import KEEP
from forum.search.models import ANSWERED, DISMISSED, OPEN, Gap, GapDay, GapWording

PAGE = 20

#: Turned so far; what comes after is asked for too seldom to be worked on.
DEEPEST = 10

#: So many must have left without opening anything before that is a gap: one may have read what the list said.
FEWEST_LEFT = 2

#: A word that stands in no public text may be somebody's name: it is spelled out when it came so often.
SPELLED_FROM = 2

#: What a search without any hit, one that was worded anew and one that was left weigh in the order of the list.
WEIGHTS = (3, 2, 1)

KINDS = ("empty", "again", "left")


@dataclass(frozen=True)
class Wish:
    """What the list is narrowed to."""

    state: str = OPEN
    #: One of `KINDS`, or empty for all.
    kind: str = ""
    language: str = ""
    days: int = KEEP.days


@dataclass(frozen=True)
class Counts:
    """What became of searches."""

    empty: int = 0
    again: int = 0
    left: int = 0
    #: How often it was looked for at all.
    every: int = 0


@dataclass(frozen=True)
class GapRow:
    """One gap on the list, by its commonest wording."""

    gap: Gap
    words: str
    wordings: int
    counts: Counts
    last_at: datetime


@dataclass(frozen=True)
class WordingRow:
    """One wording of a gap; `words` is empty for one that is not spelled out."""

    words: str
    counts: Counts
    last_at: datetime


# -- reading


def list_gaps(
    session: Session, reader: Reader, wish: Wish, now: datetime, offset: int = 0
) -> tuple[list[GapRow], bool]:
    """Those that cost people most first, and whether there are more; those that may not be spelled out are left out."""
    require(rules.may_see_gaps(reader))
    sums = _sums(now, wish.days).subquery()
    empty, again, left = (func.sum(sums.c[name]) for name in KINDS)
    worth = empty * WEIGHTS[0] + again * WEIGHTS[1] + left * WEIGHTS[2]
    query = (
        select(Gap, empty, again, left, func.sum(sums.c.every), func.max(GapWording.last_at))
        .join(GapWording, GapWording.gap_id == Gap.id)
        .join(sums, sums.c.wording_id == GapWording.id)
        .where(Gap.state == wish.state, Gap.id.in_(select(GapWording.gap_id).where(_is_spelled())))
        .group_by(Gap.id)
        .having(_is_gap(wish.kind, empty, again, left))
        .order_by(worth.desc(), func.max(GapWording.last_at).desc(), Gap.id.desc())
        .offset(offset)
        .limit(PAGE + 1)
    )
    if wish.language:
        query = query.where(Gap.language == wish.language)
    found = session.execute(query).all()
    wordings = _spelled(session, [row[0].id for row in found])
    rows = [
        GapRow(gap, wordings[gap.id][0], len(wordings[gap.id]), _counts(empty, again, left, every), last)
        for gap, empty, again, left, every, last in found[:PAGE]
    ]
    return rows, len(found) > PAGE


def count_unspelled(session: Session, reader: Reader, wish: Wish, now: datetime) -> int:
    """Gaps of which no wording is spelled out yet."""
    require(rules.may_see_gaps(reader))
    sums = _sums(now, wish.days).subquery()
    empty, again, left = (func.sum(sums.c[name]) for name in KINDS)
    unspelled = (
        select(Gap.id)
        .join(GapWording, GapWording.gap_id == Gap.id)
        .join(sums, sums.c.wording_id == GapWording.id)
        .where(Gap.state == wish.state, Gap.id.not_in(select(GapWording.gap_id).where(_is_spelled())))
        .group_by(Gap.id)
        .having(_is_gap(wish.kind, empty, again, left))
    )
    if wish.language:
        unspelled = unspelled.where(Gap.language == wish.language)
    return session.scalar(select(func.count()).select_from(unspelled.subquery())) or 0


def find_gap(session: Session, reader: Reader, gap_id: int) -> Gap:
    """Raise NotFound also for one of which no wording may be spelled out."""
    require(rules.may_see_gaps(reader))
    gap = session.get(Gap, gap_id)
    if gap is None or not _spelled(session, [gap_id])[gap_id]:
        raise NotFound("gap")
    return gap


def list_wordings(session: Session, reader: Reader, gap: Gap, now: datetime) -> list[WordingRow]:
    """Every wording with what became of it, the commonest first; those not spelled out without their words."""
    require(rules.may_see_gaps(reader))
    sums = _sums(now, KEEP.days).subquery()
    rows = session.execute(
        select(GapWording, sums)
        .join(sums, sums.c.wording_id == GapWording.id)
        .where(GapWording.gap_id == gap.id)
        .order_by(GapWording.count.desc(), GapWording.id)
    )
    return [
        WordingRow(
            row.GapWording.words if is_spelled(row.GapWording) else "",
            Counts(row.empty, row.again, row.left, row.every),
            row.GapWording.last_at,
        )
        for row in rows
    ]


def is_spelled(wording: GapWording) -> bool:
    """Whether its words may be shown: they stand in public texts, or came more than once."""
    return not wording.is_rare or wording.count >= SPELLED_FROM


def answer_of(session: Session, gap: Gap) -> Question | Article | None:
    """What answers it, as long as everybody may read that."""
    if gap.answer_kind == QUESTION and gap.answer_id is not None:
        question = session.get(Question, gap.answer_id)
        return question if question is not None and question.is_public else None
    if gap.answer_kind == ARTICLE and gap.answer_id is not None:
        article = session.get(Article, gap.answer_id)
        return article if article is not None and article.is_live else None
    return None


def _is_spelled() -> ColumnElement[bool]:
    return or_(GapWording.is_rare.is_(False), GapWording.count >= SPELLED_FROM)


def _sums(now: datetime, days: int) -> Select[tuple[int, int, int, int, int]]:
    """What became of the searches with each wording in the last days.

    Who opened two hits counts twice, so that those who left are rather told too few than too many.
    """
    empty, shown, opened, again = (
        func.sum(column) for column in (GapDay.empty, GapDay.shown, GapDay.opened, GapDay.again)
    )
    left = shown - opened - again
    return (
        select(
            GapDay.wording_id.label("wording_id"),
            empty.label("empty"),
            again.label("again"),
            case((left > 0, left), else_=0).label("left"),
            (empty + shown).label("every"),
        )
        .where(GapDay.day > now - timedelta(days=days))
        .group_by(GapDay.wording_id)
    )


def _is_gap(
    kind: str, empty: ColumnElement[int], again: ColumnElement[int], left: ColumnElement[int]
) -> ColumnElement[bool]:
    conditions: dict[str, ColumnElement[bool]] = {
        "empty": empty > 0,
        "again": again > 0,
        "left": left >= FEWEST_LEFT,
    }
    return conditions[kind] if kind in conditions else or_(*conditions.values())


def _counts(empty: int, again: int, left: int, every: int) -> Counts:
    return Counts(int(empty), int(again), int(left), int(every))


def _spelled(session: Session, gap_ids: Sequence[int]) -> dict[int, list[str]]:
    """The wordings of each gap that may be shown, the commonest first."""
    found: dict[int, list[str]] = {gap_id: [] for gap_id in gap_ids}
    rows = session.execute(
        select(GapWording.gap_id, GapWording.words)
        .where(and_(GapWording.gap_id.in_(list(gap_ids)), _is_spelled()))
        .order_by(GapWording.count.desc(), GapWording.id)
    )
    for gap_id, words in rows:
        found[gap_id].append(words)
    return found


# -- doing something about it


def answer_gap(session: Session, actor: User, gap: Gap, kind: str, row_id: int, now: datetime) -> None:
    """Say which question or article answers it; everybody must be able to read that."""
    require(rules.may_answer_gap(actor, gap))
    before = _state(gap)
    gap.answer_kind, gap.answer_id = kind, row_id
    if answer_of(session, gap) is None:
        raise Invalid({"answer": say("Readers cannot open this, so it answers nobody yet.")})
    gap.state, gap.settled_at = ANSWERED, now
    _log(session, actor, "answer_gap", gap, before, now)


def dismiss_gap(session: Session, actor: User, gap: Gap, now: datetime) -> None:
    """Set it aside: nothing is to be done about it. It is still counted."""
    require(rules.may_dismiss_gap(actor, gap))
    before = _state(gap)
    gap.state, gap.settled_at = DISMISSED, now
    gap.answer_kind = gap.answer_id = None
    _log(session, actor, "dismiss_gap", gap, before, now)


def reopen_gap(session: Session, actor: User, gap: Gap, now: datetime) -> None:
    """Put it back among those that wait for somebody."""
    require(rules.may_reopen_gap(actor, gap))
    before = _state(gap)
    gap.state, gap.settled_at = OPEN, None
    gap.answer_kind = gap.answer_id = None
    _log(session, actor, "reopen_gap", gap, before, now)


def _state(gap: Gap) -> dict[str, object]:
    """Where it stands, for the log; never its words."""
    state: dict[str, object] = {"state": gap.state}
    if gap.answer_kind is not None:
        state[f"{gap.answer_kind}_id"] = gap.answer_id
    return state


def _log(session: Session, actor: User, verb: str, gap: Gap, before: dict[str, object], now: datetime) -> None:
    session.flush()
    log_staff_act(session, actor, verb, Cause("gap", gap.id), now, before=before, after=_state(gap))
