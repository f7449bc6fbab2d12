"""Say which answer solved a question, or that it did not after all, with all that follows from either."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.actions import credit, log_staff_act, take_back_credit
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.contacts.actions import record, strike
from forum.questions import rules
from forum.questions.actions.keeping import ACCEPTED, ACCEPTED_POINTS, HELPED, WAS_HELPED, settle
from forum.questions.events import AcceptanceWithdrawn, AnswerAccepted, HelpNeeded
from forum.questions.models import Answer, Question


def accept_answer(session: Session, actor: User, answer: Answer, now: datetime) -> None:
    """Mark the answer that solved the question, in place of any earlier one; accepting it again changes nothing."""
    require(rules.may_accept(actor, answer))
    if answer.is_accepted:
        return
    question = answer.question
    earlier = find_accepted(session, question)
    if earlier is not None:
        drop_acceptance(session, earlier)
    answer.accepted_at = now
    answer.accepted_by_id = actor.id
    question.active_at = now
    settle(session, question)
    if answer.author_id != question.asker_id:
        credit(session, answer.author, ACCEPTED, ACCEPTED_POINTS, Cause.of(answer), now)
        for person_id, kind in ((question.asker_id, WAS_HELPED), (answer.author_id, HELPED)):
            record(session, person_id, kind, Cause.of(answer), now, actor_id=actor.id)
    if actor.id != question.asker_id:
        _log(session, actor, "accept_answer", answer, now, earlier=earlier)
    publish(session, AnswerAccepted(answer.id))


def withdraw_acceptance(session: Session, actor: User, answer: Answer, now: datetime) -> None:
    """Say that the answer did not solve it after all; nothing happens to one that is not accepted."""
    require(rules.may_withdraw_acceptance(actor, answer))
    if not answer.is_accepted:
        return
    drop_acceptance(session, answer)
    answer.question.active_at = now
    settle(session, answer.question)
    if actor.id != answer.question.asker_id:
        _log(session, actor, "withdraw_acceptance", answer, now, earlier=answer)


def ask_for_help_again(session: Session, actor: User, question: Question, now: datetime) -> None:
    """Put an answered or solved question of the actor's back among those that wait, until somebody answers again."""
    require(rules.may_ask_for_help_again(actor, question))
    accepted = find_accepted(session, question)
    if accepted is not None:
        drop_acceptance(session, accepted)
    question.needs_help_at = question.active_at = now
    settle(session, question)
    publish(session, HelpNeeded(question.id))


def accept_again(session: Session, actor: User, answer: Answer, accepted_by_id: int | None, now: datetime) -> None:
    """Give an answer back the mark that it lost when it was removed by mistake, unless another has it by now."""
    if find_accepted(session, answer.question) is None and rules.may_accept(actor, answer):
        accept_answer(session, actor, answer, now)
        answer.accepted_by_id = accepted_by_id
        session.flush()


def find_accepted(session: Session, question: Question) -> Answer | None:
    """The answer that is accepted now."""
    return session.scalar(
        select(Answer).where(Answer.question_id == question.id).where(Answer.accepted_at.is_not(None))
    )


def drop_acceptance(session: Session, answer: Answer) -> None:
    """Take the mark off, the standing it gave and its lines on the timelines; the caller settles the question."""
    answer.accepted_at = None
    answer.accepted_by_id = None
    session.flush()
    take_back_credit(session, answer.author, ACCEPTED, Cause.of(answer))
    strike(session, Cause.of(answer), WAS_HELPED, HELPED)
    publish(session, AcceptanceWithdrawn(answer.id))


def _log(session: Session, actor: User, verb: str, answer: Answer, now: datetime, *, earlier: Answer | None) -> None:
    log_staff_act(
        session,
        actor,
        verb,
        Cause.of(answer),
        now,
        before={"accepted_answer_id": earlier.id if earlier is not None else None},
        after={"accepted_answer_id": answer.id if answer.is_accepted else None},
    )
