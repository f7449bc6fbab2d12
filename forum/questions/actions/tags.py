"""Keep the tags in order: rename, merge, give other words for them, and take away what nobody uses."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import StaffAct, User
from forum.base.causes import Cause
from forum.base.errors import Invalid, Refused
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.base.words import say
from forum.questions import rules
from forum.questions.checks import check_tags
from forum.questions.events import TagChanged
from forum.questions.models import Question, Tag, question_tags
from forum.questions.queries import is_public

T = TypeVar("T")

MOST_SYNONYMS = 30

#: A merge can be taken back for so long; after it nobody remembers which question bore which name.
UNDO = timedelta(days=30)

#: Questions named in one statement.
CHUNK = 500

MERGE = "merge_tags"

#: Under these the log keeps the questions that a merge touched.
MOVED, BOTH = "moved_question_id", "both_question_id"


def rename_tag(session: Session, actor: User, tag: Tag, name: str, now: datetime) -> bool:
    """Call a tag differently, and tell whether that was a change; the old name becomes a synonym."""
    require(rules.may_keep_tags(actor))
    _refuse_synonym(tag)
    name, old = check_name(name), tag.name
    if name == old:
        return False
    known = session.scalar(select(Tag).where(Tag.name == name))
    if known is not None and known.meant_id != tag.id:
        raise Invalid({"name": say("This name is taken. To make one tag of two, merge them.")})
    if known is not None:
        known.name = f"~{known.id}"
        session.flush()
    tag.name = name
    session.flush()
    if known is not None:
        known.name = old
    else:
        session.add(Tag(name=old, descriptions={}, question_count=0, meant=tag))
    session.flush()
    log_staff_act(session, actor, "rename_tag", Cause.of(tag), now, before={"name": old}, after={"name": name})
    publish(session, TagChanged(tag.id, 0))
    return True


def add_synonym(session: Session, actor: User, tag: Tag, name: str, now: datetime) -> bool:
    """Let another word mean this tag, and tell whether that was a change."""
    require(rules.may_keep_tags(actor))
    _refuse_synonym(tag)
    name = check_name(name)
    known = session.scalar(select(Tag).where(Tag.name == name))
    if known is not None and known.meant_id == tag.id:
        return False
    if known is not None:
        raise Invalid({"name": say("This name is taken. To make one tag of two, merge them.")})
    if len(tag.synonyms) >= MOST_SYNONYMS:
        raise Invalid({"name": say("A tag has at most %(most)d synonyms.", most=MOST_SYNONYMS)})
    session.add(Tag(name=name, descriptions={}, question_count=0, meant=tag))
    session.flush()
    log_staff_act(session, actor, "add_synonym", Cause.of(tag), now, after={"name": name})
    publish(session, TagChanged(tag.id, 0))
    return True


def merge_tags(session: Session, actor: User, source: Tag, target: Tag, now: datetime) -> int:
    """Make one tag of two: all questions of `source` bear `target`, of which it becomes a synonym; say how many."""
    require(rules.may_keep_tags(actor))
    _refuse_synonym(source)
    _refuse_synonym(target)
    if source.id == target.id:
        raise Invalid({"into": say("Choose another tag: this is the same one.")})
    bearing = _questions_of(session, source)
    bear_both = set(bearing) & set(_questions_of(session, target))
    moved = [each for each in bearing if each not in bear_both]
    _move(session, moved, source, target)
    _take_away(session, source)
    session.execute(update(Tag).where(Tag.meant_id == source.id).values(meant_id=target.id))
    source.meant_id = target.id
    _count(session, source, target)
    log_staff_act(
        session,
        actor,
        MERGE,
        Cause.of(source),
        now,
        before={"name": source.name},
        after={"name": target.name, "count": len(bearing), MOVED: moved, BOTH: sorted(bear_both)},
    )
    publish(session, TagChanged(target.id, 0))
    return len(bearing)


def part_synonym(session: Session, actor: User, synonym: Tag, now: datetime) -> int:
    """Make a synonym a tag of its own again.

    If it was merged not long ago, the questions it brought along and that still bear the other tag bear it again;
    returns how many.
    """
    require(rules.may_keep_tags(actor))
    target = synonym.meant
    if target is None:
        return 0
    moved, both = _merged_questions(session, synonym, now)
    still = set(_questions_of(session, target))
    moved, both = [each for each in moved if each in still], [each for each in both if each in still]
    synonym.meant_id = None
    _move(session, moved, target, synonym)
    for chunk in _chunks(both):
        session.execute(insert(question_tags), [{"question_id": each, "tag_id": synonym.id} for each in chunk])
    _count(session, synonym, target)
    log_staff_act(
        session,
        actor,
        "part_synonym",
        Cause.of(synonym),
        now,
        before={"name": target.name},
        after={"name": synonym.name, "count": len(moved) + len(both)},
    )
    publish(session, TagChanged(target.id, 0))
    publish(session, TagChanged(synonym.id, 0))
    return len(moved) + len(both)


def delete_tag(session: Session, actor: User, tag: Tag, now: datetime) -> None:
    """Take away a tag that no question bears, hidden ones included, and that nobody follows."""
    require(rules.may_keep_tags(actor))
    if _questions_of(session, tag):
        raise Refused(say("Questions bear this tag, some of them perhaps hidden. Merge it into another one instead."))
    if session.scalar(select(func.count()).where(Tag.meant_id == tag.id)):
        raise Refused(say("Other words mean this tag. Part them from it first."))
    log_staff_act(session, actor, "delete_tag", Cause.of(tag), now, before={"name": tag.name})
    try:
        with session.begin_nested():
            session.delete(tag)
    except IntegrityError as borne:
        raise Refused(say("Somebody follows this tag. Merge it into another one instead.")) from borne


def check_name(name: str) -> str:
    """One tag's name as it is kept; raises Invalid for what cannot be one."""
    try:
        names = check_tags([name])
    except Invalid as invalid:
        raise Invalid({"name": next(iter(invalid.errors.values()))}) from invalid
    if not names:
        raise Invalid({"name": say("Please fill this in.")})
    return names[0]


