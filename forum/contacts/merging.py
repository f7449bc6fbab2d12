"""Two contacts become one, and two again: every row that moves is written down, so that it can go back."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, select, update
from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.db import Model
from forum.base.errors import Conflict
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.contacts import rules
from forum.contacts.drafts import FIELDS, ContactDraft, fill
from forum.contacts.events import ContactsMerged, MergeUndone
from forum.contacts.models import TIERS, Contact, ContactMerge, ContactPoint, RefusedJoin, TimelineEntry
from forum.contacts.timeline import record_for, strike

#: Longer than any transaction that began before the merge and writes for the contact that is gone.
LATECOMERS = timedelta(seconds=15)

#: What names a contact and is moved with care; whatever else names one is moved as it is.
WITH_CARE = ("contacts", "contact_points", "timeline_entries", "refused_joins", "contact_merges")

#: Turns of joining and parting are numbered for each contact; on another's timeline they carry its number.
_TURN = "contact_version"


def combined(kept: Contact, gone: Contact) -> dict[str, str]:
    """The fields after a merge: what was empty is filled from the other, and the higher value counts."""
    fields = {name: getattr(kept, name) or getattr(gone, name) for name in FIELDS}
    return fields | {"tier": max(kept.tier, gone.tier, key=TIERS.index)}


def merge_contacts(
    session: Session, actor: User, kept: Contact, gone: Contact, kept_version: int, gone_version: int, now: datetime
) -> ContactMerge:
    """Let all that is of one contact be of the other; raises Conflict when they are not as the actor saw them."""
    require(rules.may_merge(actor, kept, gone))
    _hold(session, kept.id, gone.id)
    if (kept.version, gone.version) != (kept_version, gone_version):
        raise Conflict
    fields = {name: [getattr(kept, name), value] for name, value in combined(kept, gone).items()}
    moves: dict[str, Any] = {"fields": {name: pair for name, pair in fields.items() if pair[0] != pair[1]}}
    fill(kept, ContactDraft(**combined(kept, gone)))
    merge = ContactMerge(kept=kept, gone=gone, merged_by=actor, at=now)
    gone.merged_into_id = kept.id
    session.add(merge)
    moves["user"] = _move_user(session, kept, gone)
    merge.moves = gather(session, kept, gone, moves)
    _touch(kept, gone, now)
    session.flush()
    details = {"contact_id": gone.id, "name": gone.name}
    record_for(session, kept.id, "merged", Cause.of(merge), now, actor_id=actor.id, details=details)
    log_staff_act(session, actor, "merge_contacts", Cause.of(kept), now, after={"merged_id": gone.id})
    publish(session, ContactsMerged(merge.id), run_at=now + LATECOMERS)
    session.flush()
    session.expire_all()
    return merge


def gather(session: Session, kept: Contact, gone: Contact, moves: dict[str, Any]) -> dict[str, Any]:
    """Move what is of `gone` and not already of `kept`; what was moved before and now is told together."""
    session.flush()
    points, proofs = _move_points(session, kept, gone)
    entries, turns = _move_entries(session, kept, gone)
    rows = {name: list(ids) for name, ids in moves.get("rows", {}).items()}
    for column in naming_contacts():
        ids = session.scalars(select(column.table.c.id).where(column == gone.id)).all()
        _move(session, column, ids, gone.id, kept.id)
        rows[str(column)] = [*rows.get(str(column), ()), *ids]
    return moves | {
        "points": [*moves.get("points", ()), *points],
        "proofs": [*moves.get("proofs", ()), *proofs],
        "entries": [*moves.get("entries", ()), *entries],
        "turns": [*moves.get("turns", ()), *turns],
        "refused": [*moves.get("refused", ()), *_move_refused(session, kept, gone)],
        "rows": rows,
    }


def naming_contacts() -> list[Column[Any]]:
    """The columns of all tables that name a contact, but for those that need care."""
    return [
        key.parent
        for table in Model.metadata.sorted_tables
        if table.name not in WITH_CARE
        for key in sorted(table.foreign_keys, key=str)
        if key.column.table.name == "contacts"
    ]


def undo_merge(session: Session, actor: User, merge: ContactMerge, now: datetime) -> None:
    """Put back what the merge moved, as far as nothing newer contradicts; what came since stays where it is."""
    require(rules.may_undo_merge(actor, merge, newest_merge(session, merge.kept_id)))
    kept, gone, moves = merge.kept, merge.gone, merge.moves
    _hold(session, kept.id, gone.id)
    merge.undone_at, merge.undone_by_id = now, actor.id
    strike(session, Cause.of(merge))
    restored = {name: pair[0] for name, pair in moves["fields"].items() if getattr(kept, name) == pair[1]}
    fill(kept, ContactDraft(**({name: getattr(kept, name) for name in FIELDS} | restored)))
    gone.merged_into_id = None
    session.flush()
    _move(session, _column("contact_points.contact_id"), moves["points"], kept.id, gone.id)
    entries = _column("timeline_entries.contact_id")
    _move(session, entries, moves["entries"], kept.id, gone.id)
    _move(session, entries, moves["turns"], kept.id, gone.id, cause_kind=_TURN)
    for name, ids in moves["rows"].items():
        _move(session, _column(name), ids, kept.id, gone.id)
    for user_id in moves["refused"]:
        _rename_refused(session, user_id, kept.id, gone.id)
    _return_proofs(session, moves["proofs"])
    session.expire_all()
    if moves["user"] is not None and kept.user_id == moves["user"]["user_id"]:
        _return_user(session, kept, gone, moves["user"]["user_id"])
    _touch(kept, gone, now)
    log_staff_act(session, actor, "undo_merge", Cause.of(kept), now, before={"merged_id": gone.id})
    publish(session, MergeUndone(merge.id))
    session.flush()
    session.expire_all()


def _hold(session: Session, *numbers: int) -> None:
    """Take both rows, always in one order, so that two who merge the same two do not wait for each other."""
    session.execute(select(Contact.id).where(Contact.id.in_(numbers)).order_by(Contact.id).with_for_update()).all()


def newest_merge(session: Session, kept_id: int) -> int | None:
    """The last merge into a contact that stands."""
    return session.scalar(
        select(ContactMerge.id)
        .where(ContactMerge.kept_id == kept_id, ContactMerge.undone_at.is_(None))
        .order_by(ContactMerge.id.desc())
        .limit(1)
    )


def _move_user(session: Session, kept: Contact, gone: Contact) -> dict[str, Any] | None:
    """Let the forum user of the one be that of the other; nobody may be joined twice, not even for a moment."""
    if gone.user_id is None:
        return None
    user_id, joined_at, joined_by = gone.user_id, gone.joined_at, gone.joined_by
    _set_user(session, gone, None, None, None)
    _set_user(session, kept, user_id, joined_at, joined_by)
    return {"user_id": user_id}


def _return_user(session: Session, kept: Contact, gone: Contact, user_id: int) -> None:
    """Give the user back with what they did and proved since."""
    joined_at, joined_by = kept.joined_at, kept.joined_by
    _set_user(session, kept, None, None, None)
    _set_user(session, gone, user_id, joined_at, joined_by)
    has = {(point.kind, point.value): point for point in gone.points}
    for point in [each for each in kept.points if each.verified_by_id == user_id]:
        twin = has.get((point.kind, point.value))
        if twin is None:
            _move(session, _column("contact_points.contact_id"), [point.id], kept.id, gone.id)
        else:
            _hand_over(session, point, twin)
    known = set(_keys(session, gone.id).values())
    since = select(TimelineEntry).where(TimelineEntry.contact_id == kept.id, TimelineEntry.user_id == user_id)
    new = [each.id for each in session.scalars(since) if (each.kind, each.cause_kind, each.cause_id) not in known]
    _move(session, _column("timeline_entries.contact_id"), new, kept.id, gone.id)


def _set_user(
    session: Session, contact: Contact, user_id: int | None, joined_at: datetime | None, joined_by: str | None
) -> None:
    contact.user_id, contact.joined_at, contact.joined_by = user_id, joined_at, joined_by
    session.flush()


def _move_points(session: Session, kept: Contact, gone: Contact) -> tuple[list[int], list[dict[str, int]]]:
    """What both have stays where it is; only its proof goes over."""
    held = select(ContactPoint).order_by(ContactPoint.id)
    has = {(each.kind, each.value): each for each in session.scalars(held.where(ContactPoint.contact_id == kept.id))}
    points, proofs = [], []
    for point in session.scalars(held.where(ContactPoint.contact_id == gone.id)).all():
        twin = has.get((point.kind, point.value))
        if twin is None:
            points.append(point.id)
        elif point.verified_at is not None:
            _hand_over(session, point, twin)
            proofs.append({"gone": point.id, "kept": twin.id})
    _move(session, _column("contact_points.contact_id"), points, gone.id, kept.id)
    return points, proofs


def _hand_over(session: Session, giver: ContactPoint, taker: ContactPoint) -> None:
    """Let a proof be of another row with the same address; there is only ever one."""
    at, by = giver.verified_at, giver.verified_by_id
    giver.verified_at = giver.verified_by_id = None
    session.flush()
    taker.verified_at, taker.verified_by_id = at, by
    session.flush()


def _return_proofs(session: Session, proofs: Iterable[dict[str, int]]) -> None:
    for proof in proofs:
        giver, taker = session.get(ContactPoint, proof["kept"]), session.get(ContactPoint, proof["gone"])
        if giver is not None and taker is not None and giver.verified_at is not None:
            _hand_over(session, giver, taker)


def _move_entries(session: Session, kept: Contact, gone: Contact) -> tuple[list[int], list[int]]:
    """What stands on both timelines stays where it is."""
    known = set(_keys(session, kept.id).values())
    theirs = _keys(session, gone.id)
    turns = [number for number, key in theirs.items() if key[1] == _TURN]
    entries = [number for number, key in theirs.items() if key[1] != _TURN and key not in known]
    column = _column("timeline_entries.contact_id")
    _move(session, column, entries, gone.id, kept.id)
    _move(session, column, turns, gone.id, kept.id, cause_kind=f"version_of_{gone.id}")
    return entries, turns


def _keys(session: Session, contact_id: int) -> dict[int, tuple[str, str, int]]:
    rows = session.execute(
        select(TimelineEntry.id, TimelineEntry.kind, TimelineEntry.cause_kind, TimelineEntry.cause_id).where(
            TimelineEntry.contact_id == contact_id
        )
    )
    return {row[0]: (row[1], row[2], row[3]) for row in rows}


def _move_refused(session: Session, kept: Contact, gone: Contact) -> list[int]:
    """Whom either is not, neither is; but for the user they are joined to, as an agent now says again."""
    refused = select(RefusedJoin.user_id).where(RefusedJoin.contact_id == gone.id)
    known = set(session.scalars(select(RefusedJoin.user_id).where(RefusedJoin.contact_id == kept.id)))
    moved = [user_id for user_id in session.scalars(refused) if user_id not in known and user_id != kept.user_id]
    for user_id in moved:
        _rename_refused(session, user_id, gone.id, kept.id)
    return moved


def _rename_refused(session: Session, user_id: int, giver_id: int, taker_id: int) -> None:
    session.execute(
        update(RefusedJoin)
        .where(RefusedJoin.contact_id == giver_id, RefusedJoin.user_id == user_id)
        .values(contact_id=taker_id),
        execution_options={"synchronize_session": False},
    )


def _column(name: str) -> Column[Any]:
    """A column by the name it is recorded under."""
    table, _, column = name.partition(".")
    found: Table = Model.metadata.tables[table]
    return found.c[column]


def _move(session: Session, column: Column[Any], ids: Sequence[int], giver_id: int, taker_id: int, **more: Any) -> None:
    """Let rows name another contact, as far as they still name the first."""
    table = column.table
    assert isinstance(table, Table)  # noqa: S101
    for some in _slices(ids):
        session.execute(
            update(table).where(table.c.id.in_(some), column == giver_id).values({column.name: taker_id, **more})
        )


def _slices(ids: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for start in range(0, len(ids), 500):
        yield tuple(ids[start : start + 500])


def _touch(kept: Contact, gone: Contact, now: datetime) -> None:
    for contact in (kept, gone):
        contact.version += 1
        contact.edited_at = now
