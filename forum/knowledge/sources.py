"""What an article is made from: what its source looks like now, and what of that asks for a new review."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, case, or_, select

from forum.base.words import Sentence, say
from forum.knowledge.models import ACCEPTED, DELETED, HIDDEN, UNACCEPTED, Article
from forum.questions.models import Answer, Question

REASONS = {
    UNACCEPTED: say("The answer it was made from is no longer accepted."),
    HIDDEN: say("The answer it was made from was hidden by a moderator."),
    DELETED: say("The answer it was made from was deleted."),
}


@dataclass(frozen=True)
class Source:
    """What somebody sees who checks an article against its source answer."""

    version: int
    state: str

    def __str__(self) -> str:
        return f"{self.version}-{self.state}"


def source_now(article: Article) -> Source | None:
    """What the source looks like now, or None where there is none."""
    answer = article.source_answer
    return None if answer is None else Source(answer.version, state_of(answer))


def state_of(answer: Answer) -> str:
    """What became of an answer, the worst first; what happens to its question happens to it."""
    if answer.is_deleted or answer.question.is_deleted:
        return DELETED
    if answer.is_hidden or answer.question.is_hidden:
        return HIDDEN
    return ACCEPTED if answer.is_accepted else UNACCEPTED


def review_reasons(article: Article, now: datetime) -> list[Sentence]:
    """Why a live article should be looked at again, worked out from what is true now; empty when nothing asks."""
    if not article.is_live:
        return []
    reasons = source_changes(article)
    if article.review_why:
        reasons.append(say("An editor or staff asks for it: %(why)s", why=article.review_why))
    if article.review_due_at is not None and article.review_due_at <= now:
        reasons.append(say("It was last checked a long time ago."))
    return reasons


def source_changes(article: Article) -> list[Sentence]:
    """How the source differs from what the text was last checked against; coming back to good is no reason."""
    source = source_now(article)
    if source is None:
        return []
    reasons = []
    if source.version != article.source_version:
        reasons.append(say("The answer it was made from was edited."))
    if source.state not in (ACCEPTED, article.source_state):
        reasons.append(REASONS[source.state])
    return reasons


#: Articles that customers can read.
IS_LIVE: ColumnElement[bool] = and_(Article.published_id.is_not(None), Article.archived_at.is_(None))

_STATE: ColumnElement[str] = case(
    (or_(Answer.deleted_at.is_not(None), Question.deleted_at.is_not(None)), DELETED),
    (or_(Answer.hidden_at.is_not(None), Question.hidden_at.is_not(None)), HIDDEN),
    (Answer.accepted_at.is_(None), UNACCEPTED),
    else_=ACCEPTED,
)


def asks_for_review(now: datetime) -> ColumnElement[bool]:
    """The same as `review_reasons`, asked of the database; a test compares them."""
    changed = (
        select(Answer.id)
        .join(Question, Question.id == Answer.question_id)
        .where(Answer.id == Article.source_answer_id)
        .where(
            or_(
                Answer.version != Article.source_version,
                and_(_STATE != ACCEPTED, Article.source_state != _STATE),
            )
        )
        .correlate(Article)
        .exists()
    )
    return and_(IS_LIVE, or_(Article.review_why.is_not(None), Article.review_due_at <= now, changed))
