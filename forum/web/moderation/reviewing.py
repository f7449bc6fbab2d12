"""What moderators look at: the list, one text in its context, what was decided."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import render_template, request, url_for
from markupsafe import Markup

from forum.base import words
from forum.base.errors import Conflict
from forum.base.markup import excerpt
from forum.base.requests import db, now
from forum.base.verdicts import require
from forum.base.words import Sentence
from forum.moderation import rules
from forum.moderation.models import MENDING, OPEN, Flag, ReviewItem
from forum.moderation.queries import (
    decisions_of,
    find_item,
    find_text,
    find_texts,
    flags_of,
    last_decision,
    list_decisions,
    list_items,
    next_item,
    read_author,
)
from forum.questions.models import Answer, Comment, Post, Question
from forum.web.context import stored
from forum.web.forms import form_from
from forum.web.moderation.blueprint import pages
from forum.web.moderation.forms import BulkForm, DecisionForm
from forum.web.moderation.wording import DECISION_WORDS, KIND_WORDS, REASON_WORDS, TO_THE_AUTHOR
from forum.web.people import actor, reader
from forum.web.questions.addresses import post_url
from forum.web.questions.shown import removal
from forum.web.waiting import waiting_count

EXCERPT_LENGTH = 240


@dataclass(frozen=True)
class ItemShown:
    """A row of the list."""

    id: int
    url: str
    kind: Sentence
    title: str
    excerpt: str
    language: str
    author: Any
    reasons: Sequence[tuple[Sentence, int]]
    flaggers: int
    flagged_at: datetime
    #: Who looks at it now, if somebody does; empty for the reader's own claim.
    claimed_by: str
    is_mine: bool
    is_edited: bool
    is_mended: bool
    removal: str
    #: What its checkbox sends.
    ticked: str
    may_decide: bool


def show_item(item: ReviewItem, post: Post, flags: Sequence[Flag]) -> ItemShown:
    is_mine = item.is_claimed(now()) and item.claimed_by_id == reader().id
    return ItemShown(
        id=item.id,
        url=url_for("moderation.item", item_id=item.id),
        kind=KIND_WORDS[item.target_kind],
        title=item.question.title,
        excerpt=excerpt(post.text, EXCERPT_LENGTH),
        language=getattr(post, "language", ""),
        author=item.author,
        reasons=reasons_of(flags),
        flaggers=item.flag_count,
        flagged_at=item.flagged_at,
        claimed_by=item.claimed_by.name if item.claimed_by and item.is_claimed(now()) and not is_mine else "",
        is_mine=is_mine,
        is_edited=post.version != item.text_version,
        is_mended=item.mended_at is not None,
        removal=removal(post),
        ticked=f"{item.id}-{item.round}-{post.version}",
        may_decide=bool(rules.may_decide(reader(), item, now())),
    )


def reasons_of(flags: Sequence[Flag]) -> list[tuple[Sentence, int]]:
    """Each reason and how many gave it, the most named first."""
    return [(REASON_WORDS[reason], number) for reason, number in Counter(f.reason for f in flags).most_common()]


def moderator() -> Any:
    """Whoever looks at what was flagged; a visitor is asked in, anybody else refused."""
    who = actor()
    require(rules.may_review(who))
    return who


@pages.get("/review")
def review(form: BulkForm | None = None) -> str:
    """What waits for a moderator, and what waits for its author."""
    who = moderator()
    tab = MENDING if request.args.get("tab") == MENDING else OPEN
    page = list_items(db(), who, tab, request.args.get("cursor") if form is None else None)
    texts, flags = find_texts(db(), page.items), flags_of(db(), page.items)
    return render_template(
        "moderation/list.html",
        items=[show_item(item, texts[item.id], flags[item.id]) for item in page.items],
        tab=tab,
        form=form or form_from(BulkForm),
        next_url=url_for("moderation.review", tab=tab, cursor=page.next) if page.next else None,
        open_count=waiting_count(),
    )


@pages.get("/review/decided")
def decided() -> str:
    """What was decided of late, each with a way to take it back."""
    who = moderator()
    page = list_decisions(db(), who, request.args.get("cursor"))
    texts = find_texts(db(), [decision.item for decision in page.items])
    return render_template(
        "moderation/decided.html",
        decisions=[
            (
                decision,
                KIND_WORDS[decision.item.target_kind],
                DECISION_WORDS[decision.outcome],
                excerpt(texts[decision.item_id].text, EXCERPT_LENGTH),
                bool(rules.may_undo(who, decision)),
            )
            for decision in page.items
        ],
        next_url=url_for("moderation.decided", cursor=page.next) if page.next else None,
    )


@pages.get("/review/<int:item_id>")
def item(item_id: int, form: DecisionForm | None = None, conflict: Conflict | None = None) -> str:
    """One text in its context, with all a moderator needs to decide."""
    who = moderator()
    found = find_item(db(), who, item_id)
    post = find_text(db(), found)
    flags = flags_of(db(), [found])[found.id]
    may_decide = rules.may_decide(who, found, now())
    standing = last_decision(db(), found)
    following = next_item(db(), who, now(), found)
    if form is None or conflict is not None:
        kept = form.why.data if form is not None else suggested_why(found, flags)
        form = form_from(DecisionForm, round=found.round, version=post.version, why=kept)
    form.decision.choices = [
        (choice, label) for choice, label in form.decision.choices if rules.may_choose(choice, post)
    ]
    return render_template(
        "moderation/item.html",
        item=found,
        shown=show_item(found, post, flags),
        post=post,
        html=stored(post.html),
        post_url=post_url(post),
        context=context_of(post),
        flags=flags,
        reason_words=REASON_WORDS,
        decision_words=DECISION_WORDS,
        form=form if may_decide else None,
        refusal=may_decide.reason,
        conflict=conflict.reason if conflict is not None else None,
        may_claim=rules.may_claim(who, found, now()),
        standing=standing,
        may_undo=standing is not None and rules.may_undo(who, standing),
        earlier=[decision for decision in decisions_of(db(), found) if decision is not standing],
        record=read_author(db(), found.author),
        next_url=url_for("moderation.item", item_id=following.id) if following is not None else None,
    )


def suggested_why(item: ReviewItem, flags: Sequence[Flag]) -> str:
    """A sentence for the author, in their language, from the reason that most gave."""
    for reason, _ in Counter(flag.reason for flag in flags).most_common():
        if reason in TO_THE_AUTHOR:
            return words.translate(TO_THE_AUTHOR[reason], item.author.language)
    return ""


@dataclass(frozen=True)
class Context:
    """What a text answers or remarks on."""

    kind: Sentence
    url: str
    html: Markup
    language: str


def context_of(post: Post) -> Context | None:
    """The question above an answer; the answer or question above a comment."""
    above: Question | Answer | None = None
    if isinstance(post, Answer):
        above = post.question
    elif isinstance(post, Comment):
        above = post.answer or post.question
    if above is None:
        return None
    kind = "answer" if isinstance(above, Answer) else "question"
    return Context(KIND_WORDS[kind], post_url(above), stored(above.html), above.language)
