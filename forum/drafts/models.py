"""A text on its way: one for each thing that somebody is writing, on whichever device."""

import re
from dataclasses import dataclass
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from forum.base.db import Id, Model, Moment, OptionalMoment

QUESTION, ANSWER = "question", "answer"
EDIT_QUESTION, EDIT_ANSWER, EDIT_ARTICLE = "edit_question", "edit_answer", "edit_article"

#: What a draft of each kind is made of, and the most characters of each part; `version` is what an edit began from.
PARTS: dict[str, dict[str, int]] = {
    QUESTION: {"title": 500, "text": 40_000, "product": 60, "tags": 500},
    ANSWER: {"text": 40_000},
    EDIT_QUESTION: {"title": 500, "text": 40_000, "product": 60, "tags": 500, "why": 500, "version": 10},
    EDIT_ANSWER: {"text": 40_000, "why": 500, "version": 10},
    EDIT_ARTICLE: {"title": 500, "text": 40_000, "why": 500, "language": 8, "version": 10},
}

_PURPOSE = re.compile(r"([a-z_]{1,20})-(0|[1-9][0-9]{0,17})")


@dataclass(frozen=True)
class Purpose:
    """What a text is meant to become: a new question, an answer to question 7, an edit of answer 9."""

    kind: str
    target_id: int = 0

    def __str__(self) -> str:
        return f"{self.kind}-{self.target_id}"

    @classmethod
    def read(cls, written: str) -> "Purpose | None":
        """The purpose a form names, or None for what none of our forms would."""
        found = _PURPOSE.fullmatch(written)
        if found is None or found[1] not in PARTS:
            return None
        purpose = cls(found[1], int(found[2]))
        return purpose if (purpose.target_id == 0) is (purpose.kind == QUESTION) else None


class Draft(Model):
    """What somebody wrote so far for one purpose; it carries no more rights than a sheet of paper."""

    __tablename__ = "drafts"
    __table_args__ = (UniqueConstraint("user_id", "kind", "target_id"),)

    id: Mapped[Id]
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    kind: Mapped[str] = mapped_column(String(20))
    target_id: Mapped[int] = mapped_column(default=0)
    #: Part -> what is written there.
    parts: Mapped[dict[str, Any]] = mapped_column(JSON)
    #: Counts the saved states; whoever saves names the one they began from.
    version: Mapped[int] = mapped_column(default=1)
    saved_at: Mapped[Moment] = mapped_column(index=True)
    #: Thrown away, and for a while still there to be taken back.
    discarded_at: Mapped[OptionalMoment]

    @property
    def purpose(self) -> Purpose:
        return Purpose(self.kind, self.target_id)

    @property
    def title(self) -> str:
        return str(self.parts.get("title", ""))

    @property
    def text(self) -> str:
        return str(self.parts.get("text", ""))
