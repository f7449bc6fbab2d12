"""What was found, as pages show it: where it leads, in one word what it is, and its passage."""

from flask import Blueprint, request
from markupsafe import Markup, escape

from forum.base.texts import Unclean, clean_line
from forum.base.words import Sentence, say
from forum.search.documents import ARTICLE
from forum.search.queries import Found
from forum.web.knowledge.addresses import article_place
from forum.web.language import gettext
from forum.web.questions.addresses import question_place
from search_index.contract import LONGEST_QUERY
from search_index.passages import Passage

pages = Blueprint("search", __name__)

#: One word for the list of similar ones, which a script fills.
STATE_WORDS = {
    "waiting": say("Waiting"),
    "answered": say("Answered"),
    "solved": say("Solved"),
    "closed": say("Closed"),
    "article": say("Article"),
}


def typed(name: str) -> str:
    """What was typed, cleaned; nothing at all where it is not text."""
    try:
        return clean_line(request.args.get(name, ""))[:LONGEST_QUERY]
    except Unclean:
        return ""


def hit_url(hit: Found) -> str:
    """Where a hit leads: to the very answer or comment that holds the passage."""
    if hit.kind == ARTICLE:
        return article_place(hit.id, hit.slug)
    kind, _, number = hit.place.partition(":")
    anchor = f"#{kind}-{number}" if kind in ("answer", "comment") else ""
    return f"{question_place(hit.id, hit.title)}{anchor}"


def state_word(hit: Found) -> Sentence:
    """One word that says what a hit is."""
    return STATE_WORDS["article" if hit.kind == ARTICLE else hit.state]


def marked(passage: Passage | None) -> Markup:
    """A passage with its matching words marked; the text is escaped here and nowhere else."""
    if passage is None:
        return Markup("")
    pieces = [
        Markup("<mark>{}</mark>").format(segment.text) if segment.is_match else escape(segment.text)
        for segment in passage.segments
    ]
    text = Markup("").join(pieces)
    before = "… " if passage.is_cut_before else ""
    after = " …" if passage.is_cut_after else ""
    return Markup("{}{}{}").format(before, text, after)


def place_word(hit: Found) -> str:
    """Where the passage stands, when that is not the question itself."""
    kind = hit.place.partition(":")[0]
    if kind == "answer":
        return gettext("In an answer")
    if kind == "comment":
        return gettext("In a comment")
    return ""


pages.add_app_template_global(hit_url)
pages.add_app_template_global(place_word)
pages.add_app_template_filter(marked, "marked")
