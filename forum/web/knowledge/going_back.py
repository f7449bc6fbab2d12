"""Go back to an earlier revision of an article, and remove the words of one."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from forum.base.markup import Rendered
from forum.base.requests import db, forget_session, now, writes
from forum.base.verdicts import require
from forum.base.words import say
from forum.knowledge import queries, rules
from forum.knowledge.going_back import redact_article_revision, roll_back_article
from forum.web.forms import form_from, takes
from forum.web.knowledge.addresses import article_url
from forum.web.knowledge.blueprint import pages
from forum.web.knowledge.writing import revisions_page
from forum.web.language import gettext
from forum.web.people import actor
from forum.web.questions.forms import RollBackForm, WhyForm
from forum.web.writing import rendered


def renders_revision(view: Callable[..., Any]) -> Callable[..., Any]:
    """Render the earlier text before the transaction begins; nothing is rendered for those who may not go back."""

    @wraps(view)
    def with_text(form: RollBackForm, article_id: int, number: int) -> Any:
        article = queries.find_article(db(), actor(), article_id)
        revision = queries.find_revision(db(), article, number)
        require(rules.may_roll_back(actor(), article, revision))
        text = revision.text
        forget_session()
        return view(form, article_id=article_id, number=number, text=rendered(text))

    return with_text


def roll_back_again(form: RollBackForm, article_id: int, number: int) -> str:
    return revisions_page(article_id, number, form)


@pages.post("/kb/<int:article_id>/revisions/<int:number>/rollback")
@takes(RollBackForm, again=roll_back_again)
@renders_revision
@writes
def roll_back(form: RollBackForm, article_id: int, number: int, text: Rendered) -> Response:
    article = queries.find_article(db(), actor(), article_id)
    revision = queries.find_revision(db(), article, number)
    roll_back_article(db(), actor(), article, revision, text, now(), why=form.why.data, based_on=form.version_number)
    flash(gettext("The earlier text is the newest draft now. Ask for a review when it is ready."), "ok")
    return redirect(article_url(article, newest=1), 303)


def redact_again(form: WhyForm, article_id: int, number: int) -> str:
    article = queries.find_article(db(), actor(), article_id)
    require(rules.may_redact(actor(), article, queries.find_revision(db(), article, number)))
    return render_template(
        "questions/why.html",
        form=form,
        title=say("Remove the words of version %(number)s", number=number),
        text=say(
            "Its title and text are erased for everybody and cannot be brought back. Your reason stays in their place."
        ),
        button=say("Remove them for good"),
        back=url_for("knowledge.article_revisions", article_id=article_id, revision=number),
    )


@pages.get("/kb/<int:article_id>/revisions/<int:number>/redact")
def ask_why_redact(article_id: int, number: int) -> str:
    return redact_again(form_from(WhyForm), article_id, number)


@pages.post("/kb/<int:article_id>/revisions/<int:number>/redact")
@takes(WhyForm, again=redact_again)
@writes
def redact(form: WhyForm, article_id: int, number: int) -> Response:
    article = queries.find_article(db(), actor(), article_id)
    redact_article_revision(db(), actor(), article, queries.find_revision(db(), article, number), form.why.data, now())
    flash(gettext("The words of this version are gone."), "ok")
    return redirect(url_for("knowledge.article_revisions", article_id=article_id, revision=number), 303)
