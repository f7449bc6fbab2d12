"""A reader's doubt about a text, the one item of review that all doubts about it become, and what was decided."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from forum.accounts.models import User
from forum.base.db import Id, Model, Moment, OptionalMoment
from forum.questions.models import WHY_LENGTH, Question

WORDS_LENGTH = 500

DANGEROUS, PRIVATE, RUDE, SPAM, WRONG_PLACE, OTHER = "dangerous", "private", "rude", "spam", "wrong_place", "other"
REASONS = (DANGEROUS, PRIVATE, RUDE, SPAM, WRONG_PLACE, OTHER)

#: Harm counts as time already waited. Advice that hurts and data that anybody can copy do their harm now, so they
#: come before everything: nothing waits for a year. Insults and advertising go some hours before what is only
#: misplaced, and as these are hours, not classes, nothing waits for ever behind them.
HEAD_START = {
    DANGEROUS: timedelta(days=365),
    PRIVATE: timedelta(days=365),
    RUDE: timedelta(hours=8),
    SPAM: timedelta(hours=8),
    OTHER: timedelta(hours=2),
    WRONG_PLACE: timedelta(0),
}

#: Waiting for a moderator, for its author, for nobody any more: decided, or every flag was taken back.
OPEN, MENDING, DECIDED, DROPPED = "open", "mending", "decided", "dropped"

KEEP, HIDE, DELETE, MEND, CLOSE = "keep", "hide", "delete", "mend", "close"
DECISIONS = (KEEP, HIDE, DELETE, MEND, CLOSE)

#: Long enough to read a thread, short enough that nobody waits for somebody who went home.
CLAIM_LEASE = timedelta(minutes=10)

_IS_BEFORE_US = text("state IN ('open', 'mending')")


class ReviewItem(Model):
    """One text that somebody doubts, however many do."""

    __tablename__ = "review_items"
    __table_args__ = (
        Index("ix_review_items_waiting", "state", "rank_at", "id"),
        Index("ix_review_items_author", "author_id", "id"),
        Index(
            "uq_review_items_before_us",
            "target_kind",
            "target_id",
            unique=True,
            sqlite_where=_IS_BEFORE_US,
            postgresql_where=_IS_BEFORE_US,
        ),
    )

    id: Mapped[Id]
    #: question, answer or comment, and its id.
    target_kind: Mapped[str] = mapped_column(String(20))
    target_id: Mapped[int]
    #: Where the text stands: the question itself, or the one it is under.
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"))
    #: Who wrote the text.
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    flagged_at: Mapped[Moment]
    #: When it began to wait, less the head start of its worst reason: the list is sorted by this alone.
    rank_at: Mapped[Moment]
    #: Flags that were not taken back.
    flag_count: Mapped[int] = mapped_column(default=0)
    #: The version of the text that was flagged first.
    text_version: Mapped[int]
    #: Counts decisions and what undid them; a decision names the one it was made in.
    round: Mapped[int] = mapped_column(default=0)
    claimed_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    claimed_until: Mapped[OptionalMoment]
    #: When its author had mended it, as asked.
    mended_at: Mapped[OptionalMoment]

    author: Mapped[User] = relationship(foreign_keys="ReviewItem.author_id")
    claimed_by: Mapped[User | None] = relationship(foreign_keys="ReviewItem.claimed_by_id")
    question: Mapped[Question] = relationship()

    def is_claimed(self, now: datetime) -> bool:
        """Whether somebody's claim still holds."""
        return self.claimed_until is not None and self.claimed_until > now


class Flag(Model):
    """One reader's doubt about one text; withdrawn, it can be raised again."""

    __tablename__ = "flags"
    __table_args__ = (
        UniqueConstraint("item_id", "flagger_id"),
        CheckConstraint(f"reason IN ({', '.join(repr(reason) for reason in REASONS)})", name="reason"),
        Index("ix_flags_flagger", "flagger_id", "id"),
    )

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("review_items.id"))
    flagger_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    reason: Mapped[str] = mapped_column(String(20))
    words: Mapped[str] = mapped_column(String(WORDS_LENGTH), default="")
    #: The version of the text that this reader saw: a newer one may be flagged anew.
    text_version: Mapped[int]
    at: Mapped[Moment]
    withdrawn_at: Mapped[OptionalMoment]

    item: Mapped[ReviewItem] = relationship()
    flagger: Mapped[User] = relationship()


class Decision(Model):
    """What a moderator decided about an item, and why; undone, it stays and says so."""

    __tablename__ = "decisions"
    __table_args__ = (UniqueConstraint("item_id", "round"), Index("ix_decisions_at", "at", "id"))

    id: Mapped[Id]
    item_id: Mapped[int] = mapped_column(ForeignKey("review_items.id"))
    round: Mapped[int]
    moderator_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    outcome: Mapped[str] = mapped_column(String(10))
    why: Mapped[str] = mapped_column(String(WHY_LENGTH), default="")
    #: The version of the text that was decided about.
    text_version: Mapped[int]
    #: What it changed of the text, so that undoing changes that and nothing else.
    did: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    at: Mapped[Moment]
    undone_at: Mapped[OptionalMoment]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))

    item: Mapped[ReviewItem] = relationship()
    moderator: Mapped[User] = relationship(foreign_keys="Decision.moderator_id")
    undone_by: Mapped[User | None] = relationship(foreign_keys="Decision.undone_by_id")
