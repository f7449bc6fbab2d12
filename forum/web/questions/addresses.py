"""Where questions and answers are found; put together without asking the router, for a page holds a hundred of them."""

import re

from forum.questions.models import Answer, Comment, Post, Question, slug_of
from forum.questions.rows import QuestionRow
from forum.web.context import LINKS

#: A number, or an address of a question as it is copied from the browser.
_NUMBER = re.compile(r"(?:.*/questions/)?#?([1-9][0-9]{0,17})(?:[/?#].*)?")


def question_number(written: str) -> int | None:
    """The question somebody means by its number or its address; None for anything else."""
    found = _NUMBER.fullmatch(written)
    return int(found[1]) if found else None


def question_place(question_id: int, title: str) -> str:
    """The one right address of the question with this number and title."""
    return f"{LINKS.root}/questions/{question_id}/{slug_of(title)}"


def question_url(question: Question | QuestionRow) -> str:
    """The one right address of a question."""
    return question_place(question.id, question.title)


def answer_url(answer: Answer) -> str:
    """The answer's place on the page of its question, which must be loaded."""
    return f"{question_url(answer.question)}#answer-{answer.id}"


def post_url(post: Post) -> str:
    """The place of whatever was written."""
    if isinstance(post, Question):
        return question_url(post)
    if isinstance(post, Answer):
        return answer_url(post)
    assert isinstance(post, Comment)  # noqa: S101
    return f"{question_url(post.question)}#comment-{post.id}"


def place(kind: str, row_id: int, verb: str) -> str:
    """Where something is done with one of the `questions`, `answers` or `comments`."""
    return f"{LINKS.root}/{kind}/{row_id}/{verb}"
