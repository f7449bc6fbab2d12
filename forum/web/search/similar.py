"""What resembles a question being written, beside its title; and the end of asking when one of these solved it."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from flask import flash, jsonify, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from forum.base.errors import NotFound, TooMany
from forum.base.parts import parts
from forum.base.requests import db, now, writes
from forum.base.texts import Unclean, bounded_id
from forum.drafts.actions import discard_draft
from forum.drafts.models import QUESTION as A_QUESTION
from forum.drafts.models import Purpose
from forum.drafts.queries import find_draft
from forum.knowledge.queries import find_article
from forum.questions.models import SOLVED
from forum.questions.queries import find_question
from forum.search import askings, queries
from forum.search.documents import ARTICLE, QUESTION
from forum.search.queries import Found
from forum.web import pace
from forum.web.knowledge.addresses import article_url
from forum.web.language import gettext, ngettext, spoken
from forum.web.people import actor, reader
from forum.web.questions.addresses import question_url
from forum.web.search.hits import hit_url, pages, state_word, typed

#: What our own pages make; anything longer was not made by one.
KEY_LENGTH = 64


@dataclass(frozen=True)
class Item:
    """One hit beside the title: what it is called, what it is, and what helped there."""

    hit: str
    url: str
    title: str
    word: str
    #: Stands before the passage: that this is what solved it.
    lead: str
    passage: str


def list_items(title: str) -> list[Item]:
    """What resembles the title; what is solved comes first."""
    found = queries.similar(db(), reader(), parts().index, title) if title else []
    return [_item(hit) for hit in sorted(found, key=lambda hit: not _is_solved(hit))]


def items_beside(title: str) -> list[Item]:
    """The same for a page that is about something else and is not refused for it."""
    try:
        pace.keep_pace(pace.SIMILAR)
    except TooMany:
        return []
    return list_items(title)


def _is_solved(hit: Found) -> bool:
    return hit.kind == ARTICLE or hit.state == SOLVED


def _item(hit: Found) -> Item:
    is_accepted = hit.kind == QUESTION and hit.state == SOLVED and hit.place.startswith("answer:")
    return Item(
        hit=f"{hit.kind}:{hit.id}",
        url=hit_url(hit),
        title=hit.title,
        word=str(spoken(state_word(hit))),
        lead=gettext("What solved it:") if is_accepted else "",
        passage=hit.passage.text if hit.passage else "",
    )


def new_asking() -> str:
    """A name for this asking, or the one it has had since its first page."""
    given = request.values.get("asking", "")
    return given if _is_key(given) else secrets.token_hex(16)


def _is_key(given: str) -> bool:
    return 16 <= len(given) <= KEY_LENGTH and given.isascii() and given.isalnum()


@pages.get("/similar")
def similar() -> Response | str:
    """What resembles the title being typed: JSON for the script, a page for everybody else."""
    pace.keep_pace(pace.SIMILAR)
    title = typed("title")
    if request.accept_mimetypes.best_match(("text/html", "application/json"), "text/html") == "text/html":
        found = queries.similar(db(), reader(), parts().index, title) if title else []
        return render_template("search/similar.html", title=title, found=found, asking=new_asking())
    items = list_items(title)
    said = ngettext("%(num)d that is similar, below the title", "%(num)d that are similar, below the title", len(items))
    return jsonify(items=[asdict(item) for item in items], said=said % {"num": len(items)} if items else "")


@pages.post("/similar/solved")
@writes
def note_solved() -> Response:
    """One of the hits solved it: count that, let go of what was begun, thank, and lead there."""
    pace.keep_pace(pace.SOLVED)
    kind, row_id, url = _hit()
    key = request.form.get("asking", "")
    askings.note_solved(db(), reader(), key if _is_key(key) else "", kind, row_id, now())
    flash(gettext("Good that it is solved, and thank you for looking first: nobody has to answer it again."), "ok")
    if reader().is_signed_in:
        _let_go_of_draft()
    return redirect(url, 303)


def _hit() -> tuple[str, int, str]:
    """What was chosen, as far as the reader may see it, and where it stands."""
    kind, _, number = request.form.get("hit", "").partition(":")
    try:
        row_id = bounded_id(number)
    except Unclean as unclean:
        raise NotFound("hit") from unclean
    if kind == QUESTION:
        return kind, row_id, question_url(find_question(db(), reader(), row_id))
    if kind == ARTICLE:
        return kind, row_id, article_url(find_article(db(), reader(), row_id))
    raise NotFound("hit")


def _let_go_of_draft() -> None:
    draft = find_draft(db(), actor(), Purpose(A_QUESTION))
    if draft is not None:
        discard_draft(db(), actor(), draft, now())
        undo_url = url_for("drafts.take_back_draft", draft_id=draft.id)
        said = gettext("What you had begun to write is discarded.")
        flash(Markup(render_template("questions/_undo.html", said=said, undo_url=undo_url)), "ok")  # noqa: S704


def count_asked() -> None:
    """Count, in the transaction of the new question, that it was asked, and whether hits were shown before."""
    key: Any = request.form.get("asking", "")
    if _is_key(key):
        askings.note_asked(db(), reader(), key, request.form.get("saw") == "1", now())
