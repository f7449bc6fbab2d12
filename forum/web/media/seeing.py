"""Who may see a picture: its uploader, and whoever may read a text that shows it."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from forum.accounts.models import VISITOR, Reader
from forum.knowledge.models import Article
from forum.knowledge.queries import visible_articles
from forum.media.models import Picture
from forum.media.queries import current_uses
from forum.questions.models import Answer, Comment, Question
from forum.questions.queries import visible_answers, visible_comments, visible_questions


def may_see(session: Session, reader: Reader, picture: Picture) -> bool:
    """Asked of the same queries that find the texts, so that what is hidden takes its pictures along."""
    if reader.is_signed_in and reader.id == picture.uploader_id:
        return True
    ids: dict[str, list[int]] = {}
    for use in current_uses(session, picture):
        ids.setdefault(use.kind, []).append(use.row_id)
    return any(
        kind in ids and session.scalar(select(query.where(model.id.in_(ids[kind])).exists()))
        for kind, model, query in (
            ("question", Question, visible_questions(reader)),
            ("answer", Answer, visible_answers(reader)),
            ("comment", Comment, visible_comments(reader)),
            ("article", Article, visible_articles(reader)),
        )
    )


def is_public(session: Session, picture: Picture) -> bool:
    """Whether everybody may see it."""
    return may_see(session, VISITOR, picture)
