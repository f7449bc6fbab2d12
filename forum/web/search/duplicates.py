"""What may have been asked before: beside a question, and as a list of pairs; for moderators."""

from dataclasses import dataclass

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from forum.accounts.models import User
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.verdicts import require
from forum.questions.models import Question
from forum.questions.queries import find_question
from forum.questions.rules import may_close
from forum.search import duplicates, rules
from forum.search.duplicates import PAGE, Pair
from forum.web.language import gettext
from forum.web.people import actor
from forum.web.questions.addresses import question_url
from forum.web.search.hits import pages

#: Turned so far; what comes after is unlikely.
DEEPEST = 10


@dataclass(frozen=True)
class PairShown:
    """A pair with where its parts stand, and where it can be closed."""

    question: Question
    url: str
    other: Question
    other_url: str
    percent: int
    close_url: str | None


def moderator() -> User:
    """Whoever looks at what may have been asked before; a visitor is asked in, anybody else refused."""
    who = actor()
    require(rules.may_see_duplicates(who))
    return who


@pages.get("/questions/<int:question_id>/duplicates")
def duplicates_of(question_id: int) -> str:
    """Drawn apart from the question, of what the search finds at this moment."""
    who = moderator()
    question = find_question(db(), who, question_id)
    pairs = duplicates.look(db(), who, parts().index, question)
    return render_template(
        "search/_duplicates.html" if request.args.get("part") == "1" else "search/duplicates_of.html",
        question=question,
        url=question_url(question),
        pairs=[_shown(pair, who) for pair in pairs],
    )


@pages.get("/review/duplicates")
def list_duplicates() -> str:
    """Pairs that may be one, the likeliest first."""
    who = moderator()
    given = request.args.get("page", "")
    turned = min(int(given), DEEPEST) if given.isascii() and given.isdigit() and len(given) < 4 else 0
    pairs, has_more = duplicates.list_pairs(db(), who, now(), turned * PAGE)
    return render_template(
        "search/duplicates.html",
        pairs=[_shown(pair, who) for pair in pairs],
        previous_url=url_for("search.list_duplicates", page=turned - 1 or None) if turned else None,
        next_url=url_for("search.list_duplicates", page=turned + 1) if has_more and turned < DEEPEST else None,
    )


def _shown(pair: Pair, who: User) -> PairShown:
    question, other = pair.question, pair.other
    close_url = None
    if may_close(who) and question.closed_at is None:
        close_url = url_for("questions.ask_why_close_question", question_id=question.id, duplicate_of=other.id)
    return PairShown(question, question_url(question), other, question_url(other), pair.percent, close_url)


@pages.post("/questions/<int:question_id>/duplicates/<int:other_id>/deny")
@writes
def deny_duplicate(question_id: int, other_id: int) -> Response:
    """Say that they ask different things."""
    who = moderator()
    question, other = find_question(db(), who, question_id), find_question(db(), who, other_id)
    duplicates.deny(db(), who, question, other, now())
    said = gettext("Noted: they ask different things.")
    undo = url_for("search.undo_denial", question_id=question.id, other_id=other.id)
    flash(Markup(render_template("questions/_undo.html", said=said, undo_url=undo)), "ok")  # noqa: S704
    return redirect(url_for("search.list_duplicates"), 303)


@pages.post("/questions/<int:question_id>/duplicates/<int:other_id>/undo")
@writes
def undo_denial(question_id: int, other_id: int) -> Response:
    """Take back that they ask different things."""
    who = moderator()
    question, other = find_question(db(), who, question_id), find_question(db(), who, other_id)
    duplicates.undo_denial(db(), who, parts().index, question, other, now())
    flash(gettext("Taken back. If they are alike, the pair is on the list again."), "ok")
    return redirect(url_for("search.list_duplicates"), 303)
