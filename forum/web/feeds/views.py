"""Atom feeds: the newest questions, those of a topic, the answers to a question, the articles."""

from collections.abc import Iterable
from datetime import datetime

from flask import Blueprint, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.base.parts import parts
from forum.base.requests import db, now
from forum.base.words import Sentence, say, translate
from forum.knowledge.published import last_archived, newest_articles
from forum.questions.published import (
    find_public_question,
    last_removal,
    newest_answers,
    newest_questions,
)
from forum.questions.queries import find_tag
from forum.web.context import LINKS
from forum.web.feeds import entries
from forum.web.feeds.documents import respond
from forum.web.feeds.entries import Entry, Feed
from forum.web.moving import moved, whole
from forum.web.questions.addresses import question_url
from forum.web.questions.listing import clean_name

pages = Blueprint("feeds", __name__)

ATOM = "application/atom+xml; charset=utf-8"


@pages.get("/feeds/questions.atom")
def questions() -> Response:
    """What was asked last."""
    found = newest_questions(db())
    gone = last_removal(db(), found[-1].created_at if found else now())
    path, title = url_for("questions.questions"), say("Questions")
    return send(url_for("feeds.questions"), path, title, map(entries.from_question, found), gone)


@pages.get("/feeds/tags/<name>.atom")
def tag(name: str) -> Response:
    """What was asked last about a topic; a name written otherwise leads to the right address."""
    found_tag = find_tag(db(), clean_name(name))
    if found_tag.name != name:
        return moved(url_for("feeds.tag", name=found_tag.name))
    found = newest_questions(db(), found_tag.name)
    gone = last_removal(db(), found[-1].created_at if found else now())
    path, title = LINKS.tag_url(found_tag.name), say("Questions about %(tag)s", tag=found_tag.name)
    return send(url_for("feeds.tag", name=found_tag.name), path, title, map(entries.from_question, found), gone)


@pages.get("/feeds/questions/<int:question_id>.atom")
def answers(question_id: int) -> Response:
    """The answers to one question, the newest first."""
    question = find_public_question(db(), question_id)
    gone = last_removal(db(), question.created_at, question)
    title = say("Answers to: %(title)s", title=question.title)
    found = [entries.from_answer(answer, question, feed_language()) for answer in newest_answers(db(), question)]
    own = url_for("feeds.answers", question_id=question_id)
    return send(own, question_url(question), title, found, gone, question.created_at)


@pages.get("/feeds/articles.atom")
def articles() -> Response:
    """What the company published last."""
    found = map(entries.from_article, newest_articles(db()))
    return send(url_for("feeds.articles"), url_for("knowledge.home"), say("Knowledge base"), found, last_archived(db()))


def feed_language() -> str:
    """In which language a feed speaks: the one its address names, else the first of the site.

    A feed reader has no cookie, and what it sends as its languages is seldom its reader's.
    """
    spoken = parts().settings.languages
    wanted = request.args.get("language", "")
    return wanted if wanted in spoken else spoken[0]


def send(path: str, page: str, title: Sentence, found: Iterable[Entry], *moments: datetime | None) -> Response:
    """The feed, or 304 to who has it already."""
    listed = entries.within_bounds(found)
    spoken = feed_language()
    feed = Feed(
        id=whole(path),
        own_url=whole(path) + (f"?language={spoken}" if request.args.get("language") == spoken else ""),
        url=whole(page),
        title=entries.xml_text(f"{translate(title, spoken)} · {parts().settings.site_name}"),
        language=spoken,
        updated=entries.latest(listed, *moments),
        entries=listed,
    )
    return respond(render_template("feeds/feed.xml", feed=feed), ATOM, feed.updated)
