"""What everybody may read of questions, as rows of nothing but what searching needs."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.questions.models import Answer, Comment, Question, slug_of
from forum.questions.queries import is_public


class QuestionText(NamedTuple):
    id: int
    title: str
    text: str
    state: str
    created_at: datetime
    answer_count: int
    score: int

    @property
    def slug(self) -> str:
        return slug_of(self.title)


class AnswerText(NamedTuple):
    id: int
    question_id: int
    author_id: int
    text: str
    is_accepted: bool


class CommentText(NamedTuple):
    id: int
    question_id: int
    answer_id: int | None
    text: str


_QUESTION = select(*(getattr(Question, name) for name in QuestionText._fields))
_ANSWER = select(
    Answer.id, Answer.question_id, Answer.author_id, Answer.text, Answer.accepted_at.is_not(None)
).order_by(Answer.accepted_at.is_(None), Answer.score.desc(), Answer.id)
_COMMENT = select(*(getattr(Comment, name) for name in CommentText._fields)).order_by(Comment.id)


def public_questions(session: Session, ids: Iterable[int]) -> dict[int, QuestionText]:
    """Those of the questions that everybody may read, by their ids."""
    wanted = list(ids)
    if not wanted:
        return {}
    found = session.execute(_QUESTION.where(Question.id.in_(wanted), is_public(Question)))
    return {row.id: QuestionText._make(row) for row in found}


def texts_under(
    session: Session, question_ids: Iterable[int]
) -> tuple[dict[int, list[AnswerText]], dict[int, list[CommentText]]]:
    """What everybody may read under these questions: the accepted answer first, then the best; comments as they came."""
    ids = list(question_ids)
    answers: dict[int, list[AnswerText]] = {question_id: [] for question_id in ids}
    comments: dict[int, list[CommentText]] = {question_id: [] for question_id in ids}
    if not ids:
        return answers, comments
    shown = set()
    for answer in map(AnswerText._make, session.execute(_ANSWER.where(Answer.question_id.in_(ids), is_public(Answer)))):
        answers[answer.question_id].append(answer)
        shown.add(answer.id)
    remarks = session.execute(_COMMENT.where(Comment.question_id.in_(ids), is_public(Comment)))
    for comment in map(CommentText._make, remarks):
        if comment.answer_id is None or comment.answer_id in shown:
            comments[comment.question_id].append(comment)
    return answers, comments
