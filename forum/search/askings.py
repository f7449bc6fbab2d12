"""Count how askings ended, each once, and tell how many there were."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from forum.accounts.models import Reader
from forum.search.models import ASKED_ANYWAY, NOTHING_SHOWN, SOLVED, Asking


@dataclass(frozen=True)
class Ends:
    """How many askings ended how."""

    solved: int = 0
    by_visitors: int = 0
    asked_anyway: int = 0
    nothing_shown: int = 0

    @property
    def all(self) -> int:
        return self.solved + self.asked_anyway + self.nothing_shown


def note_solved(session: Session, reader: Reader, key: str, kind: str, row_id: int, now: datetime) -> bool:
    """Count an asking that a hit ended; say whether it was not counted before."""
    return _note(session, reader, key, SOLVED, now, kind, row_id)


def note_asked(session: Session, reader: Reader, key: str, had_hits: bool, now: datetime) -> bool:
    """Count an asking that became a question; say whether it was not counted before."""
    return _note(session, reader, key, ASKED_ANYWAY if had_hits else NOTHING_SHOWN, now)


def _note(
    session: Session,
    reader: Reader,
    key: str,
    outcome: str,
    now: datetime,
    kind: str | None = None,
    row_id: int | None = None,
) -> bool:
    hashed = hashlib.sha256(key.encode()).hexdigest()
    if not key or session.scalar(select(Asking.id).where(Asking.key == hashed)) is not None:
        return False
    session.add(
        Asking(
            key=hashed,
            outcome=outcome,
            hit_kind=kind,
            hit_id=row_id,
            is_signed_in=reader.is_signed_in,
            ended_at=now,
        )
    )
    session.flush()
    return True


def count_ends(session: Session, since: datetime) -> Ends:
    """How the askings since then ended."""
    rows = session.execute(
        select(Asking.outcome, Asking.is_signed_in, func.count())
        .where(Asking.ended_at >= since)
        .group_by(Asking.outcome, Asking.is_signed_in)
    ).all()
    counts = {(outcome, bool(signed_in)): number for outcome, signed_in, number in rows}

    def of(outcome: str) -> int:
        return counts.get((outcome, True), 0) + counts.get((outcome, False), 0)

    return Ends(of(SOLVED), counts.get((SOLVED, False), 0), of(ASKED_ANYWAY), of(NOTHING_SHOWN))
