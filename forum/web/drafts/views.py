"""Keep what is being written, look at all of it, throw it away and take it back."""

from typing import Any

from flask import Blueprint, flash, jsonify, redirect, render_template, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from forum.base.errors import Invalid
from forum.base.markup import excerpt
from forum.base.requests import db, now, writes
from forum.base.words import Sentence, say
from forum.drafts import actions
from forum.drafts.models import ANSWER, EDIT_ANSWER, EDIT_ARTICLE, EDIT_QUESTION, QUESTION, Draft, Purpose
from forum.drafts.queries import find_draft, find_own_draft, list_drafts
from forum.web.drafts.restoring import both_texts, place_of, sent_parts, sent_purpose, sent_version
from forum.web.drafts.titles import titles_of
from forum.web.errors import wants_json
from forum.web.language import gettext, spoken
from forum.web.people import actor

pages = Blueprint("drafts", __name__)

#: What a draft is for, in the list.
KIND_WORDS = {
    QUESTION: say("A new question"),
    ANSWER: say("An answer"),
    EDIT_QUESTION: say("An edit of a question"),
    EDIT_ANSWER: say("An edit of an answer"),
    EDIT_ARTICLE: say("An edit of an article"),
}


@pages.get("/drafts")
def my_drafts() -> str:
    """Everything the reader began to write and has not sent."""
    drafts = list_drafts(db(), actor())
    titles = titles_of(db(), actor(), drafts)
    shown: list[dict[str, Any]] = [
        {
            "draft": draft,
            "kind": KIND_WORDS[draft.kind],
            "title": titles.get(draft.purpose) or draft.title or gettext("Without a title"),
            "is_gone": draft.kind != QUESTION and draft.purpose not in titles,
            "excerpt": excerpt(draft.text, 200),
            "url": place_of(draft.purpose),
        }
        for draft in drafts
    ]
    return render_template("drafts/list.html", drafts=shown, most=actions.MOST, days=actions.LIFETIME.days)


@pages.post("/drafts")
def keep_draft() -> Any:
    """Save; a page without script comes back to its form, a script is told the new version."""
    try:
        return _keep()
    except actions.NewerDraft as conflict:
        purpose = _purpose()
        if not wants_json():
            return both_texts(purpose, sent_parts(purpose), conflict.draft)
        return _told_newer(conflict)


def _told_newer(conflict: actions.NewerDraft) -> tuple[Response, int]:
    newer = conflict.draft
    said: dict[str, Any] = {"title": spoken(conflict.reason), "status": 409, "version": 0}
    if newer is not None:
        said |= {"version": newer.version, "saved_at": newer.saved_at.isoformat(), "parts": newer.parts}
    return jsonify(said), 409


@writes
def _keep() -> Response:
    purpose = _purpose()
    draft = actions.save_draft(db(), actor(), purpose, sent_parts(purpose), sent_version(), now())
    if wants_json():
        return jsonify(
            version=draft.version if draft else 0,
            saved_at=draft.saved_at.isoformat() if draft else None,
        )
    if draft is None:
        flash(gettext("There is nothing to keep yet."), "warn")
    else:
        flash(gettext("Kept as a draft. You find it here again, and under “My drafts”, on any device."), "ok")
    return redirect(place_of(purpose), 303)


keep_draft.is_writes = True  # type: ignore[attr-defined]


@pages.post("/drafts/discard")
@writes
def discard_sent() -> Response:
    """Throw away the draft whose form this is, and show the form as it was without it."""
    purpose = _purpose()
    draft = find_draft(db(), actor(), purpose)
    if draft is not None:
        _discard(draft)
    return redirect(place_of(purpose), 303)


@pages.post("/drafts/<int:draft_id>/discard")
@writes
def discard_draft(draft_id: int) -> Response:
    _discard(find_own_draft(db(), actor(), draft_id))
    return redirect(url_for("drafts.my_drafts"), 303)


@pages.post("/drafts/<int:draft_id>/restore")
@writes
def take_back_draft(draft_id: int) -> Response:
    draft = find_own_draft(db(), actor(), draft_id)
    actions.take_back_draft(db(), actor(), draft)
    flash(gettext("Here is your draft again."), "ok")
    return redirect(place_of(draft.purpose), 303)


def _discard(draft: Draft) -> None:
    actions.discard_draft(db(), actor(), draft, now())
    undo_url = url_for("drafts.take_back_draft", draft_id=draft.id)
    said = gettext("The draft is discarded.")
    flash(Markup(render_template("questions/_undo.html", said=said, undo_url=undo_url)), "ok")  # noqa: S704


def _purpose() -> Purpose:
    purpose = sent_purpose()
    if purpose is None:
        raise Invalid({"": NO_PURPOSE})
    return purpose


NO_PURPOSE: Sentence = say("This form does not say what the text is for. Reload the page and try again.")
