"""How askings ended: with what somebody else had found, or with a new question. Nobody's words are kept here."""

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Id, Model, Moment

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
