"""Take away what somebody wrote who is erased: the words, their earlier states, and what hung on them."""

from datetime import datetime

from sqlalchemy import ScalarResult, or_, select, update
from sqlalchemy.orm import Session

from forum.accounts.models import StaffAct, User
from forum.base.causes import Cause
from forum.base.db import Model
from forum.base.outbox import publish
from forum.base.words import say, translate
from forum.media.actions import forget_uses
from forum.questions.actions.keeping import settle
from forum.questions.actions.removing import _after_change
from forum.questions.events import AnswerDeleted, CommentDeleted, QuestionDeleted, QuestionEdited
from forum.questions.models import Answer, Comment, MeToo, Post, Question, Revision, Vote

#: What stands where a title has to stand.
REMOVED = say("Removed at the wish of whoever wrote it")


def erase_texts(session: Session, user: User, now: datetime, *, only_deleted: bool, language: str) -> int:
    """Empty all texts of a person, or only those nobody sees any more; returns how many.

    A question that others have answered or commented stays, without its words, so that theirs keep their place.
    """
    kinds: tuple[tuple[type[Post], str], ...] = ((Comment, "author_id"), (Answer, "author_id"), (Question, "asker_id"))
    emptied = 0
    for kind, column in kinds:
        wanted = select(kind).where(getattr(kind, column) == user.id).order_by(kind.id)
        if only_deleted:
            wanted = wanted.where(kind.deleted_at.is_not(None))
        posts: ScalarResult[Post] = session.scalars(wanted)
        for post in posts:
            _empty(session, post, now, language)
            emptied += 1
    session.flush()
    return emptied


def forget_votes(session: Session, user: User) -> int:
    """Turn a person's votes into counts without a voter, as imported ones are; no score changes."""
    count = 0
    for kind, column in ((Question, Vote.question_id), (Answer, Vote.answer_id)):
        for value, given, kept in ((1, "up_count", "imported_up"), (-1, "down_count", "imported_down")):
            voted = select(column).where(Vote.voter_id == user.id, Vote.value == value, column.is_not(None))
            ids = list(session.scalars(voted))
            count += len(ids)
            if ids:
                changes = {given: getattr(kind, given) - 1, kept: getattr(kind, kept) + 1}
                session.execute(
                    update(kind).where(kind.id.in_(ids)).values(**changes).execution_options(synchronize_session=False)
                )
    session.execute(Model.metadata.tables["votes"].delete().where(Vote.voter_id == user.id))
    return count


def forget_me_toos(session: Session, user: User) -> None:
    """Count one person less where they had the same problem; their rows go with the others of theirs."""
    had = select(MeToo.question_id).where(MeToo.user_id == user.id)
    session.execute(
        update(Question)
        .where(Question.id.in_(had))
        .values(too_count=Question.too_count - 1)
        .execution_options(synchronize_session=False)
    )


def _empty(session: Session, post: Post, now: datetime, language: str) -> None:
    was_public = post.is_public
    removed = translate(REMOVED, post.language if isinstance(post, Question | Answer) and post.language else language)
    post.text = post.html = ""
    forget_uses(session, Cause.of(post))
    post.edited_at = now
    if isinstance(post, Question):
        post.title, post.excerpt = removed, ""
    if isinstance(post, Question | Answer):
        column = Revision.question_id if isinstance(post, Question) else Revision.answer_id
        title = removed if isinstance(post, Question) else None
        session.execute(update(Revision).where(column == post.id).values(text="", title=title, why=""))
    kind = type(post).__name__.lower()
    session.execute(
        update(StaffAct)
        .where(StaffAct.target_kind == kind, StaffAct.target_id == post.id)
        .values(before={}, after={}, why="")
    )
    if isinstance(post, Question) and _has_others(session, post):
        publish(session, QuestionEdited(post.id))
        return
    if not post.is_deleted:
        post.deleted_at = now
        _after_change(session, post, was_public, now)
    if isinstance(post, Question):
        publish(session, QuestionDeleted(post.id))
    elif isinstance(post, Answer):
        settle(session, post.question)
        publish(session, AnswerDeleted(post.id))
    else:
        publish(session, CommentDeleted(post.id))


def _has_others(session: Session, question: Question) -> bool:
    """Whether anybody else has written under it."""
    for kind in (Answer, Comment):
        others = select(kind.id).where(kind.question_id == question.id, kind.author_id != question.asker_id)
        if session.scalar(others.where(or_(kind.deleted_at.is_(None), kind.text != "")).limit(1)) is not None:
            return True
    return False
