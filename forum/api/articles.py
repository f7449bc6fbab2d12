"""The knowledge base: reading, writing, reviewing, and making an article from an accepted answer."""

from typing import TYPE_CHECKING, Any

from forum.api import shown
from forum.api.callers import actor, reader
from forum.api.questions import as_written
from forum.api.replies import Reply, api_url, check_match, list_reply, reply, version_tag
from forum.api.routes import api
from forum.base.errors import Conflict, Invalid, Refused
from forum.base.markup import Rendered
from forum.base.parts import parts
from forum.base.requests import db, now
from forum.base.verdicts import require
from forum.base.words import say
from forum.knowledge import actions, queries, rules
from forum.knowledge.models import ARCHIVED, DRAFT, IN_REVIEW, Article
from forum.questions.queries import find_answer

if TYPE_CHECKING:
    from forum.api import shapes

KNOWLEDGE = ("knowledge",)


@api.route(
    "GET",
    "/articles",
    say("List articles; those not published for editors and staff alone"),
    asks="ArticleSlice",
    gives="ArticleRow",
    is_list=True,
)
def list_articles(query: "shapes.ArticleSlice") -> Reply:
    page = queries.list_articles(db(), reader(), query.state, now(), query.cursor, query.limit)
    sees_drafts = bool(rules.may_see_drafts(reader()))
    return list_reply(page, lambda each: shown.article_row(each, sees_drafts=sees_drafts))


@api.route(
    "GET",
    "/articles/<int:article_id>",
    say("Read an article: as published, or the newest text"),
    asks="ArticleVersion",
    gives="Article",
    has_tag=True,
)
def read_article(article_id: int, query: "shapes.ArticleVersion") -> Reply:
    article = queries.find_article(db(), reader(), article_id)
    if query.version == "newest":
        require(rules.may_see_drafts(reader()))
    return _article(article, newest=query.version == "newest")


def compose(answer_id: int, body: "shapes.Promotion") -> dict[str, Any]:
    """The draft with its HTML; None for an answer that already became an article, or cannot."""
    from forum.api.shapes import rendered

    who = actor()
    answer = find_answer(db(), who, answer_id)
    if not rules.may_promote(who, answer) or queries.article_from(db(), answer_id) is not None:
        return {"composed": None, "text": None}
    composed = queries.compose_draft(answer, who.language or parts().settings.languages[0])
    return {"composed": composed, "text": body.maybe_written or rendered(composed.text)}


@api.route(
    "POST",
    "/answers/<int:answer_id>/promotion",
    say("Make a draft article from an accepted answer"),
    scopes=KNOWLEDGE,
    takes="Promotion",
    is_body_optional=True,
    first=compose,
    gives="Article",
    status=201,
    has_tag=True,
)
def promote_answer(
    answer_id: int, body: "shapes.Promotion", composed: queries.Draft | None, text: Rendered | None
) -> Reply:
    answer = find_answer(db(), actor(), answer_id)
    require(rules.may_write(actor()))
    made_before = queries.article_from(db(), answer_id)
    if made_before is not None:
        return _article(made_before, newest=True)
    require(rules.may_promote(actor(), answer))
    if composed is None or text is None:
        raise Conflict
    article = actions.promote_answer(
        db(),
        actor(),
        answer,
        body.title or composed.title,
        text,
        now(),
        language=composed.language,
        source_version=composed.source_version,
    )
    return _article(article, newest=True, status=201)


@api.route(
    "PATCH",
    "/articles/<int:article_id>",
    say("Save a newer text of an article"),
    scopes=KNOWLEDGE,
    takes="ArticleChange",
    gives="Article",
    has_tag=True,
)
def save_article(article_id: int, body: "shapes.ArticleChange") -> Reply:
    article = queries.find_article(db(), actor(), article_id)
    check_match(tag_of(article))
    if body.language is not None and body.language not in parts().settings.languages:
        raise Invalid({"language": say("Choose one of the languages of this site.")})
    newest = queries.newest_revision(db(), article)
    actions.save_revision(
        db(),
        actor(),
        article,
        body.title or newest.title,
        body.maybe_written or as_written(newest),
        now(),
        language=body.language or newest.language,
        why=body.why,
        based_on=article.version,
    )
    return _article(article, newest=True)


@api.route(
    "PUT",
    "/articles/<int:article_id>/state",
    say("Ask for a review, archive an article, or bring it back"),
    scopes=KNOWLEDGE,
    takes="StateChange",
    gives="Article",
    has_tag=True,
)
def change_state(article_id: int, body: "shapes.StateChange") -> Reply:
    article = queries.find_article(db(), actor(), article_id)
    check_match(tag_of(article))
    if body.state == article.state:
        require(rules.may_write(actor()))
    elif body.state == ARCHIVED:
        actions.archive_article(db(), actor(), article, now(), body.why)
    elif article.state == ARCHIVED:
        actions.restore_article(db(), actor(), article, now())
        if article.state != body.state:
            raise Invalid(
                {"state": say("From the archive this article comes back as: %(state)s.", state=article.state)}
            )
    elif body.state == IN_REVIEW:
        actions.ask_review(db(), actor(), article, now())
    elif body.state == DRAFT:
        raise Refused(say("An article becomes a draft again when somebody edits it or a reviewer returns it."))
    else:
        raise Refused(say("An article is published by the review that approves it."))
    return _article(article, newest=True)


@api.route(
    "POST",
    "/articles/<int:article_id>/review",
    say("Approve and so publish an article, or return it"),
    scopes=KNOWLEDGE,
    takes="ReviewDecision",
    gives="Article",
    has_tag=True,
)
def review_article(article_id: int, body: "shapes.ReviewDecision") -> Reply:
    article = queries.find_article(db(), actor(), article_id)
    check_match(tag_of(article))
    actions.review_article(db(), actor(), article, body.outcome, body.comment, now(), version=article.version)
    return _article(article, newest=True)


def tag_of(article: Article) -> str:
    """Both the text and where it stands can be changed meanwhile."""
    return version_tag(article.version, article.state)


def _article(article: Article, *, newest: bool = False, status: int = 200) -> Reply:
    """The published text, the newest one where it is asked for or nothing is published."""
    who = actor() if newest else reader()
    revision = None if newest or not article.is_live else article.published
    if revision is None:
        revision = queries.newest_revision(db(), article)
    sees_drafts = bool(rules.may_see_drafts(who))
    return reply(
        shown.article(article, revision, queries.questions_of(db(), who, article), sees_drafts=sees_drafts),
        status,
        location=api_url(f"/articles/{article.id}") if status == 201 else None,
        etag=tag_of(article) if sees_drafts else version_tag(revision.number),
    )
