"""Where questions and answers are found."""

from typing import Any

from flask import url_for

from forum.questions.models import Answer, Comment, Post, Question

#: What stands after a question's number and is a page of its own; a title that reads so gets a hyphen.
TAKEN = frozenset(
    [
        "answers",
        "close",
        "comments",
        "delete",
        "edit",
        "flag",
        "hide",
        "reopen",
        "restore",
        "revisions",
        "undelete",
        "vote",
    ]
)


def question_slug(question: Question) -> str:
    """The words of the address."""
    slug = question.slug
    return f"{slug}-" if slug in TAKEN else slug


def question_url(question: Question, **values: Any) -> str:
    """The one right address of a question."""
    return url_for("questions.show", question_id=question.id, slug=question_slug(question), **values)


def answer_url(answer: Answer) -> str:
    """The answer's place on the page of its question, which must be loaded."""
    return question_url(answer.question, _anchor=f"answer-{answer.id}")


def post_url(post: Post) -> str:
    """The place of whatever was written."""
    if isinstance(post, Question):
        return question_url(post)
    if isinstance(post, Answer):
        return answer_url(post)
    assert isinstance(post, Comment)  # noqa: S101
    return question_url(post.question, _anchor=f"comment-{post.id}")
