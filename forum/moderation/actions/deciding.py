"""Decide about what was flagged, and take a decision back; what happens to the text is done by the questions' actions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from forum.accounts.actions import log_staff_act
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Conflict, DomainError, Invalid, Refused
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.base.words import say
from forum.moderation import rules
from forum.moderation.actions.flagging import settle
from forum.moderation.events import DecisionUndone, TextDecided
from forum.moderation.models import (
    CLOSE,
    DECIDED,
    DECISIONS,
    DELETE,
    DROPPED,
    HIDE,
    KEEP,
    MEND,
    MENDING,
    OPEN,
    Decision,
    ReviewItem,
)
from forum.moderation.queries import find_text, item_before_us
from forum.questions import actions
from forum.questions.checks import check_why
from forum.questions.models import Answer, Comment, Post, Question

#: Decisions whose reason is read by the person concerned, so that there has to be one.
NEED_WHY = (HIDE, MEND, CLOSE)


@dataclass(frozen=True)
class Seen:
    """What the moderator had before their eyes: the round of the item, and the version of the text."""

    round: int
    version: int


def decide(
    session: Session, actor: User, item: ReviewItem, decision: str, why: str, now: datetime, seen: Seen | None = None
) -> Decision:
    """Keep, hide, delete, close, or ask the author to mend.

    Raises Conflict, with who and what, when somebody decided or the text was changed after the moderator saw it.
    """
    if decision not in DECISIONS:
        raise Invalid({"decision": say("Choose one of: %(choices)s.", choices=", ".join(DECISIONS))})
    post = find_text(session, item)
    if rules.may_review(actor) and actor.id != item.author_id:
        _meet(item, post, seen)
    require(rules.may_decide(actor, item, now))
    require(rules.may_choose(decision, post))
    why = check_why(why, needed=decision in NEED_WHY)
    did = _act(session, actor, post, decision, why, now)
    item.round += 1
    item.state = MENDING if decision == MEND else DECIDED
    item.claimed_by = item.claimed_until = None
    made = Decision(
        item=item,
        round=item.round,
        moderator=actor,
        outcome=decision,
        why=why,
        text_version=post.version,
        did=did,
        at=now,
    )
    session.add(made)
    session.flush()
    if not did or decision == MEND:
        after = {"decision": decision, "flags": item.flag_count}
        log_staff_act(session, actor, f"decide_{item.target_kind}", Cause.of(post), now, after=after, why=why)
    publish(session, TextDecided(made.id))
    return made


def decide_all(
    session: Session,
    actor: User,
    items: Sequence[tuple[ReviewItem, Seen]],
    decision: str,
    why: str,
    now: datetime,
) -> tuple[list[Decision], list[ReviewItem]]:
    """Decide the same about many; what somebody else has, decided or changed meanwhile is left and given back."""
    require(rules.may_review(actor))
    check_why(why, needed=decision in NEED_WHY)
    made: list[Decision] = []
    left: list[ReviewItem] = []
    for item, seen in items:
        try:
            with session.begin_nested():
                made.append(decide(session, actor, item, decision, why, now, seen))
        except Invalid:
            raise
        except DomainError:
            left.append(item)
    return made, left


def undo_decision(session: Session, actor: User, decision: Decision, now: datetime) -> None:
    """Take back what a decision did to the text, as far as it still stands so, and let the item wait again."""
    require(rules.may_undo(actor, decision))
    item = decision.item
    post = find_text(session, item)
    other = item_before_us(session, post)
    if other is not None and other.id != item.id:
        raise Refused(say("This was flagged again since. Decide there: item %(number)d.", number=other.id))
    _take_back(session, actor, post, decision, now)
    decision.undone_at = now
    decision.undone_by = actor
    item.round += 1
    item.state = OPEN
    item.claimed_by = item.claimed_until = None
    if not post.is_hidden:
        item.mended_at = None
    settle(session, item)
    before = {"decision": decision.outcome}
    log_staff_act(session, actor, f"undo_decision_{item.target_kind}", Cause.of(post), now, before=before)
    publish(session, DecisionUndone(decision.id))


def _meet(item: ReviewItem, post: Post, seen: Seen | None) -> None:
    """Raise Conflict when what the moderator saw is not what there is."""
    if item.state == DECIDED or (seen is not None and seen.round != item.round):
        raise Conflict(say("Another moderator has decided about this meanwhile."))
    if item.state == DROPPED:
        raise Conflict(say("All who flagged this have taken it back meanwhile, so there is nothing to decide."))
    if seen is not None and seen.version != post.version:
        raise Conflict(say("The text was changed while you were reading. Look at it again before you decide."))


def _act(session: Session, actor: User, post: Post, decision: str, why: str, now: datetime) -> dict[str, Any]:
    """Do to the text what was decided; say what changed by it."""
    if decision in (HIDE, MEND):
        was: dict[str, Any] = {"hidden_why": post.hidden_why} if post.is_hidden else _acceptance(post)
        if post.hidden_why == why:
            return {}
        hide(session, actor, post, why, now)
        return {"act": "hide", **was}
    if decision == DELETE and not post.is_deleted:
        was = _acceptance(post)
        delete(session, actor, post, why, now)
        return {"act": "delete", **was}
    if decision == CLOSE and isinstance(post, Question) and post.closed_at is None:
        actions.close_question(session, actor, post, why, now)
        return {"act": "close"}
    if decision == KEEP and post.is_hidden and not post.is_deleted:
        was = {"hidden_why": post.hidden_why}
        restore(session, actor, post, now)
        return {"act": "restore", **was}
    return {}


def _take_back(session: Session, actor: User, post: Post, decision: Decision, now: datetime) -> None:
    did = decision.did
    act, earlier_why = did.get("act"), did.get("hidden_why")
    if act == "restore" and not post.is_hidden:
        hide(session, actor, post, earlier_why or decision.why, now)
    elif act == "hide" and post.is_hidden and earlier_why:
        hide(session, actor, post, earlier_why, now)
    elif act == "hide" and post.is_hidden:
        restore(session, actor, post, now)
    elif act == "delete" and post.is_deleted:
        undelete(session, actor, post, now)
    elif act == "close" and isinstance(post, Question) and post.closed_at is not None:
        actions.reopen_question(session, actor, post, now)
    if isinstance(post, Answer) and "accepted_by_id" in did and post.is_public:
        actions.accept_again(session, actor, post, did["accepted_by_id"], now)


def _acceptance(post: Post) -> dict[str, Any]:
    """Who had accepted an answer that is about to lose its mark."""
    return {"accepted_by_id": post.accepted_by_id} if isinstance(post, Answer) and post.is_accepted else {}


def hide(session: Session, actor: User, post: Post, why: str, now: datetime) -> None:
    """Hide a text, whatever it is."""
    if isinstance(post, Question):
        actions.hide_question(session, actor, post, why, now)
    elif isinstance(post, Answer):
        actions.hide_answer(session, actor, post, why, now)
    else:
        actions.hide_comment(session, actor, post, why, now)


def restore(session: Session, actor: User, post: Post, now: datetime) -> None:
    """Show a text again, whatever it is."""
    if isinstance(post, Question):
        actions.restore_question(session, actor, post, now)
    elif isinstance(post, Answer):
        actions.restore_answer(session, actor, post, now)
    else:
        actions.restore_comment(session, actor, post, now)


def delete(session: Session, actor: User, post: Post, why: str, now: datetime) -> None:
    """Delete a text, whatever it is."""
    if isinstance(post, Question):
        actions.delete_question(session, actor, post, now, why)
    elif isinstance(post, Answer):
        actions.delete_answer(session, actor, post, now, why)
    else:
        actions.delete_comment(session, actor, post, now, why)


def undelete(session: Session, actor: User, post: Post, now: datetime) -> None:
    """Bring a text back, whatever it is."""
    if isinstance(post, Question):
        actions.undelete_question(session, actor, post, now)
    elif isinstance(post, Answer):
        actions.undelete_answer(session, actor, post, now)
    elif isinstance(post, Comment):
        actions.undelete_comment(session, actor, post, now)
