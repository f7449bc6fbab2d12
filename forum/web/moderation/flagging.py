"""Flag a text, see what became of one's flags, take them back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from forum.base.markup import excerpt
from forum.base.requests import db, now, writes
from forum.base.verdicts import require
from forum.base.words import Sentence, say
from forum.moderation import actions, rules
from forum.moderation.models import DECIDED, KEEP, MEND, MENDING, Decision, Flag
from forum.moderation.queries import (
    find_earlier_flag,
    find_own_flag,
    find_texts,
    last_decisions,
    list_own_flags,
    list_own_to_mend,
)
from forum.questions.models import Post
from forum.questions.queries import find_answer, find_comment, find_question
from forum.questions.rules import may_see
from forum.web.forms import form_from, takes
from forum.web.language import gettext, spoken
from forum.web.moderation.blueprint import pages
from forum.web.moderation.forms import FlagForm
from forum.web.moderation.wording import KIND_WORDS, REASON_WORDS, TO_THE_FLAGGER
from forum.web.people import actor, reader
from forum.web.questions.addresses import post_url

FIND: dict[str, Any] = {"question": find_question, "answer": find_answer, "comment": find_comment}
TITLES = {
    "question": say("Flag this question"),
    "answer": say("Flag this answer"),
    "comment": say("Flag this comment"),
}


def _find(kind: str, target_id: int) -> Post:
    found: Post = FIND[kind](db(), reader(), target_id)
    return found


def flag_again(form: FlagForm, kind: str, target_id: int) -> str:
    post = _find(kind, target_id)
    return render_template(
        "moderation/flag.html",
        form=form,
        title=TITLES[kind],
        post=post,
        quote=excerpt(post.text, 300),
        back=post_url(post),
    )


@pages.get("/questions/<int:target_id>/flag", defaults={"kind": "question"})
@pages.get("/answers/<int:target_id>/flag", defaults={"kind": "answer"})
@pages.get("/comments/<int:target_id>/flag", defaults={"kind": "comment"})
def ask_why_flag(kind: str, target_id: int) -> str | Response:
    """Ask what is wrong; whoever has flagged it already is told what became of that."""
    who, post = actor(), _find(kind, target_id)
    earlier = find_earlier_flag(db(), who, post)
    verdict = rules.may_flag(who, post, earlier, post.version)
    if earlier is not None and not verdict:
        return _to_own_flags(spoken(verdict.reason))
    require(verdict)
    return flag_again(form_from(FlagForm), kind, target_id)


@pages.post("/questions/<int:target_id>/flag", defaults={"kind": "question"})
@pages.post("/answers/<int:target_id>/flag", defaults={"kind": "answer"})
@pages.post("/comments/<int:target_id>/flag", defaults={"kind": "comment"})
@takes(FlagForm, again=flag_again)
@writes
def flag(form: FlagForm, kind: str, target_id: int) -> Response:
    who, post = actor(), _find(kind, target_id)
    earlier = find_earlier_flag(db(), who, post)
    refused = rules.may_flag(who, post, earlier, post.version).reason if earlier is not None else None
    if refused is not None:
        return _to_own_flags(spoken(refused))
    actions.flag_text(db(), who, post, form.reason.data or "", form.words.data, now(), form.once_key)
    flash(gettext("Thank you. A moderator will look at it; what comes of it stands among your flags."), "ok")
    return redirect(post_url(post), 303)


@dataclass(frozen=True)
class FlagShown:
    """One of the reader's own flags and what became of it."""

    id: int
    kind: Sentence
    title: str
    #: None where the text is not there for this reader any more.
    url: str | None
    reason: Sentence
    words: str
    at: datetime
    is_open: bool
    outcome: Sentence
    why: str
    decided_at: datetime | None
    may_withdraw: bool


@pages.get("/account/flags")
def own_flags() -> str:
    """What the reader flagged, and what a moderator asks them to mend."""
    who = actor()
    page = list_own_flags(db(), who, request.args.get("cursor"))
    items = [flag.item for flag in page.items]
    texts, decisions = find_texts(db(), items), last_decisions(db(), items)
    to_mend = list_own_to_mend(db(), who)
    mended_texts, asked = find_texts(db(), to_mend), last_decisions(db(), to_mend)
    return render_template(
        "moderation/own_flags.html",
        flags=[_show(flag, texts[flag.item_id], decisions.get(flag.item_id)) for flag in page.items],
        next_url=url_for("moderation.own_flags", cursor=page.next) if page.next else None,
        to_mend=[
            (KIND_WORDS[item.target_kind], item.question.title, post_url(mended_texts[item.id]), asked[item.id].why)
            for item in to_mend
            if item.id in asked
        ],
    )


def _show(flag: Flag, post: Post, decision: Decision | None) -> FlagShown:
    item = flag.item
    is_there = may_see(reader(), post) and may_see(reader(), item.question)
    return FlagShown(
        id=flag.id,
        kind=KIND_WORDS[item.target_kind],
        title=item.question.title if may_see(reader(), item.question) else "",
        url=post_url(post) if is_there else None,
        reason=REASON_WORDS[flag.reason],
        words=flag.words,
        at=flag.at,
        is_open=flag.withdrawn_at is None and decision is None,
        outcome=_outcome(flag, decision),
        why=decision.why if decision is not None and flag.withdrawn_at is None else "",
        decided_at=decision.at if decision is not None and flag.withdrawn_at is None else None,
        may_withdraw=bool(rules.may_withdraw_flag(reader(), flag)),
    )


def _outcome(flag: Flag, decision: Decision | None) -> Sentence:
    item = flag.item
    if flag.withdrawn_at is not None:
        return say("You took this flag back.")
    if decision is None or item.state not in (DECIDED, MENDING):
        return say("Waiting for a moderator.")
    if decision.outcome == KEEP and item.mended_at is not None:
        return say("Its author has mended it, and it is shown again. Thank you.")
    return TO_THE_FLAGGER[MEND if item.state == MENDING else decision.outcome]


@pages.post("/flags/<int:flag_id>/withdraw")
@writes
def withdraw_flag(flag_id: int) -> Response:
    """Take one's own flag back."""
    flag = find_own_flag(db(), actor(), flag_id)
    actions.withdraw_flag(db(), actor(), flag, now())
    return _to_own_flags(gettext("You took this flag back."))


def _to_own_flags(said: str) -> Response:
    flash(said, "ok")
    return redirect(url_for("moderation.own_flags"), 303)
