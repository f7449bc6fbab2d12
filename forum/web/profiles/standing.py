"""Where somebody's standing comes from, line by line; shown to nobody but them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import StandingEntry
from forum.base.words import Sentence, say
from forum.questions.models import Vote

#: What each reason is called; one that is not here is an act of a part that has its own words.
REASONS = {
    "accepted": say("Your answer solved a question"),
    "voted_up": say("Somebody found it helpful"),
    "voted_down": say("Somebody did not find it helpful"),
    "promoted": say("Your answer became an article"),
    "reused": say("Staff helped somebody else with your answer"),
}
OTHER = say("Something else")


@dataclass(frozen=True)
class StandingLine:
    """One gain or loss; `url` leads to what it was for, never to who gave it."""

    words: Sentence
    points: int
    at: datetime
    url: str | None


def show_lines(session: Session, entries: Sequence[StandingEntry]) -> list[StandingLine]:
    """The entries in words, with the way to what they are about, in one statement."""
    vote_ids = [entry.cause_id for entry in entries if entry.cause_kind == "vote"]
    votes = {}
    if vote_ids:
        found = session.execute(select(Vote.id, Vote.question_id, Vote.answer_id).where(Vote.id.in_(vote_ids)))
        votes = {row.id: row for row in found}
    lines = []
    for entry in entries:
        url = None
        vote = votes.get(entry.cause_id) if entry.cause_kind == "vote" else None
        if entry.cause_kind == "answer":
            url = url_for("questions.show_answer", answer_id=entry.cause_id)
        elif vote is not None and vote.answer_id is not None:
            url = url_for("questions.show_answer", answer_id=vote.answer_id)
        elif vote is not None:
            url = url_for("questions.show", question_id=vote.question_id)
        lines.append(StandingLine(REASONS.get(entry.reason, OTHER), entry.points, entry.at, url))
    return lines
