"""Go back to an earlier version, and take the words of one away for good."""

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
from forum.questions import rules
from forum.questions.actions.writing import edit_answer, edit_question
from forum.questions.checks import check_why
from forum.questions.events import RevisionRedacted
from forum.questions.models import Answer, Question, Revision

UNCHANGED = say("What stands there now says the same, so nothing would change.")


def roll_back(
    session: Session,
    actor: User,
    post: Question | Answer,
    revision: Revision,
    written: Rendered,
    version: int,
    now: datetime,
    why: str = "",
) -> None:
    """Make an earlier version the newest one, as an edit that says so; `written` is its text, rendered.

    Raises Refused where nothing would change, Conflict when `version` is no longer what stands there.
    """
    require(rules.may_roll_back(actor, post, revision))
    before = post.version
    why = check_why(why) or translate(say("Back to version %(number)s", number=revision.number), actor.language)
    if isinstance(post, Question):
        title = post.title if revision.title is None else revision.title
        tags = sorted(tag.name for tag in post.tags) if revision.tags is None else revision.tags
        edit_question(session, actor, post, title, written, tags, version, now, why)
    else:
        edit_answer(session, actor, post, written, version, now, why)
    if post.version == before:
        raise Refused(UNCHANGED)


def redact(session: Session, actor: User, post: Question | Answer, revision: Revision, why: str, now: datetime) -> None:
    """Take title and text out of an earlier version for everybody; that it was there, and why it went, stays."""
    require(rules.may_redact(actor, post, revision))
    revision.redacted_why = check_why(why, needed=True)
    revision.redacted_at = now
    revision.text = ""
    revision.title = None
    session.flush()
    log_staff_act(
        session,
        actor,
        "redact_revision",
        Cause.of(post),
        now,
        before={"number": revision.number, "is_redacted": False},
        after={"number": revision.number, "is_redacted": True},
        why=revision.redacted_why,
    )
    publish(session, RevisionRedacted(revision.question_id, revision.answer_id, revision.number))
