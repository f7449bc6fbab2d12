"""Delete and hide, and the way back from each, closing included: moderators say why, authors need not."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from forum.base.errors import Invalid
from forum.base.requests import db, now, writes
from forum.base.verdicts import Verdict, require
from forum.base.words import Sentence, say
from forum.questions import actions, rules
from forum.questions.models import WHY_LENGTH, Answer, Comment, Post, Question
from forum.questions.queries import find_answer, find_comment, find_question
from forum.web.forms import form_from, takes
from forum.web.language import spoken
from forum.web.people import actor, reader
from forum.web.questions.addresses import post_url
from forum.web.questions.blueprint import pages
from forum.web.questions.forms import MaybeWhyForm, WhyForm

FIND: dict[str, Callable[..., Any]] = {"question": find_question, "answer": find_answer, "comment": find_comment}

WHAT_HIDING_MEANS = say("Nobody but its author and moderators will see it. The author reads your reason.")
WHAT_DELETING_MEANS = say("Nobody but its author and moderators will see it. Your reason stands in the staff log.")
WHAT_BRINGING_BACK_MEANS = say("Everybody will see it as before. A reason is kept in the staff log.")


@dataclass(frozen=True)
class Act:
    """One way of taking a text from sight or of bringing it back."""

    #: By kind of text: the heading of the page that asks why, and what is said when it is done.
    titles: dict[str, Sentence]
    said: dict[str, Sentence]
    means: Sentence
    button: Sentence
    rule: Callable[[Any, Any], Verdict]
    run: Callable[[Any, str], None]
    #: A moderator who does it to somebody else's text has to say why.
    needs_why: bool
    #: The act that undoes it in one press, where what was done can be regretted at once.
    undo: str = ""


def _delete(post: Post, why: str) -> None:
    if isinstance(post, Question):
        actions.delete_question(db(), actor(), post, now(), why)
    elif isinstance(post, Answer):
        actions.delete_answer(db(), actor(), post, now(), why)
    else:
        actions.delete_comment(db(), actor(), post, now(), why)


def _undelete(post: Post, why: str) -> None:
    if isinstance(post, Question):
        actions.undelete_question(db(), actor(), post, now(), why)
    elif isinstance(post, Answer):
        actions.undelete_answer(db(), actor(), post, now(), why)
    else:
        actions.undelete_comment(db(), actor(), post, now(), why)


def _hide(post: Post, why: str) -> None:
    if isinstance(post, Question):
        actions.hide_question(db(), actor(), post, why, now())
    elif isinstance(post, Answer):
        actions.hide_answer(db(), actor(), post, why, now())
    else:
        actions.hide_comment(db(), actor(), post, why, now())


def _restore(post: Post, why: str) -> None:
    if isinstance(post, Question):
        actions.restore_question(db(), actor(), post, now(), why)
    elif isinstance(post, Answer):
        actions.restore_answer(db(), actor(), post, now(), why)
    else:
        actions.restore_comment(db(), actor(), post, now(), why)


def _reopen(post: Question, why: str) -> None:
    actions.reopen_question(db(), actor(), post, now(), why)


def _may_delete(who: Any, post: Post) -> Verdict:
    if isinstance(post, Question):
        return rules.may_delete_question(who, post)
    if isinstance(post, Comment):
        return rules.may_delete_comment(who, post)
    return rules.may_delete_answer(who, post)


def _each(sentence: Sentence) -> dict[str, Sentence]:
    return dict.fromkeys(FIND, sentence)


ACTS: dict[str, Act] = {
    "delete": Act(
        titles={
            "question": say("Delete this question"),
            "answer": say("Delete this answer"),
            "comment": say("Delete this comment"),
        },
        said={
            "question": say("The question is deleted. Only you and moderators still see it."),
            "answer": say("The answer is deleted. Only its author and moderators still see it."),
            "comment": say("The comment is deleted. Only its author and moderators still see it."),
        },
        means=WHAT_DELETING_MEANS,
        button=say("Delete"),
        rule=_may_delete,
        run=_delete,
        needs_why=True,
        undo="undelete",
    ),
    "undelete": Act(
        titles={
            "question": say("Bring this question back"),
            "answer": say("Bring this answer back"),
            "comment": say("Bring this comment back"),
        },
        said=_each(say("It is back where it was.")),
        means=WHAT_BRINGING_BACK_MEANS,
        button=say("Bring it back"),
        rule=rules.may_undelete,
        run=_undelete,
        needs_why=False,
    ),
    "hide": Act(
        titles={
            "question": say("Hide this question"),
            "answer": say("Hide this answer"),
            "comment": say("Hide this comment"),
        },
        said=_each(say("Hidden.")),
        means=WHAT_HIDING_MEANS,
        button=say("Hide"),
        rule=lambda who, _: rules.may_hide(who),
        run=_hide,
        needs_why=True,
        undo="restore",
    ),
    "restore": Act(
        titles={
            "question": say("Show this question again"),
            "answer": say("Show this answer again"),
            "comment": say("Show this comment again"),
        },
        said=_each(say("Everybody can see it again.")),
        means=WHAT_BRINGING_BACK_MEANS,
        button=say("Show it again"),
        rule=lambda who, _: rules.may_restore(who),
        run=_restore,
        needs_why=False,
    ),
    "reopen": Act(
        titles={"question": say("Reopen this question")},
        said={"question": say("The question takes answers again.")},
        means=say("It takes answers again. A reason is kept in the staff log."),
        button=say("Reopen"),
        rule=lambda who, _: rules.may_reopen(who),
        run=_reopen,
        needs_why=False,
    ),
}


def why_page(
    form: MaybeWhyForm | WhyForm,
    post: Post,
    title: Sentence,
    text: Sentence,
    button: Sentence,
    *,
    optional: bool = False,
) -> str:
    """The page that asks for a reason and says what it is for."""
    return render_template(
        "questions/why.html", form=form, title=title, text=text, button=button, optional=optional, back=post_url(post)
    )


def _register(name: str, act: Act, kind: str) -> None:
    """The page that asks why, and the form it sends; an undo sends the same form without a word."""
    address = f"/{kind}s/<int:{kind}_id>/{name}"
    key = f"{kind}_id"

    def again(form: MaybeWhyForm, **named: Any) -> str:
        post = FIND[kind](db(), reader(), named[key])
        return why_page(form, post, act.titles[kind], act.means, act.button, optional=not act.needs_why)

    def ask_why(**named: Any) -> str:
        require(act.rule(actor(), FIND[kind](db(), actor(), named[key])))
        return again(form_from(MaybeWhyForm, why=request.args.get("why", "")[:WHY_LENGTH]), **named)

    def do(form: MaybeWhyForm, **named: Any) -> Response:
        post = FIND[kind](db(), reader(), named[key])
        who = actor()
        require(act.rule(who, post))
        if act.needs_why and not form.why.data and (who.id != post.author_id or name != "delete"):
            raise Invalid({"why": say("Please fill this in.")})
        act.run(post, form.why.data)
        return done(post, spoken(act.said[kind]), url_for(f"questions.{act.undo}_{kind}", **named) if act.undo else "")

    pages.add_url_rule(address, f"ask_why_{name}_{kind}", ask_why, methods=["GET"])
    pages.add_url_rule(address, f"{name}_{kind}", takes(MaybeWhyForm, again=again)(writes(do)), methods=["POST"])


def done(post: Post, said: str, undo_url: str) -> Response:
    """Back to where it stands, with the word and, where there is a way back, its button."""
    if undo_url:
        flash(Markup(render_template("questions/_undo.html", said=said, undo_url=undo_url)), "ok")  # noqa: S704
    else:
        flash(said, "ok")
    return redirect(post_url(post), 303)


for _name, _act in ACTS.items():
    for _kind in _act.titles:
        _register(_name, _act, _kind)
