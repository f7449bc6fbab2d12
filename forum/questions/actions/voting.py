"""Say that something helped or did not, change one's mind, or take it back."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.actions import NewCredit, credit, credit_each, credit_new, take_back_credit, take_back_each
from forum.accounts.models import User
from forum.base.causes import Cause
from forum.base.errors import Invalid
from forum.base.outbox import publish
from forum.base.verdicts import require
from forum.base.words import say
from forum.questions import rules
from forum.questions.actions.keeping import (
    VOTED_DOWN,
    VOTED_DOWN_POINTS,
    VOTED_UP,
    VOTED_UP_POINTS,
    VOTES,
    spend_limit,
)
from forum.questions.events import VoteChanged
from forum.questions.models import Answer, Question, Votable, Vote

UP, DOWN, NONE = 1, -1, 0

NOT_A_VOTE = say("A vote is 1 (helpful), -1 (not helpful) or 0 (none).")


def vote(session: Session, actor: User, post: Votable, value: int, now: datetime) -> None:
    """Set the actor's vote to helpful (1), not helpful (-1) or none (0); the same again changes nothing."""
    if value not in (UP, DOWN, NONE):
        raise Invalid({"value": NOT_A_VOTE})
    require(rules.may_vote(actor, post))
    given = session.scalar(select(Vote).where(Vote.voter_id == actor.id, _is_on(post)))
    before = given.value if given is not None else NONE
    if value == before:
        return
    spend_limit(session, VOTES, actor, now)
    if given is not None:
        _take_back_points(session, post.author, given)
    if value == NONE:
        session.delete(given)
    elif given is None:
        given = _new_vote(actor, post, value, now)
        session.add(given)
    else:
        given.value, given.at = value, now
    session.flush()
    if given is not None and value != NONE:
        _give_points(session, post.author, given, now)
    up = (value == UP) - (before == UP)
    down = (value == DOWN) - (before == DOWN)
    _count(session, post, up=up, down=down)
    publish(session, _changed(post))


def take_votes(session: Session, post: Votable, given: Sequence[tuple[User, int, datetime]]) -> None:
    """Take several people's first votes on a post, each as if given at its time, with a few statements for all.

    They are not counted against anybody's limit; who has voted on it before is refused by the database.
    """
    for actor, value, _ in given:
        if value not in (UP, DOWN):
            raise Invalid({"value": NOT_A_VOTE})
        require(rules.may_vote(actor, post))
    votes = [_new_vote(actor, post, value, at) for actor, value, at in given]
    session.add_all(votes)
    session.flush()
    credits = [NewCredit(*_worth(vote.value), Cause.of(vote), vote.at) for vote in votes]
    credit_new(session, post.author, credits)
    ups = sum(vote.value == UP for vote in votes)
    _count(session, post, up=ups, down=len(votes) - ups)
    publish(session, _changed(post))


def take_back_all_points(session: Session, post: Votable) -> None:
    """Take from its author what the votes on a text gave, for as long as nobody can see it; the votes stay."""
    votes = select(Vote.id).where(_is_on(post))
    take_back_each(session, post.author, (VOTED_UP, VOTED_DOWN), "vote", votes)


def give_points_again(session: Session, post: Votable, now: datetime) -> None:
    """Give its author again what the votes on a text are worth."""
    votes = session.execute(select(Vote.id, Vote.value).where(_is_on(post))).all()
    for value, reason, points in ((UP, VOTED_UP, VOTED_UP_POINTS), (DOWN, VOTED_DOWN, VOTED_DOWN_POINTS)):
        ids = [row.id for row in votes if row.value == value]
        credit_each(session, post.author, reason, points, "vote", ids, now)


def _new_vote(actor: User, post: Votable, value: int, now: datetime) -> Vote:
    is_question = isinstance(post, Question)
    return Vote(
        voter_id=actor.id,
        question_id=post.id if is_question else None,
        answer_id=None if is_question else post.id,
        value=value,
        at=now,
    )


def _is_on(post: Votable) -> Any:
    return Vote.answer_id == post.id if isinstance(post, Answer) else Vote.question_id == post.id


def _count(session: Session, post: Votable, *, up: int, down: int) -> None:
    """Added by the database to what stands there by then, so that nobody's vote is lost."""
    kind = type(post)
    post.up_count = kind.up_count + up
    post.down_count = kind.down_count + down
    post.score = kind.score + up - down
    session.flush()
    session.refresh(post, ["up_count", "down_count", "score"])


def _worth(value: int) -> tuple[str, int]:
    return (VOTED_UP, VOTED_UP_POINTS) if value == UP else (VOTED_DOWN, VOTED_DOWN_POINTS)


def _give_points(session: Session, author: User, given: Vote, now: datetime) -> None:
    reason, points = _worth(given.value)
    credit(session, author, reason, points, Cause.of(given), now)


def _take_back_points(session: Session, author: User, given: Vote) -> None:
    take_back_credit(session, author, VOTED_UP if given.value == UP else VOTED_DOWN, Cause.of(given))


def _changed(post: Votable) -> VoteChanged:
    if isinstance(post, Answer):
        return VoteChanged(question_id=None, answer_id=post.id)
    return VoteChanged(question_id=post.id, answer_id=None)
