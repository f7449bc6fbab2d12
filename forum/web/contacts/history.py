"""A contact's timeline in words: what happened, and where it can be seen."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from forum.base.words import Sentence, say
from forum.contacts.models import TimelineEntry
from forum.knowledge.models import Article
from forum.questions.models import Answer, Question
from forum.tickets.models import Target, is_open
from forum.web.knowledge.addresses import article_url
from forum.web.questions.addresses import answer_url, question_url

#: kind -> picture, tone, and the sentence around the title of what it is about.
SENTENCES: dict[str, tuple[str, str, Sentence]] = {
    "asked": ("comment", "", say("Asked: %(title)s")),
    "answered": ("answer", "", say("Answered: %(title)s")),
    "was_helped": ("check", "ok", say("Was helped by: %(title)s")),
    "helped": ("star", "ok", say("Helped with: %(title)s")),
    "reused": ("link", "ok", say("Their answer was used for another customer: %(title)s")),
    "reused_in_article": (
        "link",
        "ok",
        say("An article made of their answer was used for another customer: %(title)s"),
    ),
    "promoted": ("book", "ok", say("Contributed to the article: %(title)s")),
    "ticket_opened": ("ticket", "accent", say("Ticket opened: %(title)s")),
    "ticket_resolved": ("check", "accent", say("Ticket resolved: %(title)s")),
    "merged": ("person", "accent", say("Merged with the contact %(title)s")),
    "joined": ("person", "accent", say("Joined to the forum user %(title)s")),
    "parted": ("close", "warn", say("No longer joined to the forum user %(title)s")),
}

GONE = say("something that is no longer shown")


@dataclass(frozen=True)
class Item:
    """One line of a timeline."""

    icon: str
    tone: str
    text: Sentence
    at: datetime
    url: str | None
    html: None = None


def items(session: Session, entries: Iterable[TimelineEntry]) -> list[Item]:
    """Every entry in words; titles of what readers cannot see are not told."""
    listed = list(entries)
    targets = _targets(session, listed)
    return [_item(entry, targets) for entry in listed]


def _about(entry: TimelineEntry) -> tuple[str, int]:
    """What an entry is about: its cause, or for a link what was linked."""
    if entry.cause_kind == "link":
        return str(entry.details.get("kind", "")), int(entry.details.get("id", 0))
    return entry.cause_kind, entry.cause_id


def _targets(session: Session, entries: list[TimelineEntry]) -> dict[tuple[str, int], Target]:
    wanted: dict[str, set[int]] = {}
    for kind, number in map(_about, entries):
        wanted.setdefault(kind, set()).add(number)
    questions = select(Question).where(Question.id.in_(wanted.get("question", ())))
    answers = select(Answer).where(Answer.id.in_(wanted.get("answer", ()))).options(joinedload(Answer.question))
    articles = select(Article).where(Article.id.in_(wanted.get("article", ()))).options(joinedload(Article.published))
    found: dict[tuple[str, int], Target] = {}
    if "question" in wanted:
        found |= {("question", row.id): row for row in session.scalars(questions)}
    if "answer" in wanted:
        found |= {("answer", row.id): row for row in session.scalars(answers)}
    if "article" in wanted:
        found |= {("article", row.id): row for row in session.scalars(articles)}
    return found


def _item(entry: TimelineEntry, targets: dict[tuple[str, int], Target]) -> Item:
    icon, tone, sentence = SENTENCES.get(entry.kind, ("info", "", Sentence("%(title)s")))
    title, url = _title(entry, targets)
    return Item(icon, tone, Sentence(sentence.text, {"title": title}), entry.at, url)


def _title(entry: TimelineEntry, targets: dict[tuple[str, int], Target]) -> tuple[str | Sentence, str | None]:
    if entry.kind in ("joined", "parted"):
        user_id = entry.details.get("user_id", 0)
        name = entry.details.get("name") or say("number %(number)d", number=user_id)
        return name, f"/people/{user_id}"
    if entry.kind == "merged":
        return entry.details.get("name", ""), None
    if entry.kind in ("ticket_opened", "ticket_resolved"):
        return entry.details.get("subject", ""), url_for("tickets.show", ticket_id=entry.cause_id)
    target = targets.get(_about(entry))
    if target is None and entry.kind not in SENTENCES:
        return entry.kind, None
    if target is None or not is_open(target):
        return GONE, None
    return target_title(target), target_url(target)


def target_title(target: Target) -> str:
    """How something that can be linked is called in a list."""
    if isinstance(target, Answer):
        return target.question.title
    if isinstance(target, Article):
        return target.public_title
    return target.title


def target_url(target: Target) -> str:
    """Where something that can be linked is read."""
    if isinstance(target, Answer):
        return answer_url(target)
    if isinstance(target, Article):
        return article_url(target)
    return question_url(target)
