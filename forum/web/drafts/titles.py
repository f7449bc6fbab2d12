"""What drafts are about, as far as their writer may still see it."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session, joinedload

from forum.accounts.models import Reader
from forum.drafts.models import ANSWER, EDIT_ANSWER, EDIT_ARTICLE, EDIT_QUESTION, Draft, Purpose
from forum.knowledge.models import Article
from forum.knowledge.queries import visible_articles
from forum.questions.models import Answer, Question
from forum.questions.queries import visible_answers, visible_questions


def titles_of(session: Session, reader: Reader, drafts: Sequence[Draft]) -> dict[Purpose, str]:
    """The title of what each draft belongs to; what is gone, or gone for this reader, is left out."""
    questions = _by_id(session, visible_questions(reader), Question, _targets(drafts, ANSWER, EDIT_QUESTION))
    answers = _by_id(session, visible_answers(reader), Answer, _targets(drafts, EDIT_ANSWER))
    articles = _by_id(
        session,
        visible_articles(reader).options(joinedload(Article.published)),
        Article,
        _targets(drafts, EDIT_ARTICLE),
    )
    titles: dict[Purpose, str] = {}
    for draft in drafts:
        if draft.kind in (ANSWER, EDIT_QUESTION) and draft.target_id in questions:
            titles[draft.purpose] = questions[draft.target_id].title
        elif draft.kind == EDIT_ANSWER and draft.target_id in answers:
            titles[draft.purpose] = answers[draft.target_id].question.title
        elif draft.kind == EDIT_ARTICLE and draft.target_id in articles:
            titles[draft.purpose] = articles[draft.target_id].title
    return titles


def _targets(drafts: Iterable[Draft], *kinds: str) -> list[int]:
    return [draft.target_id for draft in drafts if draft.kind in kinds]


def _by_id(session: Session, query: Any, kind: Any, ids: list[int]) -> dict[int, Any]:
    if not ids:
        return {}
    return {row.id: row for row in session.scalars(query.where(kind.id.in_(ids))).unique()}