def _refuse_synonym(tag: Tag) -> None:
    if tag.meant_id is not None:
        raise Refused(say("This is only another word for a tag. Work on the tag itself."))


def _questions_of(session: Session, tag: Tag) -> list[int]:
    return list(session.scalars(select(question_tags.c.question_id).where(question_tags.c.tag_id == tag.id)))


def _move(session: Session, question_ids: Sequence[int], source: Tag, target: Tag) -> None:
    for chunk in _chunks(question_ids):
        session.execute(
            update(question_tags)
            .where(question_tags.c.tag_id == source.id, question_tags.c.question_id.in_(chunk))
            .values(tag_id=target.id)
        )


def _take_away(session: Session, tag: Tag) -> None:
    session.execute(delete(question_tags).where(question_tags.c.tag_id == tag.id))


def _count(session: Session, *tags: Tag) -> None:
    """Count anew the questions that everybody may see; what was loaded of questions and tags is forgotten."""
    session.flush()
    for tag in tags:
        tag.question_count = (
            session.scalar(
                select(func.count())
                .select_from(question_tags)
                .join(Question, Question.id == question_tags.c.question_id)
                .where(question_tags.c.tag_id == tag.id, is_public(Question))
            )
            or 0
        )
    session.flush()
    session.expire_all()


def _merged_questions(session: Session, tag: Tag, now: datetime) -> tuple[list[int], list[int]]:
    """The questions that the last merge of this tag moved, and those that bore both names."""
    act = session.scalar(
        select(StaffAct)
        .where(StaffAct.target_kind == Cause.of(tag).kind, StaffAct.target_id == tag.id)
        .where(StaffAct.verb == MERGE, StaffAct.at > now - UNDO)
        .order_by(StaffAct.id.desc())
        .limit(1)
    )
    return (list(act.after.get(MOVED, ())), list(act.after.get(BOTH, ()))) if act is not None else ([], [])


def _chunks(values: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(values), CHUNK):
        yield values[start : start + CHUNK]
