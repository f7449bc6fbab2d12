"""What the page of an article shows, gathered for whoever looks."""

from dataclasses import dataclass, field
from typing import Any

from flask import render_template, url_for

from forum.accounts.models import Reader
from forum.base.differences import Piece, compare
from forum.base.markup import opening
from forum.base.requests import db, now
from forum.base.verdicts import Verdict, require
from forum.knowledge import queries, rules
from forum.knowledge.models import PUBLISHED, Article, ArticleRevision, Review
from forum.knowledge.reading import ReadArticle, article_row
from forum.knowledge.sources import review_reasons, source_changes, source_now
from forum.questions.rules import may_see
from forum.search.matches import list_matches
from forum.web.brand import site_name
from forum.web.forms import form_from
from forum.web.knowledge.addresses import article_url
from forum.web.knowledge.cards import SUMMARY_LENGTH
from forum.web.knowledge.forms import DoubtForm, GatherForm, ReviewForm, StateForm
from forum.web.knowledge.parts import (
    ArticleFacts,
    ArticleShown,
    Credited,
    HeadFacts,
    Tied,
    show_matches,
)
from forum.web.language import language
from forum.web.moving import whole
from forum.web.people import reader
from forum.web.questions.addresses import answer_url, question_url


@dataclass
class Desk:
    """What an editor finds beside an article: where it stands, what may be done, what a reviewer should read."""

    reasons: list[Any]
    may_edit: Verdict
    may_ask: Verdict
    may_approve: Verdict
    may_return: Verdict
    may_archive: Verdict
    may_restore: Verdict
    may_discard: Verdict
    may_doubt: Verdict
    open_review: Review | None
    returned: Review | None
    reviews: list[Review]
    review_form: ReviewForm
    state_form: StateForm
    doubt_form: DoubtForm
    gather_form: GatherForm
    #: Set where the source is not what the text was checked against and the reader may read it.
    source_difference: list[Piece] | None = None
    source_is_gone: bool = False
    text_difference: list[Piece] = field(default_factory=list)


def draw_article(read: ReadArticle) -> str:
    """The article as all readers see it who see no drafts."""
    row = article_row(read.article)
    canonical, name = whole(article_url(row)), site_name()
    return render_template(
        "knowledge/read.html",
        title=row.title,
        head=HeadFacts(read.article, canonical, name),
        shown=ArticleFacts(read, list_matches(db(), row.id), canonical, name),
    )


def show_page(article: Article, newest: bool = False, **forms: Any) -> str:
    """The article for editors and staff, with their desk, and with the newest text where they ask for it."""
    who, session = reader(), db()
    require(rules.may_see_drafts(who))
    shows_newest = not article.is_live or newest
    revision = queries.newest_revision(session, article) if shows_newest else article.published
    assert revision is not None  # noqa: S101
    answer = article.source_answer
    source_is_open = answer is not None and may_see(who, answer) and may_see(who, answer.question)
    canonical = whole(article_url(article))
    return render_template(
        "knowledge/show.html",
        article=article,
        revision=revision,
        shown=ArticleShown(
            *(article.id, revision.title, revision.html, revision.language, canonical, site_name(), language()),
            *(article.published_at, article.checked_at if article.is_live else None),
            article.checked_at or revision.at,
            credits=[
                (each.part, Credited(each.user.id, each.user.name)) for each in queries.list_credits(session, article)
            ],
            source_url=answer_url(answer) if answer is not None and source_is_open else None,
            questions=[
                Tied(each.id, each.title, question_url(each), bool(rules.may_release(who, article, each)))
                for each in queries.questions_of(session, who, article)
            ],
            matches=show_matches(list_matches(session, article.id)) if article.is_live else [],
            state="" if article.state == PUBLISHED else article.state,
        ),
        shows_newest=shows_newest and article.is_live,
        has_newer=article.published is not None and article.version != article.published.number,
        desk=lay_desk(article, revision, forms),
        address=article_url(article),
        newest_address=article_url(article, newest=1),
        canonical=canonical,
        summary=opening(revision.html, SUMMARY_LENGTH) if article.is_live else "",
    )


def lay_desk(article: Article, revision: ArticleRevision, forms: dict[str, Any]) -> Desk:
    """The desk of an editor or of staff for this article."""
    who, session = reader(), db()
    writers = queries.writers_since_publication(session, article)
    reasons = review_reasons(article, now())
    source = source_now(article)
    desk = Desk(
        reasons=reasons or source_changes(article),
        may_edit=rules.may_edit(who, article),
        may_ask=rules.may_ask_review(who, article),
        may_approve=rules.may_approve(who, article, writers, bool(reasons)),
        may_return=rules.may_return(who, article, writers),
        may_archive=rules.may_archive(who, article),
        may_restore=rules.may_restore(who, article),
        may_discard=rules.may_discard(who, article),
        may_doubt=rules.may_doubt(who, article),
        open_review=queries.open_review(session, article),
        returned=queries.returned_with(session, article),
        reviews=[review for review in queries.list_reviews(session, article) if review.outcome],
        review_form=forms.get("review_form")
        or form_from(ReviewForm, version=str(revision.number), source=str(source or "")),
        state_form=forms.get("state_form") or form_from(StateForm),
        doubt_form=forms.get("doubt_form") or form_from(DoubtForm),
        gather_form=forms.get("gather_form") or form_from(GatherForm),
    )
    compare_source(desk, article, who)
    if article.published is not None and revision.number != article.published.number:
        desk.text_difference = compare(article.published.text, revision.text)
    return desk


def compare_source(desk: Desk, article: Article, who: Reader) -> None:
    """Show what became of the source's words, to those who may read them."""
    answer = article.source_answer
    if answer is None or answer.version == article.source_version:
        return
    if not (may_see(who, answer) and may_see(who, answer.question)):
        return
    before = queries.source_text_as_checked(db(), article)
    if before is None:
        desk.source_is_gone = True
    else:
        desk.source_difference = compare(before, answer.text)


def drafts_url(state: str, **values: Any) -> str:
    return url_for("knowledge.drafts", state=state, **values)
