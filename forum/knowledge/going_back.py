"""Go back to an earlier revision of an article, and take the words of one away for good."""

from datetime import datetime

from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Refused
from forum.base.markup import Rendered
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.base.words import say, translate
from forum.knowledge import queries, rules
from forum.knowledge.actions import save_revision
from forum.knowledge.events import ArticleRedacted
from forum.knowledge.models import Article, ArticleRevision
from forum.questions.checks import check_why


def roll_back_article(
    session: Session,
    actor: User,
    article: Article,
    revision: ArticleRevision,
    text: Rendered,
    now: datetime,
    *,
    why: str = "",
    based_on: int,
) -> ArticleRevision:
    """Save an earlier revision as the newest draft; raises Refused where nothing would change."""
    require(rules.may_roll_back(actor, article, revision))
    newest = queries.newest_revision(session, article)
    if (newest.title, newest.text, newest.language) == (revision.title, text.text, revision.language):
        raise Refused(say("The newest text says the same, so nothing would change."))
    why = why or translate(say("Back to version %(number)s", number=revision.number), actor.language)
    return save_revision(
        session, actor, article, revision.title, text, now, language=revision.language, why=why, based_on=based_on
    )


def redact_article_revision(
    session: Session, actor: User, article: Article, revision: ArticleRevision, why: str, now: datetime
) -> None:
    """Erase title and text of an earlier revision for everybody; that it was there, and why it went, stays."""
    require(rules.may_redact(actor, article, revision))
    why = check_why(why, needed=True)
    revision.redacted_at, revision.redacted_why = now, why
    revision.title = revision.text = revision.html = ""
    session.flush()
    log_staff_act(
        session,
        actor,
        "redact_revision",
        Cause.of(article),
        now,
        before={"number": revision.number, "is_redacted": False},
        after={"number": revision.number, "is_redacted": True},
        why=why,
    )
    publish(session, ArticleRedacted(article.id, revision.number))
