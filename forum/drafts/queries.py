"""Reading drafts: everybody their own, and nobody else's."""

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from forum.accounts.models import Reader
from forum.base.errors import NotFound
from forum.base.statements import Statement, connection_of, object_of
from forum.drafts.models import Draft, Purpose


def own_drafts(reader: Reader) -> Select[Draft]:
    """All of a person's drafts, also those thrown away a short while ago."""
    return select(Draft).where(Draft.user_id == reader.id)


def find_draft(session: Session, reader: Reader, purpose: Purpose) -> Draft | None:
    """What the reader wrote for this purpose and has not sent, or None."""
    if not reader.is_signed_in:
        return None
    given = {"user_id": reader.id, "kind": purpose.kind, "target_id": purpose.target_id}
    found = _draft_for().ask(connection_of(session), given)
    return object_of(session, Draft, found[0]) if found else None


@lru_cache
def _draft_for() -> Statement:
    """Asked for every page with a form to write in."""
    drafts = Draft.__table__
    return Statement(
        select(*drafts.c)
        .where(drafts.c.user_id == bindparam("user_id"))
        .where(drafts.c.kind == bindparam("kind"), drafts.c.target_id == bindparam("target_id"))
        .where(drafts.c.discarded_at.is_(None))
    )


def find_own_draft(session: Session, reader: Reader, draft_id: int) -> Draft:
    """One of the reader's drafts, discarded or not; raises NotFound also when it is somebody else's."""
    draft = session.scalar(own_drafts(reader).where(Draft.id == draft_id))
    if draft is None:
        raise NotFound("draft")
    return draft


def list_drafts(session: Session, reader: Reader) -> Sequence[Draft]:
    """Those of the reader, newest first; there are never more than fit one page."""
    query = own_drafts(reader).where(Draft.discarded_at.is_(None)).order_by(Draft.saved_at.desc(), Draft.id.desc())
    return session.scalars(query).all()


def count_rows(session: Session, reader: Reader) -> int:
    """How many sheets somebody has, with those in the basket."""
    return session.scalar(select(func.count()).select_from(Draft).where(Draft.user_id == reader.id)) or 0
