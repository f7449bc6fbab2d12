"""Finds which others a question resembles when it is asked or edited, so that its page need not search."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from forum.questions.actions import keep_similar
from forum.questions.models import Question
from forum.search.documents import QUESTION, question_key, read_key
from search_index.contract import SearchIndex

#: A few more than are shown, for some may be hidden by then.
KEPT = 8


@dataclass(frozen=True)
class Relations:
    """Keeps what the index finds alike; an older question learns of a newer one by looking the other way."""

    index: SearchIndex

    def relate_question(self, session: Session, event: Any) -> None:
        """Search once more for what resembles it now."""
        question = session.get(Question, event.question_id)
        if question is None or not question.is_public:
            return
        hits = self.index.similar(question.title, limit=KEPT + 1, exclude=question_key(question.id))
        keys = [read_key(hit.key) for hit in hits]
        alike = [row_id for kind, row_id in keys if kind == QUESTION and row_id != question.id]
        keep_similar(session, question, alike[:KEPT])
