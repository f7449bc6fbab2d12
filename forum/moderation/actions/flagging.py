"""Raise a doubt about a text, and take it back."""

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Invalid
from forum.base.limits import Limit, spend
from forum.base.once import made_before, remember_made
from forum.base.outbox import publish
from forum.base.texts import Unclean, clean_line
from forum.base.verdicts import require
from forum.base.words import say
from forum.moderation import rules
from forum.moderation.events import FlagWithdrawn, TextFlagged
from forum.moderation.models import (
    DROPPED,
    HEAD_START,
    OPEN,
    OTHER,
    REASONS,
    WORDS_LENGTH,
    Flag,
    ReviewItem,
)
from forum.moderation.queries import find_earlier_flag, item_before_us
from forum.questions.models import Post, Question

#: More than anybody finds in a day; enough to tidy up after a night of spam together.
FLAGS = Limit("flags", 20, timedelta(days=1))


def flag_text(
    session: Session, actor: User, post: Post, reason: str, words: str, now: datetime, once: str = ""
) -> Flag:
    """Ask moderators to look at a text; all flags on one text are one item. The same form again finds its flag."""
    owner = f"user:{actor.id}"
    made = made_before(session, owner, once)
    if made is not None and made.kind == "flag":
        return session.get_one(Flag, made.id)
    require(rules.may_flag(actor, post, find_earlier_flag(session, actor, post), post.version))
    if reason not in REASONS:
        raise Invalid({"reason": say("Please choose what is wrong with it.")})
    words = _clean_words(words)
    if reason == OTHER and not words:
        raise Invalid({"words": say("Please say in a few words what is wrong with it.")})
    spend(session, FLAGS, owner, now)
    item = item_before_us(session, post) or _new_item(session, post, now)
    flag = session.scalar(select(Flag).where(Flag.item_id == item.id, Flag.flagger_id == actor.id))
    if flag is None:
        flag = Flag(item=item, flagger=actor)
        session.add(flag)
    flag.reason, flag.words, flag.text_version = reason, words, post.version
    flag.at, flag.withdrawn_at = now, None
    settle(session, item)
    remember_made(session, owner, once, Cause.of(flag), now)
    publish(session, TextFlagged(flag.id))
    return flag


def withdraw_flag(session: Session, actor: User, flag: Flag, now: datetime) -> None:
    """Take a doubt back; without any left, nobody has to look."""
    require(rules.may_withdraw_flag(actor, flag))
    flag.withdrawn_at = now
    settle(session, flag.item)
    publish(session, FlagWithdrawn(flag.id))


def settle(session: Session, item: ReviewItem) -> None:
    """Bring the count of flags and the place in the list in line with the flags there are."""
    session.flush()
    rows = session.execute(
        select(Flag.reason, func.count(), func.min(Flag.at))
        .where(Flag.item_id == item.id, Flag.withdrawn_at.is_(None))
        .group_by(Flag.reason)
    ).all()
    item.flag_count = sum(count for _, count, _ in rows)
    if not rows:
        item.state = DROPPED
        item.claimed_by = item.claimed_until = None
    elif item.mended_at is None:
        item.rank_at = min(at for _, _, at in rows) - max(HEAD_START[reason] for reason, _, _ in rows)
    session.flush()


def _new_item(session: Session, post: Post, now: datetime) -> ReviewItem:
    target = Cause.of(post)
    item = ReviewItem(
        target_kind=target.kind,
        target_id=target.id,
        question_id=post.id if isinstance(post, Question) else post.question_id,
        author_id=post.author_id,
        state=OPEN,
        flagged_at=now,
        rank_at=now,
        text_version=post.version,
    )
    session.add(item)
    session.flush()
    return item


def _clean_words(words: str) -> str:
    try:
        return clean_line(words, limit=WORDS_LENGTH)
    except Unclean as unclean:
        raise Invalid({"words": unclean.reason}) from unclean
