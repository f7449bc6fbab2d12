"""From searches to gaps: pages note the words, the courier counts them by what they mean and forgets them in time."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from forum.base.clock import utc_now
from forum.search.models import (
    AGAIN,
    DISMISSED,
    NOTHING,
    OPEN,
    OPENED,
    SHOWN,
    Gap,
    GapDay,
    GapWording,
    SearchNote,
)
from forum.search.wordings import are_alike, language_of, terms_of

#: What became of a search for some words: the words, what, and whether one of them stands in no public text.
Note = tuple[str, str, bool]

#: What editors look back at; what is older says little of today's products, and is forgotten.
KEEP = timedelta(days=90)

#: Notes that wait for the courier: beyond these a flood, or a courier that is away, adds nothing.
MOST_NOTES = 5_000

#: Taken at once, so that the turn of others to write is never far.
STEP = 200

#: Wordings never seen before, in an hour and in all. Ten times what a busy forum brings; a flood ends here.
MOST_NEW = 300
MOST_WORDINGS = 5_000

#: These alone make a wording known; what was opened or changed is of interest only for one that is.
_MAKES_KNOWN = (NOTHING, SHOWN)


def note_searches(session: Session, counts: Mapping[Note, int]) -> None:
    """Keep what pages counted until the courier comes by."""
    waiting = session.scalar(select(func.count()).select_from(SearchNote)) or 0
    room = max(0, MOST_NOTES - waiting)
    at = utc_now()
    session.add_all(
        SearchNote(words=words, what=what, is_rare=is_rare, count=count, at=at)
        for (words, what, is_rare), count in list(counts.items())[:room]
    )
    session.flush()


def gather_searches(session: Session, now: datetime) -> None:
    """Count what was noted, each wording under the gap it belongs to."""
    notes = session.scalars(select(SearchNote).order_by(SearchNote.id).limit(STEP)).all()
    if not notes:
        return
    shelf = _Shelf(session, {note.words for note in notes}, now)
    # A wording has to be known before it counts that one of its hits was opened.
    for note in sorted(notes, key=lambda each: each.what not in _MAKES_KNOWN):
        wording = shelf.find(note)
        if wording is not None:
            _count(shelf.day_of(wording, note.at), note)
            if note.what in _MAKES_KNOWN:
                wording.count += note.count
                # Seen in a public text since: nobody is known by it.
                wording.is_rare = wording.is_rare and note.is_rare
                wording.last_at = max(wording.last_at, note.at)
                gap = shelf.gaps[wording.gap_id]
                gap.last_at = max(gap.last_at, note.at)
    session.execute(delete(SearchNote).where(SearchNote.id.in_([note.id for note in notes])))
    session.flush()


def _count(day: GapDay, note: SearchNote) -> None:
    if note.what == NOTHING:
        day.empty += note.count
    elif note.what == SHOWN:
        day.shown += note.count
    elif note.what == OPENED:
        day.opened += note.count
    elif note.what == AGAIN:
        day.again += note.count


class _Terms:
    """Which gap some terms belong to, without comparing them with those of all: there may be thousands."""

    def __init__(self) -> None:
        self._same: dict[frozenset[str], int] = {}
        self._terms: dict[int, frozenset[str]] = {}
        self._having: dict[str, list[int]] = {}

    def add(self, gap_id: int, terms: frozenset[str]) -> None:
        self._same[terms] = gap_id
        self._terms[gap_id] = terms
        for term in terms:
            self._having.setdefault(term, []).append(gap_id)

    def find(self, terms: frozenset[str]) -> int | None:
        """The gap of the same terms, else the oldest of nearly the same."""
        if terms in self._same:
            return self._same[terms]
        near = {gap_id for term in terms for gap_id in self._having.get(term, ())}
        return min((gap_id for gap_id in near if are_alike(self._terms[gap_id], terms)), default=None)


class _Shelf:
    """The gaps and wordings that some notes are about, and room for those that are new."""

    def __init__(self, session: Session, words: Iterable[str], now: datetime) -> None:
        self._session = session
        self._wordings = {
            wording.words: wording
            for wording in session.scalars(select(GapWording).where(GapWording.words.in_(sorted(words))))
        }
        known = {wording.gap_id for wording in self._wordings.values()}
        self.gaps = {gap.id: gap for gap in session.scalars(select(Gap).where(Gap.id.in_(known)))}
        self._days: dict[tuple[int, datetime], GapDay] = {}
        self._known: _Terms | None = None
        fresh = select(func.count()).select_from(GapWording)
        lately = session.scalar(fresh.where(GapWording.first_at > now - timedelta(hours=1))) or 0
        self._room = min(MOST_NEW - lately, MOST_WORDINGS - (session.scalar(fresh) or 0))

    def find(self, note: SearchNote) -> GapWording | None:
        """The wording of a note; a new one where there is room for it, else None."""
        found = self._wordings.get(note.words)
        if found is not None or note.what not in _MAKES_KNOWN or self._room <= 0:
            return found
        gap = self._gap_of(note)
        if gap is None:
            return None
        self._room -= 1
        made = GapWording(
            gap_id=gap.id, words=note.words, is_rare=note.is_rare, count=0, first_at=note.at, last_at=note.at
        )
        self._session.add(made)
        self._session.flush()
        self._wordings[note.words] = made
        return made

    def _gap_of(self, note: SearchNote) -> Gap | None:
        """The gap its terms belong to, one of nearly the same terms, or a new one."""
        terms = terms_of(note.words)
        if not terms:
            return None
        if self._known is None:
            self._known = _Terms()
            for gap_id, kept in self._session.execute(select(Gap.id, Gap.terms).order_by(Gap.id)):
                self._known.add(gap_id, frozenset(kept.split()))
        wanted = frozenset(terms)
        alike = self._known.find(wanted)
        if alike is not None:
            if alike not in self.gaps:
                self.gaps[alike] = self._session.get_one(Gap, alike)
            return self.gaps[alike]
        gap = Gap(
            terms=" ".join(terms), language=language_of(note.words), first_at=note.at, last_at=note.at, state=OPEN
        )
        self._session.add(gap)
        self._session.flush()
        self.gaps[gap.id] = gap
        self._known.add(gap.id, wanted)
        return gap

    def day_of(self, wording: GapWording, at: datetime) -> GapDay:
        """The counts of a wording on the day of a moment."""
        begun = at.replace(hour=0, minute=0, second=0, microsecond=0)
        key = (wording.id, begun)
        day = self._days.get(key) or self._session.get(GapDay, key)
        if day is None:
            day = GapDay(wording_id=wording.id, day=begun, empty=0, shown=0, opened=0, again=0)
            self._session.add(day)
        self._days[key] = day
        return day


def forget_gaps(session: Session, now: datetime) -> None:
    """Forget days that nobody looks back at, wordings without any, and gaps without wordings.

    What was set aside is remembered as long as it comes again, so that it is not put before editors anew.
    """
    session.execute(delete(GapDay).where(GapDay.day < now - KEEP - timedelta(days=1)))
    has_days = select(GapDay.wording_id).where(GapDay.wording_id == GapWording.id).exists()
    session.execute(delete(GapWording).where(~has_days), execution_options={"synchronize_session": False})
    _make_room(session)
    has_wordings = select(GapWording.id).where(GapWording.gap_id == Gap.id).exists()
    session.execute(delete(Gap).where(~has_wordings), execution_options={"synchronize_session": False})


def _make_room(session: Session) -> None:
    """Where it is full, let go of a tenth: what came seldom, and of that what came longest ago."""
    known = session.scalar(select(func.count()).select_from(GapWording)) or 0
    if known < MOST_WORDINGS:
        return
    seldom = (
        select(GapWording.id)
        .join(Gap, Gap.id == GapWording.gap_id)
        .where(Gap.state != DISMISSED)
        .order_by(GapWording.count, GapWording.last_at, GapWording.id)
        .limit(MOST_WORDINGS // 10)
    )
    ids = list(session.scalars(seldom))
    without = {"synchronize_session": False}
    session.execute(delete(GapDay).where(GapDay.wording_id.in_(ids)), execution_options=without)
    session.execute(delete(GapWording).where(GapWording.id.in_(ids)), execution_options=without)
