"""What forms have to do with drafts: filled from one when shown, without one when sent."""

from typing import Any, TypeVar

from flask import render_template, request, url_for

from forum.base.requests import db
from forum.drafts.actions import Kept, end_draft
from forum.drafts.models import ANSWER, EDIT_ANSWER, EDIT_QUESTION, PARTS, QUESTION, Draft, Purpose
from forum.drafts.queries import find_draft
from forum.web.forms import PageForm
from forum.web.people import actor, reader

F = TypeVar("F", bound=PageForm)

#: What a form that can be kept says of itself beside its own fields.
FOR, VERSION = "draft_for", "draft_version"


def restore(form: F, purpose: Purpose) -> Draft | None:
    """Fill a form with what the reader wrote for this purpose before; tell which draft that was."""
    draft = find_draft(db(), reader(), purpose)
    if draft is not None:
        fill(form, draft)
    return draft


def fill(form: PageForm, draft: Draft) -> None:
    """Put the parts of a draft into the fields of their names."""
    for name, written in draft.parts.items():
        if name in form:
            form[name].data = written


def is_sent(kind: str, target_id: int = 0) -> None:
    """Let go of the draft of what was sent just now, in the same transaction."""
    end_draft(db(), actor(), Purpose(kind, target_id))


def place_of(purpose: Purpose) -> str:
    """Where the writing goes on."""
    if purpose.kind == QUESTION:
        return url_for("questions.ask")
    if purpose.kind == ANSWER:
        return url_for("questions.show", question_id=purpose.target_id, _anchor="your-answer")
    if purpose.kind == EDIT_QUESTION:
        return url_for("questions.edit_question", question_id=purpose.target_id)
    if purpose.kind == EDIT_ANSWER:
        return url_for("questions.edit_answer", answer_id=purpose.target_id)
    return url_for("knowledge.edit_article", article_id=purpose.target_id)


def sent_purpose() -> Purpose | None:
    """The purpose named in the form that was sent, or None."""
    return Purpose.read(request.form.get(FOR, ""))


def sent_version() -> int:
    """The version of the draft the form began from, or 0."""
    written = request.form.get(VERSION, "")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 10 else 0


def sent_parts(purpose: Purpose) -> dict[str, str]:
    """What the form holds of the parts of a draft of this kind."""
    return {name: request.form.get(name, "") for name in PARTS[purpose.kind]}


def both_texts(purpose: Purpose, parts: dict[str, str], newer: Kept | None) -> tuple[str, int]:
    """The page that shows two states of one draft and lets their writer choose."""
    page: Any = render_template(
        "drafts/both.html",
        purpose=purpose,
        parts=parts,
        newer=newer,
        place=place_of(purpose),
    )
    return page, 409
