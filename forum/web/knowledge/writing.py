"""Promoting an answer, writing revisions, and looking at what was written before."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.base.differences import compare
from forum.base.errors import Conflict, NotFound
from forum.base.markup import Rendered
from forum.base.requests import db, forget_session, now, writes
from forum.base.verdicts import require
from forum.drafts.models import EDIT_ARTICLE, Purpose
from forum.knowledge import actions, beginning, queries, rules
from forum.knowledge.models import TITLE_LENGTH, Article
from forum.questions.queries import find_answer
from forum.web.drafts.restoring import is_sent, restore
from forum.web.forms import form_from, takes
from forum.web.knowledge.addresses import article_url
from forum.web.knowledge.blueprint import pages
from forum.web.knowledge.forms import ArticleForm
from forum.web.language import gettext, language
from forum.web.people import actor, reader
from forum.web.questions.forms import RollBackForm
from forum.web.questions.previewing import previews
from forum.web.writing import rendered


def composes(view: Callable[..., Any]) -> Callable[..., Any]:
    """Compose and render the draft before the transaction; None for an answer that already became an article."""

    @wraps(view)
    def with_draft(answer_id: int) -> Any:
        who = actor()
        answer = find_answer(db(), who, answer_id)
        composed = text = None
        if rules.may_promote(who, answer) and queries.article_from(db(), answer_id) is None:
            composed = queries.compose_draft(answer, language())
        forget_session()
        if composed is not None:
            text = rendered(composed.text)
        return view(answer_id=answer_id, composed=composed, text=text)

    return with_draft


@pages.post("/answers/<int:answer_id>/promotion")
@composes
@writes
def promote_answer(answer_id: int, composed: queries.Draft | None, text: Rendered | None) -> Response:
    """Make the draft and go on writing it; whoever comes second is led to what the first one made."""
    answer = find_answer(db(), actor(), answer_id)
    require(rules.may_write(actor()))
    made_before = queries.article_from(db(), answer_id)
    if made_before is not None:
        flash(gettext("This answer has become an article already. Here it is."), "ok")
        return redirect(article_url(made_before), 303)
    require(rules.may_promote(actor(), answer))
    if composed is None or text is None:
        raise Conflict
    article = actions.promote_answer(
        db(),
        actor(),
        answer,
        composed.title,
        text,
        now(),
        language=composed.language,
        source_version=composed.source_version,
    )
    flash(gettext("The draft is made from the question and its answer. Now make it an article for everybody."), "ok")
    return redirect(url_for("knowledge.edit_article", article_id=article.id), 303)


@pages.get("/kb/new")
def new_article() -> str:
    """Begin with nothing but perhaps a title, as for what people look for and nobody has asked."""
    require(rules.may_write(actor()))
    title = request.args.get("title", "")[:TITLE_LENGTH]
    return new_page(form_from(ArticleForm, title=title, language=language()))


def new_page(form: ArticleForm, **shown: Any) -> str:
    require(rules.may_write(actor()))
    return render_template("knowledge/new.html", form=form, **shown)


@pages.post("/kb/new")
@previews(ArticleForm, new_page)
@takes(ArticleForm, again=new_page)
@writes
def write_article(form: ArticleForm) -> Response:
    """Make the draft."""
    article = beginning.write_article(
        db(),
        actor(),
        form.title.data,
        form.written,
        now(),
        language=form.language.data,
        once=form.once_key,
    )
    flash(gettext("Saved as a draft. Ask for a review when it is ready."), "ok")
    return redirect(article_url(article, newest=1), 303)


@pages.get("/kb/<int:article_id>/edit")
def edit_article(article_id: int) -> str:
    """The newest text to go on from, or an earlier one, `?from=3`, to go back to."""
    actor()
    article = queries.find_article(db(), reader(), article_id)
    require(rules.may_edit(actor(), article))
    wanted = read_number(request.args.get("from", ""))
    revision = queries.find_revision(db(), article, wanted or article.version)
    if revision.is_redacted:
        raise NotFound("revision")
    form = form_from(
        ArticleForm,
        title=revision.title,
        text=revision.text,
        language=revision.language,
        version=str(article.version),
    )
    draft = None if wanted else restore(form, Purpose(EDIT_ARTICLE, article.id))
    return edit_page(form, article, begun_from=wanted, draft=draft)


def edit_again(form: ArticleForm, article_id: int, **shown: Any) -> str:
    article = queries.find_article(db(), reader(), article_id)
    require(rules.may_edit(actor(), article))
    return edit_page(form, article, **shown)


def edit_page(form: ArticleForm, article: Article, **shown: Any) -> str:
    return render_template(
        "knowledge/edit.html",
        form=form,
        article=article,
        back=article_url(article, newest=1),
        returned=queries.returned_with(db(), article),
        **shown,
    )


def shows_conflict(view: Callable[..., Any]) -> Callable[..., Any]:
    """Show an edit that met another one again: nothing is lost, and what the other one changed is in sight."""

    @wraps(view)
    def with_both(article_id: int) -> Any:
        try:
            return view(article_id=article_id)
        except Conflict as conflict:
            form = ArticleForm(request.form)
            article = queries.find_article(db(), reader(), article_id)
            saved = queries.newest_revision(db(), article)
            pieces = compare(saved.text, form.text.data or "")
            form.version.data = str(article.version)
            return edit_again(form, article_id, conflict=conflict.reason, saved=saved, pieces=pieces), 409

    return with_both


@pages.post("/kb/<int:article_id>/edit")
@previews(ArticleForm, edit_again)
@shows_conflict
@takes(ArticleForm, again=edit_again)
@writes
def save_article(form: ArticleForm, article_id: int) -> Response:
    article = queries.find_article(db(), actor(), article_id)
    saved = actions.save_revision(
        db(),
        actor(),
        article,
        form.title.data,
        form.written,
        now(),
        language=form.language.data,
        why=form.why.data,
        based_on=form.version_number,
    )
    is_sent(EDIT_ARTICLE, article_id)
    if saved.number == form.version_number:
        flash(gettext("Nothing was changed, so it stays as it was."), "info")
    else:
        flash(gettext("Saved as a draft. Ask for a review when it is ready."), "ok")
    return redirect(article_url(article, newest=1), 303)


@pages.get("/kb/<int:article_id>/revisions")
def article_revisions(article_id: int) -> str:
    """What an article was before each edit, for those who may see drafts."""
    return revisions_page(article_id, read_number(request.args.get("revision", "")))


def revisions_page(article_id: int, number: int, form: RollBackForm | None = None) -> str:
    """All revisions, and one compared with the one before; `form` is a wish to go back that came back."""
    who = actor()
    article = queries.find_article(db(), who, article_id)
    require(rules.may_see_drafts(who))
    listed = queries.list_revisions(db(), article, request.args.get("after"))
    chosen = queries.find_revision(db(), article, number or article.version)
    before = queries.find_revision(db(), article, chosen.number - 1) if chosen.number > 1 else None
    compared = not chosen.is_redacted and not (before is not None and before.is_redacted)
    address: dict[str, Any] = {"article_id": article.id, "number": chosen.number}
    return render_template(
        "knowledge/revisions.html",
        article=article,
        back=article_url(article),
        revisions=listed.items,
        next_url=url_for("knowledge.article_revisions", article_id=article.id, after=listed.next)
        if listed.next
        else None,
        chosen=chosen,
        before=before,
        may_edit=rules.may_edit(who, article),
        compared=compared,
        form=form or form_from(RollBackForm, version=str(article.version)),
        roll_back_url=url_for("knowledge.roll_back", **address) if rules.may_roll_back(who, article, chosen) else None,
        redact_url=url_for("knowledge.ask_why_redact", **address) if rules.may_redact(who, article, chosen) else None,
        pieces=compare((before or chosen).text, chosen.text) if compared else compare("", chosen.text),
        title_pieces=compare((before or chosen).title, chosen.title) if compared else compare("", chosen.title),
    )


def read_number(sent: str) -> int:
    """A number of a revision, or 0, which none has."""
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 10 else 0
