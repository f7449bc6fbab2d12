"""Keep a draft, throw it away, take it back; a text that was sent has no draft any more."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Conflict, Invalid, Refused
from forum.base.limits import Limit, spend
from forum.base.texts import Unclean, clean_text
from forum.base.verdicts import require
from forum.base.words import say
from forum.drafts import rules
from forum.drafts.models import PARTS, Draft, Purpose
from forum.drafts.queries import count_rows
from forum.media.actions import end_draft_uses, use_pictures
from forum.media.models import PictureUse
from forum.media.queries import picture_ids_in

#: Nobody comes back to a text after two months without having begun anew.
LIFETIME = timedelta(days=60)

#: How long a draft that was thrown away can be taken back.
BASKET = timedelta(days=1)

#: One person writes few things at a time; more is a program that fills the database.
MOST = 50

#: A save every three seconds while somebody types without a pause.
SAVES = Limit("drafts", 1_200, timedelta(hours=1))


@dataclass(frozen=True)
class Kept:
    """A draft as it stands, for whoever has to choose after the transaction is over."""

    version: int
    saved_at: datetime
    parts: Mapping[str, str]


class NewerDraft(Conflict):
    """The draft was saved elsewhere meanwhile; `draft` holds that text, or None when it was sent or discarded."""

    def __init__(self, draft: Draft | None) -> None:
        self.draft = Kept(draft.version, draft.saved_at, dict(draft.parts)) if draft is not None else None
        super().__init__(
            say("This draft was changed in another window or on another device.")
            if draft is not None
            else say("This text was sent or discarded in another window.")
        )


def save_draft(
    session: Session, actor: User, purpose: Purpose, parts: Mapping[str, str], version: int, now: datetime
) -> Draft | None:
    """Keep what is written so far; None when nothing is, which ends the draft.

    `version` is that of the draft the writer began from, 0 for none; raises NewerDraft when another one is kept.
    """
    require(rules.may_keep_drafts(actor))
    kept = check_parts(purpose.kind, parts)
    spend(session, SAVES, f"user:{actor.id}", now)
    draft = _find_row(session, actor, purpose)
    is_open = draft is not None and draft.discarded_at is None
    if draft is not None and is_open and draft.parts == kept:
        return draft
    if draft is not None and is_open and draft.version != version:
        raise NewerDraft(draft)
    if not is_open and version:
        raise NewerDraft(None)
    if not kept.get("text", "").strip() and not kept.get("title", "").strip():
        if draft is not None and is_open:
            _delete(session, draft)
        return None
    if draft is None:
        if count_rows(session, actor) >= MOST:
            raise Refused(say("You have %(most)d drafts, which is the most. Send or discard one of them.", most=MOST))
        draft = Draft(user_id=actor.id, kind=purpose.kind, target_id=purpose.target_id, version=0)
        session.add(draft)
    draft.parts = kept
    draft.version += 1
    draft.saved_at = now
    draft.discarded_at = None
    session.flush()
    numbers = picture_ids_in(draft.text)
    if numbers or draft.version > 1:
        use_pictures(session, actor, Cause.of(draft), numbers, now)
    return draft


def discard_draft(session: Session, actor: User, draft: Draft, now: datetime) -> None:
    """Throw a draft away; for a day it can be taken back."""
    require(rules.may_discard_draft(actor, draft))
    draft.discarded_at = draft.discarded_at or now
    session.flush()


def take_back_draft(session: Session, actor: User, draft: Draft) -> None:
    """Take a draft out of the basket."""
    require(rules.may_discard_draft(actor, draft))
    draft.discarded_at = None
    session.flush()


def end_draft(session: Session, actor: User, purpose: Purpose) -> None:
    """Delete the draft of a text that was sent, in the transaction that keeps the text."""
    draft = _find_row(session, actor, purpose)
    if draft is not None:
        _delete(session, draft)


def forget_old_drafts(session: Session, now: datetime) -> None:
    """Delete what nobody came back to, and what was thrown away."""
    old = or_(Draft.saved_at < now - LIFETIME, Draft.discarded_at < now - BASKET)
    end_draft_uses(session, PictureUse.row_id.in_(select(Draft.id).where(old)))
    session.execute(delete(Draft).where(old))


def _delete(session: Session, draft: Draft) -> None:
    end_draft_uses(session, PictureUse.row_id == draft.id)
    session.delete(draft)
    session.flush()


def check_parts(kind: str, parts: Mapping[str, str]) -> dict[str, str]:
    """The parts a draft of this kind has, cleaned; raises Invalid for one that is too long or not text."""
    kept = {}
    for name, most in PARTS[kind].items():
        try:
            kept[name] = clean_text(parts.get(name, ""), limit=most)
        except Unclean as unclean:
            raise Invalid({name: unclean.reason}) from unclean
    return kept


def _find_row(session: Session, actor: User, purpose: Purpose) -> Draft | None:
    return session.scalar(
        select(Draft)
        .where(Draft.user_id == actor.id, Draft.kind == purpose.kind, Draft.target_id == purpose.target_id)
        .with_for_update()
    )
