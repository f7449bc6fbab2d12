"""What the index holds of a question with everything under it, and of an article."""

from collections.abc import Iterable

from forum.base.markup import plain_text
from forum.knowledge.models import Article
from forum.questions.models import Question
from forum.search.texts import AnswerText, CommentText
from search_index.document import Document, Part, Role

QUESTION, ARTICLE = "question", "article"

#: What speaks for a hit among equally good ones: the company vouches for an article, an asker for a solution.
ARTICLE_QUALITY, SOLVED_QUALITY, ANSWERED_QUALITY = 1.0, 0.7, 0.2


def question_key(question_id: int) -> str:
    return f"{QUESTION}:{question_id}"


def article_key(article_id: int) -> str:
    return f"{ARTICLE}:{article_id}"


def read_key(key: str) -> tuple[str, int]:
    """The kind and id that a key was made of."""
    kind, _, number = key.partition(":")
    return kind, int(number)


def from_question(question: Question, answers: Iterable[AnswerText], comments: Iterable[CommentText]) -> Document:
    """A question as one document; the caller hands in only what everybody may see."""
    answered = list(answers)
    remarks = list(comments)
    parts = [Part(Role.BODY, plain_text(question.text), question_key(question.id))]
    for answer in answered:
        role = Role.ACCEPTED if answer.is_accepted else Role.ANSWER
        parts.append(Part(role, plain_text(answer.text), f"answer:{answer.id}"))
    parts.extend(Part(Role.COMMENT, plain_text(comment.text), f"comment:{comment.id}") for comment in remarks)
    states = {question.state}
    if not answered:
        states.add("unanswered")
    quality = SOLVED_QUALITY if question.is_solved else ANSWERED_QUALITY if answered else 0.0
    authors = {question.asker_id, *(answer.author_id for answer in answered)}
    return Document(
        key=question_key(question.id),
        kind=QUESTION,
        title=question.title,
        parts=tuple(parts),
        tags=tuple(name for tag in question.tags for name in (tag.name, *(other.name for other in tag.synonyms))),
        states=frozenset(states),
        authors=tuple(str(author) for author in sorted(authors)),
        product=question.product.slug if question.product is not None else None,
        language=question.language,
        score=question.score,
        quality=quality,
        created_at=question.created_at,
    )


def from_article(article: Article) -> Document:
    """The published revision of a live article."""
    revision = article.published
    assert revision is not None  # noqa: S101 - the caller asks for live articles only
    return Document(
        key=article_key(article.id),
        kind=ARTICLE,
        title=revision.title,
        parts=(Part(Role.BODY, plain_text(revision.text), article_key(article.id)),),
        states=frozenset({"solved"}),
        language=article.language,
        quality=ARTICLE_QUALITY,
        created_at=article.published_at or article.created_at,
    )
