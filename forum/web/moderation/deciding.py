"""Claim, decide one or many, take back."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from forum.base.errors import Conflict, Invalid
from forum.base.requests import db, now, writes
from forum.base.words import say, say_many
from forum.moderation import actions
from forum.moderation.models import Decision, ReviewItem
from forum.moderation.queries import find_decision, find_item, find_items, next_item
from forum.web.forms import takes
from forum.web.language import gettext, spoken
from forum.web.moderation.blueprint import pages
from forum.web.moderation.forms import BulkForm, DecisionForm
from forum.web.moderation.reviewing import item as item_page
from forum.web.moderation.reviewing import moderator, review
from forum.web.moderation.wording import DECISION_WORDS
from forum.web.people import actor


def shows_conflict(view: Callable[..., Any]) -> Callable[..., Any]:
    """Show the item again, with what somebody else did meanwhile, and what was written still there."""

    @wraps(view)
    def with_what_happened(item_id: int) -> Any:
        try:
            return view(item_id=item_id)
        except Conflict as conflict:
            return item_page(item_id, DecisionForm(request.form), conflict), 409

    return with_what_happened


@pages.post("/review/next")
@writes
def claim_next() -> Response:
    """Take the first item that nobody else looks at."""
    who = moderator()
    claimed = actions.claim_next(db(), who, now())
    if claimed is None:
        flash(gettext("Nothing waits for you: others are looking at what is left."), "ok")
        return redirect(url_for("moderation.review"), 303)
    return _to(claimed)


@pages.post("/review/<int:item_id>/claim")
@writes
def claim(item_id: int) -> Response:
    """Say: I am looking at this."""
    found = find_item(db(), moderator(), item_id, lock=True)
    actions.claim(db(), actor(), found, now())
    return _to(found)


@pages.post("/review/<int:item_id>/release")
@writes
def release(item_id: int) -> Response:
    """Leave it to others."""
    found = find_item(db(), moderator(), item_id, lock=True)
    actions.release(db(), actor(), found)
    return redirect(url_for("moderation.review"), 303)


def decide_again(form: DecisionForm, item_id: int) -> str:
    return item_page(item_id, form)


@pages.post("/review/<int:item_id>/decision")
@shows_conflict
@takes(DecisionForm, again=decide_again)
@writes
def decide(form: DecisionForm, item_id: int) -> Response:
    """Decide, and go on to the next; whoever had claimed this one gets the next one claimed."""
    who = moderator()
    found = find_item(db(), who, item_id, lock=True)
    was_mine = found.is_claimed(now()) and found.claimed_by_id == who.id
    if not form.decision.data:
        raise Invalid({"decision": say("Choose what should become of it.")})
    made = actions.decide(db(), who, found, form.decision.data, form.why.data, now(), form.seen)
    _say_done(made)
    following = actions.claim_next(db(), who, now(), found) if was_mine else _next(found)
    return redirect(url_for("moderation.review"), 303) if following is None else _to(following)


@pages.post("/review/decisions/<int:decision_id>/undo")
@writes
def undo_decision(decision_id: int) -> Response:
    """Take a decision back; the text is as it was, and waits again."""
    decision = find_decision(db(), moderator(), decision_id)
    actions.undo_decision(db(), actor(), decision, now())
    flash(gettext("Undone. It waits for a decision again."), "ok")
    return _to(decision.item)


def decide_all_again(form: BulkForm) -> str:
    return review(form)


@pages.post("/review")
@takes(BulkForm, again=decide_all_again)
@writes
def decide_all(form: BulkForm) -> Response:
    """The same decision about all that is ticked; what somebody else has or has changed is left, and said."""
    who = moderator()
    seen = form.seen
    if not seen:
        raise Invalid({"item": say("Tick what you want to decide about.")})
    found = find_items(db(), who, seen)
    pairs = [(found[item_id], seen[item_id]) for item_id in seen if item_id in found]
    made, left = actions.decide_all(db(), who, pairs, form.decision.data or "", form.why.data, now())
    lost = len(left) + len(seen) - len(pairs)
    if made:
        said = spoken(say_many("%(num)d is decided.", "%(num)d are decided.", len(made)))
        flash(Markup(render_template("moderation/_decided.html", said=said)), "ok")  # noqa: S704
    if lost:
        sentence = say_many(
            "%(num)d was left: somebody else has it, has decided it, or it was changed meanwhile.",
            "%(num)d were left: somebody else has them, has decided them, or they were changed meanwhile.",
            lost,
        )
        flash(spoken(sentence), "warn")
    return redirect(url_for("moderation.review"), 303)


def _say_done(made: Decision) -> None:
    undo = url_for("moderation.undo_decision", decision_id=made.id)
    said = f"{spoken(DECISION_WORDS[made.outcome])}."
    flash(Markup(render_template("moderation/_undo.html", said=said, undo_url=undo)), "ok")  # noqa: S704


def _next(item: ReviewItem) -> ReviewItem | None:
    return next_item(db(), actor(), now(), item) or next_item(db(), actor(), now())


def _to(item: ReviewItem) -> Response:
    return redirect(url_for("moderation.item", item_id=item.id), 303)
