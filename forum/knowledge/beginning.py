"""An article that is made from no answer: for what people look for and nobody has asked."""

from datetime import datetime

from sqlalchemy.orm import Session

from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.markup import Rendered
from forum.base.once import made_before, remember_made
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.knowledge import rules
from forum.knowledge.actions import add_revision
from forum.knowledge.events import ArticleSaved
from forum.knowledge.logged import log_act
from forum.knowledge.models import DRAFT, Article


def write_article(
    session: Session, actor: User, title: str, text: Rendered, now: datetime, *, language: str, once: str = ""
) -> Article:
    """Begin an article that is made from no answer; the same form sent twice begins one."""
    require(rules.may_write(actor))
    owner = f"user:{actor.id}"
    made = made_before(session, owner, once)
    if made is not None:
        return session.get_one(Article, made.id)
    article = Article(state=DRAFT, title=title, created_at=now, active_at=now, creator=actor)
    session.add(article)
    add_revision(session, article, actor, title, text, language, "", now)
    remember_made(session, owner, once, Cause.of(article), now)
    log_act(session, actor, "write_article", article, now, after={"state": DRAFT})
    publish(session, ArticleSaved(article.id, article.version))
    return article
