"""How askings ended, and what was looked for without luck. Who it was is kept in none of it."""

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Id, Model, Moment, OptionalMoment

#: One of the hits solved it; a question was asked although hits were shown; there was nothing to show.
SOLVED, ASKED_ANYWAY, NOTHING_SHOWN = "solved", "asked", "nothing"


class Asking(Model):
    """One asking that came to an end."""

    __tablename__ = "askings"
    __table_args__ = (Index("ix_askings_ended", "ended_at", "outcome"),)

    id: Mapped[Id]
    #: Of the form it began with, so that one asking is counted once.
    key: Mapped[str] = mapped_column(String(64), unique=True)
    outcome: Mapped[str] = mapped_column(String(10))
    #: What solved it: "question" or "article", and its number.
    hit_kind: Mapped[str | None] = mapped_column(String(10))
    hit_id: Mapped[int | None]
    #: All there is to know of who asked.
    is_signed_in: Mapped[bool]
    ended_at: Mapped[Moment]


#: What became of a search, as far as pages can tell without knowing who searches: nothing was found; hits were shown;
#: one of them was opened; the words were changed and looked for again.
NOTHING, SHOWN, OPENED, AGAIN = "nothing", "shown", "opened", "again"

#: Where a gap stands.
OPEN, ANSWERED, DISMISSED = "open", "answered", "dismissed"

WORDS_LENGTH = 120
TERMS_LENGTH = 400


class SearchNote(Model):
    """Some searches for the same words in the same few seconds, until the courier has counted them."""

    __tablename__ = "search_notes"

    id: Mapped[Id]
    words: Mapped[str] = mapped_column(String(WORDS_LENGTH))
    what: Mapped[str] = mapped_column(String(10))
    #: Whether a word of it stands in no text that everybody may read.
    is_rare: Mapped[bool]
    count: Mapped[int]
    at: Mapped[Moment]


class Gap(Model):
    """Something people look for and do not find, in all the wordings of it."""

    __tablename__ = "gaps"
    __table_args__ = (Index("ix_gaps_state", "state", "last_at", "id"),)

    id: Mapped[Id]
    #: What the words mean to the search, in the order of the alphabet; wordings of the same terms are one gap.
    terms: Mapped[str] = mapped_column(String(TERMS_LENGTH), unique=True)
    language: Mapped[str] = mapped_column(String(8))
    first_at: Mapped[Moment]
    last_at: Mapped[Moment]
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    settled_at: Mapped[OptionalMoment]
    #: What answers it now: "question" or "article", and its number.
    answer_kind: Mapped[str | None] = mapped_column(String(10))
    answer_id: Mapped[int | None]


class GapWording(Model):
    """One way in which it was looked for."""

    __tablename__ = "gap_wordings"
    __table_args__ = (Index("ix_gap_wordings_gap", "gap_id", "id"), Index("ix_gap_wordings_first", "first_at"))

    id: Mapped[Id]
    gap_id: Mapped[int] = mapped_column(ForeignKey("gaps.id"))
    words: Mapped[str] = mapped_column(String(WORDS_LENGTH), unique=True)
    is_rare: Mapped[bool]
    #: How often it was looked for, all in all; what is rare is spelled out only when it came more than once.
    count: Mapped[int] = mapped_column(default=0)
    first_at: Mapped[Moment]
    last_at: Mapped[Moment]


class GapDay(Model):
    """What became of the searches with one wording on one day."""

    __tablename__ = "gap_days"
    __table_args__ = (Index("ix_gap_days_day", "day"),)

    wording_id: Mapped[int] = mapped_column(ForeignKey("gap_wordings.id"), primary_key=True)
    #: Its first moment in UTC.
    day: Mapped[Moment] = mapped_column(primary_key=True)
    empty: Mapped[int] = mapped_column(default=0)
    shown: Mapped[int] = mapped_column(default=0)
    opened: Mapped[int] = mapped_column(default=0)
    again: Mapped[int] = mapped_column(default=0)


class LikelyDuplicate(Model):
    """A question that may ask what an older one asked."""

    __tablename__ = "likely_duplicates"
    __table_args__ = (Index("ix_likely_duplicates_chance", "denied_at", "chance"),)

    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    other_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    #: In thousandths.
    chance: Mapped[int]
    at: Mapped[Moment]
    #: When a moderator said that they ask different things.
    denied_at: Mapped[OptionalMoment]


class ArticleMatch(Model):
    """A question that an article may answer, found by the article's own words."""

    __tablename__ = "article_matches"

    article_id: Mapped[int] = mapped_column(ForeignKey("articles.id"), primary_key=True)
    question_id: Mapped[int] = mapped_column(ForeignKey("questions.id"), primary_key=True)
    #: The best first.
    place: Mapped[int]


class Relating(Model):
    """When it was last looked for what resembles a question or an article; what has no row waits for it."""

    __tablename__ = "relatings"

    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    row_id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[Moment]
