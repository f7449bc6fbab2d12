"""Reading the log of what staff did: who, what, upon what, when; for administrators all, for moderators the texts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session, joinedload

from forum.accounts import rules
from forum.accounts.models import Reader, StaffAct, User
from forum.base.paging import Order, Page, fetch_page
from forum.base.verdicts import require

#: What moderators work on, so that they may read what was done to it, by whomever.
TEXTS = ("question", "answer", "comment")

#: Rows held in memory at once while the log is written out.
EXPORT_STEP = 500


@dataclass(frozen=True)
class LogFilters:
    """What the log is narrowed to; each may be left out."""

    #: A part of the actor's name or address.
    actor: str = ""
    verb: str = ""
    target_kind: str = ""
    target_id: int | None = None
    since: datetime | None = None
    #: Up to, not including.
    until: datetime | None = None


def visible_acts(reader: Reader) -> Select[StaffAct]:
    """Raise Refused for whoever may read nothing of the log."""
    require(rules.may_read_log(reader))
    query = select(StaffAct)
    return query if rules.may_administer(reader) else query.where(StaffAct.target_kind.in_(TEXTS))


def list_staff_acts(session: Session, reader: Reader, filters: LogFilters, cursor: str | None = None) -> Page[StaffAct]:
    """What staff did, newest first."""
    query = _narrowed(visible_acts(reader), filters).options(joinedload(StaffAct.actor))
    return fetch_page(session, query, Order(StaffAct.at, StaffAct.id), lambda act: (act.at, act.id), cursor)


def every_act(session: Session, reader: Reader, filters: LogFilters, after: int = 0) -> Iterator[StaffAct]:
    """All that fits the filters in the order in which it was written, some hundred rows at a time."""
    require(rules.may_export_log(reader))
    query = _narrowed(visible_acts(reader), filters).options(joinedload(StaffAct.actor))
    while True:
        acts = session.scalars(query.where(StaffAct.id > after).order_by(StaffAct.id).limit(EXPORT_STEP)).all()
        yield from acts
        if len(acts) < EXPORT_STEP:
            return
        after = acts[-1].id
        session.expunge_all()


def list_verbs(session: Session, reader: Reader) -> Sequence[str]:
    """Every verb in the part of the log that the reader sees."""
    seen = visible_acts(reader).with_only_columns(StaffAct.verb)
    return session.scalars(seen.distinct().order_by(StaffAct.verb)).all()


def _narrowed(query: Select[Any], filters: LogFilters) -> Select[Any]:
    if filters.actor:
        pattern = "%" + filters.actor.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        query = query.join(StaffAct.actor).where(
            or_(func.lower(User.name).like(pattern, escape="\\"), User.email.like(pattern, escape="\\"))
        )
    if filters.verb:
        query = query.where(StaffAct.verb == filters.verb)
    if filters.target_kind:
        query = query.where(StaffAct.target_kind == filters.target_kind)
    if filters.target_id is not None:
        query = query.where(StaffAct.target_id == filters.target_id)
    if filters.since is not None:
        query = query.where(StaffAct.at >= filters.since)
    if filters.until is not None:
        query = query.where(StaffAct.at < filters.until)
    return query
