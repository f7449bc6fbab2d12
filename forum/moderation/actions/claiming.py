"""Say who looks at what, so that two do not do the same; a claim lapses by itself."""

from datetime import datetime

from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.moderation import rules
from forum.moderation.events import TextMended
from forum.moderation.models import CLAIM_LEASE, OPEN, ReviewItem
from forum.moderation.queries import next_item


def claim(session: Session, actor: User, item: ReviewItem, now: datetime) -> None:
    """Take an item for some minutes; again, for as many from now."""
    require(rules.may_claim(actor, item, now))
    item.claimed_by = actor
    item.claimed_until = now + CLAIM_LEASE
    session.flush()


def release(session: Session, actor: User, item: ReviewItem) -> None:
    """Give a claim back before it lapses; nothing happens to somebody else's."""
    require(rules.may_review(actor))
    if item.claimed_by_id == actor.id:
        item.claimed_by = item.claimed_until = None
        session.flush()


def claim_next(session: Session, actor: User, now: datetime, after: ReviewItem | None = None) -> ReviewItem | None:
    """Take the first item that nobody else has, after this one where one is given; None where there is none."""
    require(rules.may_review(actor))
    item = next_item(session, actor, now, after) or (next_item(session, actor, now) if after is not None else None)
    if item is not None:
        claim(session, actor, item, now)
    return item


def put_back(session: Session, item: ReviewItem, now: datetime) -> None:
    """Let an item wait again that its author has mended; hidden as it is it harms nobody, so it queues from now."""
    item.state = OPEN
    item.mended_at = item.rank_at = now
    item.claimed_by = item.claimed_until = None
    session.flush()
    publish(session, TextMended(item.id))
