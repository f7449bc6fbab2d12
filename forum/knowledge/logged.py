"""What editors do to articles, written into the staff log; texts stand there by the number of their revision."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.knowledge.models import Article


def log_act(
    session: Session,
    actor: User,
    verb: str,
    article: Article,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    why: str = "",
) -> None:
    """Write down who did what to an article."""
    log_staff_act(session, actor, verb, Cause.of(article), now, before=before, after=after, why=why)
