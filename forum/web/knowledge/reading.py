"""Reading the knowledge base: its front page, an article, and what editors have on their desk."""

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from forum.base.requests import db, now
from forum.base.verdicts import require
from forum.base.words import Sentence, say
from forum.knowledge import queries, rules
from forum.knowledge.models import ARCHIVED, DRAFT, IN_REVIEW, Article
from forum.knowledge.reading import article_row, read_article
from forum.web.knowledge.addresses import article_url
from forum.web.knowledge.blueprint import pages
from forum.web.knowledge.cards import show_card
from forum.web.knowledge.parts import Tied
from forum.web.knowledge.shown import drafts_url, draw_article, show_page
from forum.web.language import language
from forum.web.moving import moved, whole
from forum.web.people import actor, reader
from forum.web.questions.addresses import answer_url, question_url
from forum.web.shelf import note_view

CANDIDATES = "candidates"

#: What an editor can look through, in the order of what is most urgent.
LISTS: dict[str, Sentence] = {
    IN_REVIEW: say("In review"),
    queries.ASKS: say("Asks for review"),
    DRAFT: say("Drafts"),
    CANDIDATES: say("Could become articles"),
    ARCHIVED: say("Archive"),
}


@pages.get("/kb")
def home() -> str:
    """What the company knows, newest and most read."""
    cursor = request.args.get("after")
    page = queries.list_live(db(), cursor)
    return render_template(
        "knowledge/home.html",
        articles=[show_card(article) for article in page.items],
        # Where one page holds all there are, the same cards twice would only be longer.
        most_read=[]
        if cursor or not page.next
        else [show_card(article) for article in queries.list_most_read(db(), language())],
        is_first=not cursor,
        canonical=whole(url_for("knowledge.home")),
        next_url=url_for("knowledge.home", after=page.next) if page.next else None,
        may_see_drafts=bool(rules.may_see_drafts(reader())),
    )


@pages.get("/kb/<int:article_id>", defaults={"slug": None})
@pages.get("/kb/<int:article_id>/<slug>")
def show_article(article_id: int, slug: str | None) -> str | Response | tuple[str, int]:
    """An article; any other slug leads to the right address, and one that was withdrawn says where to go on."""
    who, newest = reader(), request.args.get("newest") == "1"
    if not rules.may_see_drafts(who):
        return show_published(article_id, slug, newest)
    article = queries.find_article(db(), who, article_id)
    if slug != article.slug:
        return moved(article_url(article))
    if article.is_live and not newest:
        note_view("article_views", article.id)
    return show_page(article, newest)


def show_published(article_id: int, slug: str | None, newest: bool) -> str | Response | tuple[str, int]:
    """The same for those who see nothing but what is published, which is nearly everybody."""
    read = read_article(db(), reader(), article_id)
    if read is None:
        return show_withdrawn(queries.find_withdrawn(db(), article_id)), 410
    row = article_row(read.article)
    if slug != row.slug:
        return moved(article_url(row))
    if not newest:
        note_view("article_views", article_id)
    return draw_article(read)


def show_withdrawn(article: Article) -> str:
    """For readers who follow an old link: nothing of the text, but the questions, where others go on helping."""
    who = reader()
    questions = [Tied(each.id, each.title, question_url(each)) for each in queries.questions_of(db(), who, article)]
    return render_template("knowledge/withdrawn.html", questions=questions)


@pages.get("/kb/drafts")
def drafts() -> str:
    """What is being written, waits for a review, asks for one, or could become an article."""
    who = actor()
    require(rules.may_see_drafts(who))
    lists = {name: label for name, label in LISTS.items() if name != CANDIDATES or rules.may_write(who)}
    counts = queries.count_by_state(db(), now())
    wanted = request.args.get("state", "")
    first_full = next((name for name in lists if counts.get(name)), DRAFT)
    state = wanted if wanted in lists else first_full
    cursor = request.args.get("after")
    cards, candidates = [], []
    if state == CANDIDATES:
        found = queries.list_candidates(db(), who, cursor)
        candidates = [(each, answer_url(each.answer), rules.may_promote(who, each.answer)) for each in found.items]
        next_cursor = found.next
    else:
        listed = queries.list_articles(db(), who, state, now(), cursor)
        cards = [show_card(each, "asks_for_review" if state == queries.ASKS else each.state) for each in listed.items]
        next_cursor = listed.next
    return render_template(
        "knowledge/drafts.html",
        state=state,
        tabs_=[
            {"label": label, "url": drafts_url(name), "is_current": name == state, "count": counts.get(name)}
            for name, label in lists.items()
        ]
        + (
            [{"label": say("What people did not find"), "url": url_for("search.list_gaps")}]
            if rules.may_write(who)
            else []
        ),
        cards=cards,
        candidates=candidates,
        may_write=bool(rules.may_write(who)),
        next_url=drafts_url(state, after=next_cursor) if next_cursor else None,
    )
